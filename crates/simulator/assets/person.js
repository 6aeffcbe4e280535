// A person's week: loads it, draws it, and lets the person change it.

import { all, events } from "./api.js";
import { move, prepare, show } from "./form.js";
import { day, later, monday, named } from "./time.js";
import { draw } from "./week.js";

const { zone, now } = document.body.dataset;
const MOVES = { ArrowUp: -15, ArrowDown: 15, ArrowLeft: -1440, ArrowRight: 1440 };
const find = (id) => document.getElementById(id);

let first = monday(now);
let calendars = [];
const hidden = new Set();

async function load() {
  try {
    calendars = (await all("/users/me/calendarList", { showHidden: true })).filter((calendar) => !calendar.deleted);
    showLegend();
    await showWeek();
    find("message").hidden = true;
  } catch (error) {
    complain(error);
  }
}

async function showWeek() {
  find("title").textContent = `${named(first, { day: "numeric", month: "short" })} – ${named(day(first, 6), { day: "numeric", month: "short", year: "numeric" })}`;
  // A day more on each side, whatever the zone; the week takes what is its own.
  const query = { singleEvents: true, timeZone: zone, timeMin: `${day(first, -1)}T00:00:00Z`, timeMax: `${day(first, 8)}T00:00:00Z`, maxResults: 2500 };
  const wanted = calendars.filter((calendar) => !hidden.has(calendar.id));
  const found = await Promise.all(
    wanted.map(async (calendar) => (await all(events(calendar.id), query)).map((event) => ({ calendar, event }))),
  );
  const entries = found.flat().filter(({ event }) => event.status !== "cancelled" && event.start);
  draw(find("week"), first, entries, now, (one) => show(one, calendars));
}

function showLegend() {
  const boxes = calendars.map((calendar) => {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = !hidden.has(calendar.id);
    box.addEventListener("change", () => {
      hidden[box.checked ? "delete" : "add"](calendar.id);
      showWeek().catch(complain);
    });
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    swatch.style.background = calendar.backgroundColor;
    const label = document.createElement("label");
    label.append(box, swatch, calendar.summaryOverride ?? calendar.summary);
    return label;
  });
  const legend = find("calendars").querySelector("legend");
  find("calendars").replaceChildren(legend, ...boxes);
}

function complain(error) {
  find("message").textContent = error.message;
  find("message").hidden = false;
}

async function moveFocused(press) {
  const button = document.activeElement?.closest?.("button.event");
  const by = MOVES[press.key];
  if (!button || !by || !press.altKey) return;
  press.preventDefault();
  const key = button.dataset.key;
  try {
    await move(button.one, by);
    await showWeek();
    document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
  } catch (error) {
    complain(error);
  }
}

function turn(to) {
  first = to;
  showWeek().catch(complain);
}

find("earlier").addEventListener("click", () => turn(day(first, -7)));
find("later").addEventListener("click", () => turn(day(first, 7)));
find("today").addEventListener("click", () => turn(monday(now)));
find("add").addEventListener("click", () => {
  const own = calendars.find((calendar) => calendar.primary) ?? calendars[0];
  const inside = now >= first && day(now) <= day(first, 6);
  const start = inside ? `${later(now, 60).slice(0, 13)}:00` : `${first}T09:00`;
  show({ calendar: own, start, end: later(start, 60) }, calendars);
});
document.addEventListener("keydown", moveFocused);
window.addEventListener("focus", () => find("dialog").open || load());
prepare(load);
load();
