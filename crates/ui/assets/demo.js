// The story of the demo page. State comes from Kalends' public API once a second; the only other server asked is the
// simulated Google, in the name of the account's owner, to move an event.

import { Google, Kalends } from './demo-api.js';
import { drawAccounts, drawCalendars, isUsable } from './demo-account.js';
import { banner, byId, count } from './demo-dom.js';
import { findMove, hasArrived, make, request, reversed, words } from './demo-move.js';
import { compare, drawSlots, tally } from './demo-slots.js';
import { byDay, civil, instant, moment, monday, plusDays, range, span, within } from './demo-time.js';
import { drawWeek } from './demo-week.js';
import { welcome } from './demo-welcome.js';

const { key, simulator, returnTo, user, zone, pollSeconds } = document.body.dataset;
const kalends = new Kalends(key, user);
/** Milliseconds from one look at Kalends to the next, and while something is awaited. */
const LOOK = 1000;
const LOOK_CLOSELY = 250;
/** When a moved event should have been noticed, in milliseconds. */
const PATIENCE = 30_000;

const thisMonday = () => monday(civil(Date.now(), zone).date);
const state = {
  monday: plusDays(thisMonday(), 7),
  duration: Number(byId('duration').value),
  connections: [],
  calendars: [],
  runs: new Map(),
  availability: undefined,
  slots: new Map(),
  /** The move that the button would make. */
  plan: undefined,
  /** The move that was made: {plan, at, slotsBefore, seen}. */
  moved: undefined,
  google: undefined,
  /** Whether a banner tells that the first sync is under way. */
  welcomed: welcome(),
};

function shownWeek() {
  const dates = Array.from({ length: 7 }, (_, index) => plusDays(state.monday, index));
  return { dates, from: instant(state.monday, 0, zone), to: instant(plusDays(state.monday, 7), 0, zone) };
}

/** Asks Kalends for everything that is shown, then draws it. */
async function look() {
  const week = shownWeek();
  const [connections, listed] = await Promise.all([kalends.connections(), kalends.calendars()]);
  // Calendars of an ended connection stay listed, so that connecting again finds their choices.
  const calendars = listed.filter((calendar) => connections.some(({ id }) => id === calendar.connectionId));
  const counting = calendars.filter((calendar) => calendar.selected && calendar.lastSyncedAt);
  const [availability, found] = await Promise.all([
    kalends.availability(week.from, week.to, counting.map((calendar) => calendar.id)),
    kalends.slots(Math.max(week.from, Date.now()), Math.max(week.to, Date.now() + 60_000), state.duration),
  ]);
  if (week.from !== shownWeek().from) return;
  const slots = byDay(found.slots.map(span), week.dates, zone);
  await learnFirstSyncs(connections, counting);
  Object.assign(state, { connections, calendars, availability, slots });
  noticeMove();
  draw(week);
  await plan(week, connections, counting);
}

/** Looks up the first pass of calendars that have had one; once each, as old passes leave the list. */
async function learnFirstSyncs(connections, counting) {
  if (counting.every((calendar) => state.runs.has(calendar.id))) return;
  for (const connection of connections) {
    for (const run of await kalends.syncRuns(connection.id)) {
      if (run.kind === 'full' && run.outcome === 'completed') state.runs.set(run.calendarId, run);
    }
  }
  for (const { id } of counting) state.runs.set(id, state.runs.get(id));
}

