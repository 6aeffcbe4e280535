// The two servers that the page talks to: Kalends by its public API, and the simulated Google as its own owner would.

/** An answer that says no, in words for people. */
export class Refusal extends Error {
  constructor(message, code, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

async function send(base, token, method, path, body) {
  const headers = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  let answer;
  try {
    answer = await fetch(base + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    throw new Refusal('The demo does not answer. Is it still running?', 'unreachable', 0);
  }
  const text = await answer.text();
  const json = text && answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined;
  if (answer.ok) return json;
  const google = typeof json?.error === 'object' ? json.error.message : json?.error;
  const words = json?.detail ?? google ?? `${method} ${path} answered ${answer.status}`;
  throw new Refusal(words, json?.code, answer.status);
}

/** Kalends, with a tenant's key. */
export class Kalends {
  constructor(key, user) {
    this.key = key;
    this.user = user;
  }

  connectSession(returnTo) {
    const body = { userId: this.user, features: ['calendar_read'], returnTo };
    return send('', this.key, 'POST', '/v1/connect-sessions', body);
  }

  async connections() {
    const page = await send('', this.key, 'GET', `/v1/connections?userId=${encodeURIComponent(this.user)}`);
    return page.items.filter((connection) => connection.state !== 'disconnected');
  }

  async calendars() {
    return (await send('', this.key, 'GET', `/v1/calendars?userId=${encodeURIComponent(this.user)}`)).items;
  }

  select(calendar, selected) {
    return send('', this.key, 'PATCH', `/v1/calendars/${calendar}`, { selected });
  }

  async syncRuns(connection) {
    return (await send('', this.key, 'GET', `/v1/connections/${connection}/sync-runs?limit=200`)).items;
  }

  availability(from, to, calendarIds) {
    const body = { userIds: [this.user], calendarIds, from: iso(from), to: iso(to) };
    return send('', this.key, 'POST', '/v1/availability', body);
  }

  slots(from, to, durationMinutes) {
    const body = { userIds: [this.user], from: iso(from), to: iso(to), durationMinutes };
    return send('', this.key, 'POST', '/v1/slots', body);
  }

  disconnect(connection) {
    return send('', this.key, 'DELETE', `/v1/connections/${connection}`);
  }
}

/** The simulated Google, signed in as one account. */
export class Google {
  constructor(base, email) {
    this.base = base;
    this.email = email;
  }

  async #call(method, path, body) {
    this.token ??= await this.#signIn();
    try {
      return await send(this.base, this.token, method, `/calendar/v3${path}`, body);
    } catch (error) {
      if (error.status !== 401) throw error;
      // Disconnecting has revoked whatever this account had granted.
      this.token = await this.#signIn();
      return send(this.base, this.token, method, `/calendar/v3${path}`, body);
    }
  }

  async #signIn() {
    const tokens = await send(this.base, undefined, 'POST', '/_sim/tokens', {
      provider: 'google', email: this.email, scopes: ['https://www.googleapis.com/auth/calendar'],
    });
    return tokens.accessToken;
  }

  async calendars() {
    return (await this.#call('GET', '/users/me/calendarList')).items;
  }

  async events(calendar, from, to) {
    const query = new URLSearchParams({
      singleEvents: 'true', orderBy: 'startTime', timeMin: iso(from), timeMax: iso(to),
    });
    return (await this.#call('GET', `/calendars/${encodeURIComponent(calendar)}/events?${query}`)).items;
  }

  static patchPath(calendar, event) {
    return `/calendars/${encodeURIComponent(calendar)}/events/${encodeURIComponent(event)}`;
  }

  patch(calendar, event, change) {
    return this.#call('PATCH', Google.patchPath(calendar, event), change);
  }
}

export function iso(instant) {
  return new Date(instant).toISOString();
}
