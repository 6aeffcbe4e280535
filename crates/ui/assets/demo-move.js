// Which event to move, and where to: one hour to a time that is free, in the week that is shown.

import { civil, clock, moment } from './demo-time.js';
import { Google, iso } from './demo-api.js';

const MINUTE = 60_000;
/** In the order of preference. */
const SHIFTS = [60, -60, 120, -120, 180, -180, 30, -30].map((minutes) => minutes * MINUTE);

/**
 * A move that can be made, or undefined.
 * @param google the account that owns the events
 * @param calendars Kalends' calendars that count
 * @param week {from, to, busy, open, now} instants; busy and open are spans
 */
export async function findMove(google, calendars, week, zone) {
  const listed = await google.calendars();
  const counting = listed.filter((entry) => ['owner', 'writer'].includes(entry.accessRole)
    && calendars.some((calendar) => (entry.primary ? calendar.primary : calendar.name === entry.summary)));
  const candidates = [];
  for (const entry of counting) {
    for (const event of await google.events(entry.id, week.from, week.to)) {
      if (movable(event, week)) candidates.push({ calendar: entry.id, event });
    }
  }
  for (const shift of SHIFTS) {
    for (const { calendar, event } of candidates) {
      const from = { start: Date.parse(event.start.dateTime), end: Date.parse(event.end.dateTime) };
      const to = { start: from.start + shift, end: from.end + shift };
      if (fits(from, to, week, zone)) return { calendar, event, from, to };
    }
  }
  return undefined;
}

/** Sends the event where the plan says. */
export function make(google, plan) {
  return google.patch(plan.calendar, plan.event.id, change(plan));
}

/** Whether the busy spans show the event at its new time, and no longer at the old one. */
export function hasArrived({ from, to }, busy) {
  const covered = (at) => busy.some((block) => block.start <= at.start && at.end <= block.end);
  const left = from.start < to.start
    ? { start: from.start, end: Math.min(from.end, to.start) }
    : { start: Math.max(from.start, to.end), end: from.end };
  return covered(to) && !covered(left);
}

/** The way back. */
export function reversed(plan) {
  return { ...plan, from: plan.to, to: plan.from };
}

/** The request, as a developer would write it. */
export function request(plan) {
  return `PATCH /calendar/v3${Google.patchPath(plan.calendar, plan.event.id)}\n${JSON.stringify(change(plan), null, 2)}`;
}

/** “Yoga” from Tue 17:00 to 18:00: it stays on its day. */
export function words(plan, zone) {
  return `“${plan.event.summary}” from ${moment(plan.from.start, zone)} to ${clock(civil(plan.to.start, zone).minute)}`;
}

function change(plan) {
  const at = (instant, old) => ({ dateTime: iso(instant), ...(old.timeZone ? { timeZone: old.timeZone } : {}) });
  return { start: at(plan.to.start, plan.event.start), end: at(plan.to.end, plan.event.end) };
}

/** Timed, hers alone to move, taking up time, and seen in her open hours. */
function movable(event, week) {
  if (event.status !== 'confirmed' || !event.start.dateTime || event.transparency === 'transparent') return false;
  if ((event.eventType ?? 'default') !== 'default' || event.organizer?.self === false) return false;
  const span = { start: Date.parse(event.start.dateTime), end: Date.parse(event.end.dateTime) };
  return span.start > week.now && week.open.some((open) => overlap(open, span));
}

/** Whether the new time is free, open and on the same day; the event's own old time is free for it. */
function fits(from, to, week, zone) {
  if (to.start <= week.now || civil(from.start, zone).date !== civil(to.start, zone).date) return false;
  if (!week.open.some((open) => open.start <= to.start && to.end <= open.end)) return false;
  const rest = [
    { start: to.start, end: Math.min(to.end, from.start) },
    { start: Math.max(to.start, from.end), end: to.end },
  ].filter((part) => part.start < part.end);
  return rest.every((part) => !week.busy.some((busy) => overlap(busy, part)));
}

function overlap(one, other) {
  return one.start < other.end && other.start < one.end;
}
