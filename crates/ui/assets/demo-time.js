// Civil time in a zone, without a library: dates are "2026-11-23", minutes count from local midnight by the clock on the
// wall, instants are milliseconds since 1970.

const formats = new Map();

function format(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options }));
  return formats.get(key);
}

/** The date and the minute of the day that clocks in `zone` show at an instant. */
export function civil(instant, zone) {
  const parts = format(zone, {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  }).formatToParts(instant);
  const part = (type) => parts.find((one) => one.type === type).value;
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  };
}

/** The instant at which clocks in `zone` show a minute of a date; minutes from 1440 on lie on the following days. */
export function instant(date, minute, zone) {
  const wanted = Date.parse(`${date}T00:00:00Z`) + minute * 60_000;
  let guess = wanted;
  // Two rounds: the first offset may be that of the other side of a change of the clocks.
  for (let round = 0; round < 2; round += 1) {
    const shown = civil(guess, zone);
    guess += wanted - (Date.parse(`${shown.date}T00:00:00Z`) + shown.minute * 60_000);
  }
  return guess;
}

export function plusDays(date, days) {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The Monday of the week that a date is in. */
export function monday(date) {
  const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  return plusDays(date, -weekday);
}

/** "15:45" for a minute of the day. */
export function clock(minute) {
  const two = (number) => String(number).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

export function weekday(date, width) {
  return format('UTC', { weekday: width }).format(new Date(`${date}T00:00:00Z`));
}

/** "23 November" or, short, "23 Nov". */
export function day(date, width = 'long') {
  return format('UTC', { day: 'numeric', month: width }).format(new Date(`${date}T00:00:00Z`));
}

/** "23 to 29 November", "30 November to 6 December". */
export function range(first, last) {
  const from = first.slice(0, 7) === last.slice(0, 7) ? String(Number(first.slice(8))) : day(first);
  return `${from} to ${day(last)}`;
}

/** "Wed 15:45" for an instant. */
export function moment(at, zone) {
  const { date, minute } = civil(at, zone);
  return `${weekday(date, 'short')} ${clock(minute)}`;
}

/** "just now", "4 s ago", "3 min ago". */
export function ago(from, now) {
  const seconds = Math.max(0, Math.round((now - from) / 1000));
  if (seconds < 1) return 'just now';
  if (seconds < 90) return `${seconds} s ago`;
  return `${Math.round(seconds / 60)} min ago`;
}

/** A span of the API, in instants. */
export function span({ start, end }) {
  return { start: Date.parse(start), end: Date.parse(end) };
}

/** The parts of spans that lie in other spans. */
export function within(spans, others) {
  return spans.flatMap((one) => others.map((other) => ({
    start: Math.max(one.start, other.start), end: Math.min(one.end, other.end),
  }))).filter((part) => part.start < part.end);
}

/**
 * Cuts spans of instants at the midnights of a zone, for the dates given.
 * @returns {Map<string, {from: number, to: number}[]>} minutes of the day by date
 */
export function byDay(spans, dates, zone) {
  const days = new Map(dates.map((date) => [date, []]));
  for (const span of spans) {
    for (const date of dates) {
      const [begin, end] = [instant(date, 0, zone), instant(date, 1440, zone)];
      const [start, stop] = [Math.max(span.start, begin), Math.min(span.end, end)];
      if (start >= stop) continue;
      const from = start === begin ? 0 : civil(start, zone).minute;
      const to = stop === end ? 1440 : civil(stop, zone).minute;
      if (to > from) days.get(date).push({ ...span, from, to });
    }
  }
  return days;
}