function draw(week) {
  const { connections, calendars, availability } = state;
  const [who] = availability.users;
  const evidence = new Map(who.calendars.map((one) => [one.calendarId, one]));
  drawAccounts(connections);
  drawCalendars(calendars, evidence, state.runs, guarded(select));
  byId('sync-hint').hidden = calendars.length > 0;
  const calendar = (id) => calendars.find((one) => one.id === id);
  const busy = availability.calendars.flatMap((one) => one.busy.map((block) => ({
    ...span(block), name: calendar(one.calendarId)?.name ?? '', color: calendar(one.calendarId)?.color ?? 'var(--accent)',
  })));
  const now = civil(Date.now(), zone);
  const compared = state.moved?.seen ? compare(state.moved.slotsBefore, state.slots) : state.slots;
  byId('week-name').textContent = `The week of ${range(week.dates[0], week.dates[6])}`;
  drawWeek(byId('grid'), {
    dates: week.dates,
    today: now.date,
    minute: now.minute,
    open: byDay(who.open.map(span), week.dates, zone),
    unknown: byDay(within(who.unknown.map(span), who.open.map(span)), week.dates, zone),
    busy: byDay(busy, week.dates, zone),
    slots: new Map([...compared].map(([date, slots]) => [date, slots.filter((slot) => !slot.removed)])),
    marks: byDay(marks(), week.dates, zone),
  });
  drawSlots(byId('slots'), compared, who.unknown.length > 0
    ? 'Nothing is offered until it is known when she is busy.'
    : 'No time of this week can be booked.');
  const total = [...state.slots.values()].reduce((sum, slots) => sum + slots.length, 0);
  byId('slot-count').textContent = total;
  byId('previous').disabled = state.monday <= thisMonday();
  byId('leave-button').disabled = connections.length === 0;
  steps();
  if (state.welcomed && byId('sync').classList.contains('done')) {
    state.welcomed = false;
    banner('');
  }
}

/** Which steps are done, and which is next. */
function steps() {
  const connected = state.connections.some(isUsable);
  const synced = connected && state.calendars.some((calendar) => calendar.selected && calendar.lastSyncedAt);
  const done = { connect: connected, sync: synced, week: synced, move: Boolean(state.moved?.seen), leave: false };
  const next = !connected ? 'connect' : !synced ? 'sync' : !done.move ? 'move' : undefined;
  for (const [id, isDone] of Object.entries(done)) {
    byId(id).classList.toggle('done', isDone);
    byId(id).classList.toggle('next', id === next);
  }
}

function marks() {
  if (!state.moved?.seen) return [];
  return [{ ...state.moved.plan.from, kind: 'old' }, { ...state.moved.plan.to, kind: 'new' }];
}

/** Finds the event that the button would move. */
async function plan(week, connections, counting) {
  const account = connections.find(({ provider, state: word }) => provider === 'google' && word === 'active')?.account;
  if (!account || counting.length === 0) {
    state.plan = undefined;
    byId('move-button').disabled = true;
    return;
  }
  if (state.google?.email !== account) state.google = new Google(simulator, account);
  if (state.moved) return;
  const [who] = state.availability.users;
  const about = { from: week.from, to: week.to, now: Date.now(), busy: who.busy.map(span), open: who.open.map(span) };
  const question = JSON.stringify([week.from, about.busy, about.open, counting.map((calendar) => calendar.id)]);
  if (state.planFor === question) return;
  state.plan = await findMove(state.google, counting, about, zone);
  state.planFor = question;
  byId('move-button').disabled = !state.plan;
  byId('move-plan').textContent = state.plan
    ? `Moves ${words(state.plan, zone)} at the simulated Google, as she would herself. `
      + `Nobody tells Kalends: it asks every ${pollSeconds} s what changed.`
    : 'No event of this week can be moved by an hour or so within her own hours. Try another week, or let another calendar count.';
}

async function move() {
  const plan = state.moved ? reversed(state.moved.plan) : state.plan;
  byId('move-button').disabled = true;
  byId('move-plan').hidden = true;
  byId('move-request').hidden = false;
  byId('move-request').querySelector('pre').textContent = request(plan);
  byId('move-result').textContent = 'Moved at Google. Waiting for Kalends to notice…';
  const slotsBefore = state.slots;
  state.moved = { plan, slotsBefore, at: undefined, seen: undefined };
  await make(state.google, plan);
  state.moved.at = performance.now();
}

