// The dialog in which an event is made, changed, answered and deleted.

import { call, events } from "./api.js";
import { day, later, minutes, stated } from "./time.js";

const zone = document.body.dataset.zone;
const dialog = document.getElementById("dialog");
const form = document.getElementById("form");
const message = document.getElementById("form-message");
const field = (name) => form.elements.namedItem(name);
const ANSWERS = { accepted: "Yes", tentative: "Maybe", declined: "No" };

let shown;
let changed;

/** Sets the dialog up; `done` is called when a calendar was changed. */
export function prepare(done) {
  changed = done;
  form.addEventListener("submit", (submit) => {
    submit.preventDefault();
    attempt(save);
  });
  document.getElementById("close").addEventListener("click", () => dialog.close());
  document.getElementById("delete").addEventListener("click", () => attempt(remove));
  field("allDay").addEventListener("change", () => setTimes(field("start").value, field("end").value));
}

/** Opens the dialog: `one` as the week shows it, or `{calendar, start, end}` for a new event. */
export function show(one, calendars) {
  shown = one;
  const { event = {}, calendar } = one;
  const writable = calendars.filter((each) => ["owner", "writer", "writerWithoutPrivateAccess"].includes(each.accessRole));
  const mine = writable.some((each) => each.id === calendar.id);
  document.getElementById("form-title").textContent = event.id ? (mine ? "Change event" : "Event") : "New event";
  message.hidden = true;
  const choices = mine ? writable : [calendar];
  field("calendar").replaceChildren(...choices.map((each) => new Option(each.summaryOverride ?? each.summary, each.id)));
  field("calendar").value = calendar.id;
  field("summary").value = event.summary ?? "";
  field("location").value = event.location ?? "";
  field("guests").value = (event.attendees ?? []).filter((guest) => !guest.self || !guest.organizer).map((guest) => guest.email).join(", ");
  field("free").checked = event.transparency === "transparent";
  field("allDay").checked = Boolean(one.allDay);
  field("repeats").value = "";
  field("repeats").parentElement.hidden = Boolean(event.id);
  field("series").checked = false;
  document.getElementById("series").hidden = !event.recurringEventId;
  setTimes(one.start, one.allDay ? day(one.end, -1) : one.end);
  for (const each of form.elements) if (each.name) each.disabled = !mine;
  document.getElementById("save").hidden = !mine;
  document.getElementById("delete").hidden = !mine || !event.id;
  showAnswers(event, mine);
  dialog.showModal();
}

/** Moves an event by minutes on the wall clock. */
export async function move(one, by) {
  const step = one.allDay ? Math.trunc(by / 1440) * 1440 : by;
  if (!step) return;
  const moved = (text) => stated(later(text, step), one.allDay, zone);
  await call("PATCH", events(one.calendar.id, one.event.id), {
    body: { start: moved(one.start), end: moved(one.end) },
    etag: one.event.etag,
  });
}

function setTimes(start, end) {
  const allDay = field("allDay").checked;
  for (const [name, text, hour] of [["start", start, "09:00"], ["end", end, "10:00"]]) {
    field(name).type = allDay ? "date" : "datetime-local";
    field(name).value = allDay ? text.slice(0, 10) : text.length > 10 ? text.slice(0, 16) : `${text}T${hour}`;
  }
}

function showAnswers(event, mine) {
  const own = event.attendees?.find((guest) => guest.self);
  const buttons = Object.entries(ANSWERS).map(([status, says]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = says;
    button.setAttribute("aria-pressed", String(own?.responseStatus === status));
    button.addEventListener("click", () => attempt(() => answer(own, status)));
    return button;
  });
  document.getElementById("answers").replaceChildren(...(own && mine ? ["Are you coming?", ...buttons] : []));
}

async function answer(own, responseStatus) {
  const attendees = shown.event.attendees.map((guest) => (guest === own ? { ...guest, responseStatus } : guest));
  await call("PATCH", events(shown.calendar.id, shown.event.id), { body: { attendees } });
}

async function save() {
  const { event, calendar } = shown;
  const allDay = field("allDay").checked;
  const start = field("start").value;
  const end = allDay ? day(field("end").value, 1) : field("end").value;
  if (end <= start) throw new Error("The end must come after the start.");
  const body = {
    summary: field("summary").value,
    location: field("location").value,
    transparency: field("free").checked ? "transparent" : "opaque",
    start: stated(start, allDay, zone),
    end: stated(end, allDay, zone),
  };
  const guests = guestList(event);
  if (guests) body.attendees = guests;
  const target = field("calendar").value;
  if (!event) {
    if (field("repeats").value) body.recurrence = [field("repeats").value];
    await call("POST", events(target), { body });
    return;
  }
  let id = event.id;
  let etag = event.etag;
  if (field("series").checked) {
    const master = await call("GET", events(calendar.id, event.recurringEventId), { query: { timeZone: zone } });
    ({ id, etag } = master);
    const text = (time) => time.date ?? time.dateTime.slice(0, 16);
    const shift = minutes(shown.start, start);
    const length = minutes(start, end);
    const first = later(text(master.start), shift);
    body.start = stated(first, allDay, zone);
    body.end = stated(later(first, length), allDay, zone);
  }
  await call("PATCH", events(calendar.id, id), { body, etag });
  if (target !== calendar.id) {
    await call("POST", `${events(calendar.id, id)}/move`, { query: { destination: target } });
  }
}

/** The guests when the field says something else than the event. */
function guestList(event) {
  const wanted = field("guests").value.split(/[\s,;]+/).filter(Boolean);
  const before = event?.attendees ?? [];
  const listed = before.filter((guest) => !guest.self || !guest.organizer).map((guest) => guest.email);
  if (wanted.join() === listed.join()) return undefined;
  const kept = before.filter((guest) => (guest.self && guest.organizer) || wanted.includes(guest.email));
  const known = new Set(kept.map((guest) => guest.email));
  return [...kept, ...wanted.filter((email) => !known.has(email)).map((email) => ({ email }))];
}

async function remove() {
  const { event, calendar } = shown;
  const id = field("series").checked ? event.recurringEventId : event.id;
  await call("DELETE", events(calendar.id, id));
}

async function attempt(work) {
  try {
    message.hidden = true;
    await work();
    dialog.close();
    await changed();
  } catch (error) {
    message.textContent = error.message;
    message.hidden = false;
  }
}
