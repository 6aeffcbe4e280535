// The week as a grid: her own hours as background, busy times in the colors of their calendars, slots, and what has
// just moved. To a screen reader each day is a list.

import { element, redraw } from './demo-dom.js';
import { clock, day, weekday } from './demo-time.js';

const FIRST_HOUR = 7;
const LAST_HOUR = 21;

/**
 * Draws the week into `root`.
 * @param week {dates, today, minute, open, unknown, busy, slots, marks}: the last five are maps from date to
 *   {from, to} in minutes of the day; busy has `name` and `color`, marks have `kind` "old" or "new"
 */
export function drawWeek(root, week) {
  const model = { ...week };
  for (const layer of ['open', 'unknown', 'busy', 'slots', 'marks']) model[layer] = [...week[layer]];
  redraw(root, model, () => [hours(), ...week.dates.map((date) => column(week, date))]);
}

function hours() {
  const labels = [];
  for (let hour = FIRST_HOUR; hour < LAST_HOUR; hour += 1) {
    labels.push(element('span', place({ from: hour * 60, to: hour * 60 + 60 }), clock(hour * 60)));
  }
  return element('div', { class: 'hours', 'aria-hidden': 'true' }, element('div', { class: 'lane' }, ...labels));
}

function column(week, date) {
  const busy = week.busy.get(date);
  const whole = busy.filter(isWholeDay);
  const parts = busy.filter((block) => !isWholeDay(block));
  const lane = element('div', { class: 'lane' },
    ...week.open.get(date).filter(visible).map((span) => element('div', { class: 'open', ...place(span) })),
    ...week.unknown.get(date).filter(visible).map(unknownPart),
    element('ul', {},
      ...whole.map((block) => busyItem(block, 'busy whole')),
      ...week.slots.get(date).filter(visible).map(slotItem),
      ...parts.filter(visible).map((block) => busyItem(block, 'busy')),
      ...week.marks.get(date).filter(visible).map(markItem)));
  if (date === week.today && visible({ from: week.minute, to: week.minute + 1 })) {
    lane.append(element('div', { class: 'now', 'aria-hidden': 'true', ...place({ from: week.minute, to: week.minute }) }));
  }
  const heading = element('h3', {}, weekday(date, 'short'), ' ', element('span', {}, day(date, 'short')));
  const classes = ['day', date === week.today && 'today', date < week.today && 'past'].filter(Boolean).join(' ');
  return element('section', { class: classes, 'aria-label': `${weekday(date, 'long')} ${day(date)}` }, heading, lane);
}

function unknownPart(span) {
  return element('div', { class: 'unknown', title: 'Not known yet, so not offered', ...place(span) });
}

function busyItem(block, classes) {
  const time = isWholeDay(block) ? 'all day' : `${clock(block.from)}–${clock(block.to)}`;
  const size = block.to - block.from < 40 ? `${classes} low` : classes;
  return element('li', { class: size, title: `${block.name}: busy ${time}`, '--color': block.color, ...place(block) },
    element('span', { class: 'time' }, ...(isWholeDay(block) ? [time] : [clock(block.from), element('span', { class: 'end' }, `–${clock(block.to)}`)])),
    element('span', { class: 'whose' }, block.name));
}

function slotItem(slot) {
  const time = `${clock(slot.from)}–${clock(slot.to)}`;
  const size = slot.to - slot.from < 30 ? 'slot low' : 'slot';
  const classes = slot.added ? `${size} added` : size;
  return element('li', { class: classes, title: `Can be booked: ${time}`, ...place(slot) },
    element('span', { class: 'said' }, 'Can be booked '), element('span', { class: 'time' }, clock(slot.from)));
}

function markItem(mark) {
  return element('li', { class: `mark ${mark.kind}`, ...place(mark) },
    element('span', {}, mark.kind === 'old' ? 'before' : 'now'));
}

function isWholeDay(block) {
  return block.from === 0 && block.to === 1440;
}

function visible(span) {
  return span.to > FIRST_HOUR * 60 && span.from < LAST_HOUR * 60;
}

function place({ from, to }) {
  const top = Math.max(from, FIRST_HOUR * 60) - FIRST_HOUR * 60;
  const bottom = Math.min(to, LAST_HOUR * 60) - FIRST_HOUR * 60;
  return { '--from': top, '--length': bottom - top };
}
