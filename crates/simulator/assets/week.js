// Draws a week: columns with hours on wide screens, a list of days on narrow ones (the style sheet decides).

import { day, later, minutes, named, span } from "./time.js";

const ROW = 2.75;

/** An element with properties, classes and children; texts are set as texts, never as markup. */
function element(name, classes, ...children) {
  const made = document.createElement(name);
  made.className = classes;
  made.append(...children);
  return made;
}

/** Draws `entries` ({calendar, event}) of the week that begins on `first` into `place`. */
export function draw(place, first, entries, now, open) {
  const shown = entries.map((entry) => ({ ...entry, ...span(entry.event) }));
  const timed = shown.filter((one) => !one.allDay);
  const from = Math.min(8, ...timed.map((one) => Number(one.start.slice(11, 13))));
  const to = Math.max(18, ...timed.map((one) => (day(one.end) > day(one.start) ? 24 : Math.ceil(Number(one.end.slice(11, 13)) + 1))));
  place.style.setProperty("--hours", Math.min(24, to) - from);
  place.replaceChildren(scale(from, Math.min(24, to)));
  for (let index = 0; index < 7; index += 1) {
    place.append(column(day(first, index), shown, from, Math.min(24, to), now, open));
  }
}

function scale(from, to) {
  const hours = element("div", "hours");
  for (let hour = from + 1; hour < to; hour += 1) {
    const mark = element("span", "", `${String(hour).padStart(2, "0")}:00`);
    mark.style.top = `${(hour - from) * ROW}rem`;
    hours.append(mark);
  }
  const head = element("div", "day scale", element("h3", "", "\u00a0"), element("div", "whole"), hours);
  head.setAttribute("aria-hidden", "true");
  return head;
}

function column(date, shown, from, to, now, open) {
  const ends = day(date, 1);
  const here = shown.filter((one) => one.start < ends && (one.end > date || one.start.slice(0, 10) === date));
  const whole = element("div", "whole");
  const hours = element("div", "hours");
  here.filter((one) => one.allDay).forEach((one) => whole.append(button(one, open)));
  const timed = here.filter((one) => !one.allDay).sort((a, b) => (a.start < b.start ? -1 : 1));
  for (const { one, lane, lanes } of lay(timed)) {
    const made = button(one, open);
    const begin = Math.max(0, minutes(later(`${date}T00:00`, from * 60), one.start)) / 60;
    const end = Math.min(to - from, minutes(later(`${date}T00:00`, from * 60), one.end) / 60);
    made.style.top = `${begin * ROW}rem`;
    made.style.height = `calc(${Math.max(0.5, end - begin) * ROW}rem - 2px)`;
    made.style.left = `calc(${(100 * lane) / lanes}% + 1px)`;
    made.style.width = `calc(${100 / lanes}% - 3px)`;
    hours.append(made);
  }
  const today = now.slice(0, 10) === date;
  if (today && Number(now.slice(11, 13)) >= from && Number(now.slice(11, 13)) < to) {
    const line = element("div", "line");
    line.style.top = `${(minutes(`${date}T00:00`, now) / 60 - from) * ROW}rem`;
    hours.append(line);
  }
  const heading = element("h3", "", named(date, { weekday: "short", day: "numeric", month: "short" }));
  const made = element("section", "day", heading, whole, hours);
  made.classList.toggle("now", today);
  made.classList.toggle("empty", here.length === 0 && !today);
  return made;
}

/** Gives events that overlap a lane each. */
function lay(timed) {
  const placed = [];
  let group = [];
  let ends = "";
  const close = () => {
    const lanes = Math.max(0, ...group.map((item) => item.lane)) + 1;
    group.forEach((item) => placed.push({ ...item, lanes }));
    group = [];
  };
  for (const one of timed) {
    if (one.start >= ends) close();
    const taken = new Set(group.filter((item) => item.one.end > one.start).map((item) => item.lane));
    let lane = 0;
    while (taken.has(lane)) lane += 1;
    group.push({ one, lane });
    if (one.end > ends || group.length === 1) ends = one.end;
  }
  close();
  return placed;
}

function button(one, open) {
  const { event, calendar } = one;
  const title = event.summary ?? "Busy";
  const time = one.allDay ? "" : `${one.start.slice(11)}–${one.end.slice(11)} `;
  const made = element("button", "event", element("small", "", time), title);
  made.type = "button";
  made.style.setProperty("--color", calendar.backgroundColor);
  const answer = event.attendees?.find((guest) => guest.self)?.responseStatus;
  made.classList.toggle("declined", answer === "declined");
  made.classList.toggle("light", event.transparency === "transparent" || answer === "needsAction" || event.status === "tentative");
  made.title = `${time}${title}${event.location ? `, ${event.location}` : ""}`;
  made.dataset.key = `${calendar.id} ${event.id}`;
  made.setAttribute("aria-label", `${made.title}, ${named(one.start, { weekday: "long", day: "numeric", month: "long" })}, ${calendar.summaryOverride ?? calendar.summary}`);
  made.addEventListener("click", () => open(one));
  made.one = one;
  return made;
}
