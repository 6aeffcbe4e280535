// Wall-clock times as texts: "2026-11-23" and "2026-11-23T09:00". The server turns them into instants and back, in the
// person's zone, so that no zone has to be computed here.

const DAY = 86_400_000;

const read = (text) => Date.parse(`${text.length === 10 ? `${text}T00:00` : text.slice(0, 16)}Z`);
const write = (ms) => new Date(ms).toISOString().slice(0, 16);

/** The text `minutes` later. */
export const later = (text, minutes) => write(read(text) + minutes * 60_000);

/** The day `days` later. */
export const day = (text, days = 0) => write(read(text.slice(0, 10)) + days * DAY).slice(0, 10);

/** Minutes from one text to another. */
export const minutes = (from, to) => (read(to) - read(from)) / 60_000;

/** The Monday of a day's week. */
export const monday = (text) => day(text, -((new Date(read(text.slice(0, 10))).getUTCDay() + 6) % 7));

/** A day for people. */
export const named = (text, options) =>
  new Date(read(text.slice(0, 10))).toLocaleDateString("en", { timeZone: "UTC", ...options });

/** Start and end of an event as the calendar API gives them, on the wall clock. */
export function span(event) {
  const allDay = Boolean(event.start?.date);
  const text = (time) => (allDay ? time.date : time.dateTime.slice(0, 16));
  return { allDay, start: text(event.start), end: text(event.end) };
}

/** The same for the API. */
export function stated(text, allDay, timeZone) {
  return allDay
    ? { date: text.slice(0, 10), dateTime: null, timeZone: null }
    : { dateTime: `${text.slice(0, 16)}:00`, timeZone, date: null };
}