/** Whether the moved event is where it was sent: new time busy, old time no longer because of it. */
function noticeMove() {
  const { moved } = state;
  if (!moved?.at || moved.seen) return;
  const seconds = (performance.now() - moved.at) / 1000;
  const busy = state.availability.calendars.flatMap((calendar) => calendar.busy.map(span));
  if (hasArrived(moved.plan, busy)) {
    moved.seen = seconds;
    const [added, removed] = tally(moved.slotsBefore, state.slots);
    byId('move-result').textContent = `${moment(moved.plan.to.start, zone)} is busy and the slots followed after `
      + `${seconds.toFixed(1)} s: ${count(added, 'new slot')}, ${removed} gone.`;
    byId('move-button').textContent = 'Move it back';
    byId('move-button').disabled = false;
  } else if (seconds * 1000 > PATIENCE) {
    byId('move-result').textContent = 'Kalends has not noticed yet. It goes on asking; the calendar’s line says why.';
  }
}

async function connect() {
  byId('connect-button').disabled = true;
  const { url } = await kalends.connectSession(returnTo);
  location.assign(url);
}

async function select(calendar, selected) {
  forgetMove();
  await kalends.select(calendar.id, selected);
  byId('sync-note').textContent = selected
    ? `${calendar.name} counts from now on.`
    : `${calendar.name} no longer counts; its busy times are deleted.`;
  hurry();
}

async function leave() {
  byId('leave-button').disabled = true;
  for (const connection of state.connections) await kalends.disconnect(connection.id);
  forgetMove();
  state.runs.clear();
  state.google = undefined;
  byId('sync-note').textContent = '';
  byId('move-plan').textContent = 'Connect again to move an event.';
  banner('Disconnected. The access is ended, and her events and busy times are deleted here.');
  hurry();
}

function show(mondayOfWeek) {
  state.monday = mondayOfWeek;
  forgetMove();
  hurry();
}

/** Whether something is under way that a person waits for. */
function awaiting() {
  const reading = state.calendars.some((calendar) => calendar.selected && !calendar.lastSyncedAt);
  const discovering = state.connections.some(isUsable) && state.calendars.length === 0;
  return reading || discovering || (state.moved && !state.moved.seen);
}

/** The marks and the way back belong to the week, the duration and the calendars that they were made with. */
function forgetMove() {
  state.moved = undefined;
  state.planFor = undefined;
  byId('move-result').textContent = '';
  byId('move-plan').hidden = false;
  byId('move-request').hidden = true;
  byId('move-button').textContent = 'Move an event';
}

/** A handler whose failure is shown instead of lost. */
function guarded(action) {
  return (...given) => action(...given).catch((error) => {
    banner(error.message, 'bad');
    byId('connect-button').disabled = false;
    forgetMove();
  });
}

let timer;
let lost = false;
let looking = false;
/** Whether something changed while a look was under way. */
let outdated = false;

function hurry() {
  outdated = true;
  if (!looking) keepLooking();
}

async function keepLooking() {
  clearTimeout(timer);
  looking = true;
  outdated = false;
  try {
    await look();
    if (lost) banner('');
    lost = false;
  } catch (error) {
    lost = true;
    banner(error.message, 'bad');
  }
  looking = false;
  timer = setTimeout(keepLooking, outdated ? 0 : awaiting() ? LOOK_CLOSELY : LOOK);
}

byId('connect-button').addEventListener('click', guarded(connect));
byId('move-button').addEventListener('click', guarded(async () => { await move(); hurry(); }));
byId('leave-button').addEventListener('click', guarded(leave));
byId('previous').addEventListener('click', () => show(plusDays(state.monday, -7)));
byId('next').addEventListener('click', () => show(plusDays(state.monday, 7)));
byId('duration').addEventListener('change', (event) => {
  state.duration = Number(event.target.value);
  forgetMove();
  hurry();
});
keepLooking();
