// Small words for building elements.

/** An element with attributes (`class`, `aria-...`), custom properties (`--x`) and children; text is always text. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith('--')) made.style.setProperty(key, value);
    else if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, '');
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** The element of that id. */
export function byId(id) {
  return document.getElementById(id);
}

const drawn = new WeakMap();

/** Replaces the children only when what they are made from differs, so that focus and announcements stay calm. */
export function redraw(root, model, build) {
  const key = JSON.stringify(model);
  if (drawn.get(root) === key) return;
  drawn.set(root, key);
  const focused = root.contains(document.activeElement) ? document.activeElement.id : '';
  root.replaceChildren(...build());
  if (focused) byId(focused)?.focus();
}

/** Shows words for all to hear, or hides the banner. */
export function banner(text, tone = 'good') {
  const place = byId('banner');
  place.hidden = !text;
  place.className = `banner ${tone}`;
  place.textContent = text ?? '';
  if (text) place.scrollIntoView({ block: 'nearest' });
}

/** "1 event", "2 events". */
export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}
