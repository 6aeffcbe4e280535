// The slots as a list by day, with what a change has added and taken away.

import { element, redraw } from './demo-dom.js';
import { clock, day, weekday } from './demo-time.js';

/**
 * Draws the list into `root`.
 * @param days map from date to slots {from, to, added, removed} in minutes of the day
 * @param nothing what to say when there is none
 */
export function drawSlots(root, days, nothing) {
  redraw(root, [[...days], nothing], () => {
    const filled = [...days].filter(([, slots]) => slots.length > 0);
    if (filled.length === 0) return [element('p', { class: 'small' }, nothing)];
    return filled.map(([date, slots]) => element('section', {},
      element('h4', {}, `${weekday(date, 'short')} ${day(date, 'short')}`),
      element('ul', { class: 'chips' }, ...slots.map(chip))));
  });
}

/** What a change did to the slots: by date, the present ones and those that are gone, in order. */
export function compare(before, after) {
  const compared = new Map();
  for (const [date, slots] of after) {
    const old = before.get(date) ?? [];
    const has = (list, slot) => list.some((one) => one.from === slot.from && one.to === slot.to);
    const kept = slots.map((slot) => ({ ...slot, added: !has(old, slot) }));
    const gone = old.filter((slot) => !has(slots, slot)).map((slot) => ({ ...slot, removed: true }));
    compared.set(date, [...kept, ...gone].sort((one, other) => one.from - other.from));
  }
  return compared;
}

/** How many slots a change has added, and how many it has taken away. */
export function tally(before, after) {
  const all = [...compare(before, after).values()].flat();
  return [all.filter((slot) => slot.added).length, all.filter((slot) => slot.removed).length];
}

function chip(slot) {
  const kind = slot.removed ? 'removed' : slot.added ? 'added' : undefined;
  const text = element('span', {}, clock(slot.from));
  const said = { removed: ' no longer', added: ' new' }[kind];
  return element('li', { class: kind }, text, ...(said ? [element('span', { class: 'said' }, said)] : []));
}
