// The calendar API as the person of this page.

const person = document.body.dataset.email;

/** A refusal; `status` is that of HTTP. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Calls a method; `path` begins after `/calendar/v3`. */
export async function call(method, path, { query = {}, body, etag } = {}) {
  const address = `/_sim/people/${encodeURIComponent(person)}${path}?${new URLSearchParams(query)}`;
  const headers = {};
  if (body) headers["content-type"] = "application/json";
  if (etag) headers["if-match"] = etag;
  const response = await fetch(address, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) {
    let message = response.statusText;
    try {
      message = JSON.parse(text).error.message;
    } catch {
      // Not Google's form of an error: the status has to do.
    }
    if (response.status === 412) message = "Somebody has changed this event meanwhile. Close it to see what it is now.";
    throw new Refusal(response.status, message);
  }
  return text ? JSON.parse(text) : null;
}

/** All items of a listing, page by page. */
export async function all(path, query = {}) {
  const items = [];
  let pageToken;
  do {
    const page = await call("GET", path, { query: pageToken ? { ...query, pageToken } : query });
    items.push(...(page.items ?? []));
    pageToken = page.nextPageToken;
  } while (pageToken);
  return items;
}

/** The path of a calendar's events, or of one of them. */
export function events(calendar, id) {
  const path = `/calendars/${encodeURIComponent(calendar)}/events`;
  return id === undefined ? path : `${path}/${encodeURIComponent(id)}`;
}
