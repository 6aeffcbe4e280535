// Steps 1 and 2: the connected accounts, and their calendars with progress, freshness and what counts.

import { byId, count, element, redraw } from './demo-dom.js';
import { ago } from './demo-time.js';

const STATES = {
  active: 'connected',
  degraded: 'connected, but Google has trouble; it is tried further',
  reauth_required: 'needs to be connected again',
};

/** Whether calendars can be read by it. */
export function isUsable(connection) {
  return connection.state !== 'reauth_required' && !isRefused(connection);
}

/** The accounts of step 1. */
export function drawAccounts(connections) {
  const connected = connections.length > 0;
  const again = connected && !connections.some(isUsable);
  byId('connect-invitation').hidden = connected;
  byId('connect-button').textContent = again ? 'Connect again' : connected ? 'Connect another' : 'Connect a calendar';
  byId('connect-button').className = connected && !again ? 'quiet' : 'wide';
  redraw(byId('accounts'), connections.map(({ account, state, features }) => [account, state, features]), () =>
    connections.map((connection) => {
      const state = isRefused(connection) ? 'connected, but not everything was allowed' : STATES[connection.state];
      const good = connection.state === 'active' && isUsable(connection);
      return element('li', { class: good ? 'good' : 'bad' },
        element('strong', {}, connection.account), element('span', {}, state));
    }));
}

/**
 * The calendars of step 2.
 * @param evidence map from calendar id to Kalends' evidence
 * @param runs the first completed full pass by calendar id, where it is known
 * @param onSelect called with (calendar, selected)
 */
export function drawCalendars(calendars, evidence, runs, onSelect) {
  const now = Date.now();
  const known = calendars.filter((calendar) => !calendar.lostAt).sort(mainFirst);
  const rows = known.map((calendar) => ({
    calendar: { id: calendar.id, name: calendar.name, color: calendar.color, selected: calendar.selected },
    status: status(calendar, evidence.get(calendar.id), now),
    first: calendar.selected && calendar.lastSyncedAt ? firstSync(runs.get(calendar.id)) : undefined,
  }));
  redraw(byId('calendars'), rows, () => rows.map((row) => item(row, onSelect)));
}

function isRefused(connection) {
  return connection.features.some((feature) => feature.status === 'needs_consent');
}

function mainFirst(one, other) {
  return Number(other.primary) - Number(one.primary) || one.name.localeCompare(other.name);
}

function item({ calendar, status: { text, tone, reading }, first }, onSelect) {
  const box = element('input', {
    type: 'checkbox', id: `calendar-${calendar.id}`, checked: calendar.selected,
    onchange: (event) => onSelect(calendar, event.target.checked),
  });
  const lines = [element('strong', { '--color': calendar.color ?? 'var(--accent)' }, calendar.name)];
  if (text) lines.push(element('span', { class: `freshness ${tone}` }, text));
  if (reading) lines.push(element('progress', { 'aria-label': `First sync of ${calendar.name}` }));
  if (first) lines.push(element('span', { class: 'first' }, first));
  return element('li', {}, element('label', { for: box.id }, box, element('span', { class: 'lines' }, ...lines)));
}

function status(calendar, evidence, now) {
  if (!calendar.selected) return {};
  if (calendar.syncStatus === 'error') return { text: `not reachable (${calendar.lastError}), tried again`, tone: 'bad' };
  if (!calendar.lastSyncedAt) {
    const progress = calendar.progress;
    const done = progress
      ? `reading: ${count(progress.items, 'event')} in ${count(progress.pages, 'page')}`
      : 'waiting for its first sync';
    return { text: done, tone: 'pending', reading: true };
  }
  if (!evidence?.asOf) return { text: 'not known yet', tone: 'pending' };
  const source = { poll: 'by poll', live: 'asked live', push: 'by push' }[evidence.source] ?? '';
  const age = ago(Date.parse(evidence.asOf), now);
  const tone = { fresh: 'good', stale: 'late' }[evidence.status] ?? 'bad';
  return { text: `${evidence.status}, ${age} ${source}`, tone };
}

function firstSync(run) {
  if (!run) return undefined;
  const seconds = (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000;
  const took = seconds < 10 ? seconds.toFixed(1) : Math.round(seconds);
  return `first sync: ${count(run.counts.created, 'event')}, ${count(run.counts.pages, 'page')}, ${took} s`;
}
