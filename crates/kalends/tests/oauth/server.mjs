// A strict OAuth server by npm's oidc-provider: each refresh gives a new refresh token, and a used one that comes again ends
// the whole grant (RFC 9700 section 4.14.2). Beside it empty calendars that open to the access tokens of this server alone.
//
// A test orders and asks on /control: `grant` makes a grant, `hold?at=arrival|answer` keeps the next refresh
// waiting before it is worked on or before it is answered, `release` lets it go, `log` tells what was asked.

import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const entry = join(process.argv[2], 'oidc-provider', 'lib', 'index.js');
const { default: Provider } = await import(pathToFileURL(entry).href);

const READ = ['calendar.calendarlist.readonly', 'calendar.events.readonly'].map((name) => `https://www.googleapis.com/auth/${name}`);
const SCOPE = ['openid', 'offline_access', ...READ].join(' ');
const client = { client_id: 'kalends-demo', client_secret: 'kalends-demo-secret', token_endpoint_auth_method: 'client_secret_post' };

const server = createServer((request, response) => answer(request, response).catch((error) => {
  response.statusCode = 500;
  response.end(String(error?.stack ?? error));
}));
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const address = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(address, {
  clients: [{ ...client, redirect_uris: ['http://127.0.0.1:8080/v1/oauth/google/callback'], grant_types: ['authorization_code', 'refresh_token'] }],
  scopes: SCOPE.split(' '),
  rotateRefreshToken: true,
  ttl: { AccessToken: 3600, RefreshToken: 86400, Grant: 86400, IdToken: 3600, Session: 86400, Interaction: 3600, AuthorizationCode: 60 },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: { devInteractions: { enabled: false } },
});
const handle = provider.callback();

const refreshes = []; // { outcome }, in the order of their arrival
const calendarCalls = { all: 0, refused: 0 };
let next; // how the next refresh is to be held
let last; // the hold that was ordered last

async function answer(request, response) {
  const url = new URL(request.url, address);
  if (url.pathname.startsWith('/control/')) return control(url, response);
  if (url.pathname.startsWith('/calendar/v3/')) return calendar(request, response);
  if (url.pathname === '/token') return token(request, response);
  return handle(request, response);
}

async function token(request, response) {
  const refresh = { outcome: 'asked' };
  refreshes.push(refresh);
  const held = next;
  next = undefined;
  if (held?.at === 'arrival') {
    held.arrived();
    await held.released;
    // Whoever has gone meanwhile is not worked for: nothing is consumed.
    if (request.socket.destroyed) {
      refresh.outcome = 'left';
      return;
    }
  }
  const end = response.end.bind(response);
  response.end = (...body) => {
    refresh.outcome = response.statusCode === 200 ? 'granted' : JSON.parse(body[0]).error_description;
    if (held?.at !== 'answer') return end(...body);
    held.arrived();
    held.released.then(() => end(...body));
    return response;
  };
  await handle(request, response);
}

async function control(url, response) {
  const json = (value) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(value));
  };
  switch (url.pathname) {
    case '/control/grant': {
      const accountId = 'ada';
      const grant = new provider.Grant({ accountId, clientId: client.client_id });
      grant.addOIDCScope(SCOPE);
      const grantId = await grant.save();
      const values = { accountId, client: await provider.Client.find(client.client_id), grantId, gty: 'authorization_code', scope: SCOPE };
      return json({ refreshToken: await new provider.RefreshToken(values).save() });
    }
    case '/control/hold': {
      const held = { at: url.searchParams.get('at') };
      held.seen = new Promise((done) => { held.arrived = done; });
      held.released = new Promise((done) => { held.release = done; });
      next = held;
      last = held;
      return json({});
    }
    case '/control/held':
      await last.seen;
      return json({});
    case '/control/release':
      last.release();
      return json({});
    case '/control/log':
      return json({ refreshes: refreshes.map((refresh) => refresh.outcome), calendar: calendarCalls.all, refused: calendarCalls.refused });
    default:
      response.statusCode = 404;
      return response.end();
  }
}

async function calendar(request, response) {
  const given = request.headers.authorization?.replace(/^Bearer /, '');
  const known = given && await provider.AccessToken.find(given);
  response.setHeader('content-type', 'application/json');
  calendarCalls.all += 1;
  if (!known) {
    calendarCalls.refused += 1;
    response.statusCode = 401;
    return response.end(JSON.stringify({ error: { code: 401, message: 'Invalid Credentials', errors: [{ reason: 'authError' }] } }));
  }
  const page = { kind: 'calendar#events', summary: 'c', timeZone: 'UTC', updated: '2026-11-20T10:00:00.000Z', accessRole: 'owner', items: [], nextSyncToken: 'next' };
  response.end(JSON.stringify(page));
}

console.log(`ready on ${address}`);
