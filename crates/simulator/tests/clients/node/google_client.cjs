// Google's own Node client lives a user's life at the simulator whose base address is the first argument.
//
// It connects through the consent form, checks its id_token, refreshes, lists calendars, asks free/busy, makes a meeting
// with Meet, patches it by etag, synchronises, sees a tombstone and a 410, is told of a change, sends a batch, revokes,
// and is refused.

"use strict";

const assert = require("node:assert/strict");
const http = require("node:http");
const { once } = require("node:events");
const { OAuth2Client } = require("google-auth-library");
const { google } = require("googleapis");

const base = process.argv[2];
const REDIRECT = "http://localhost:8080/oauth/callback";
const SCOPES = [
  "openid",
  "https://www.googleapis.com/auth/userinfo.email",
  "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
  "https://www.googleapis.com/auth/calendar.events",
  "https://www.googleapis.com/auth/calendar.freebusy",
];

/** An order to the simulator's control plane. */
async function control(method, path, body) {
  const answer = await fetch(`${base}/_sim${path}`, { method, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${path}: ${await answer.clone().text()}`);
  return answer.json();
}

function newClient() {
  return new OAuth2Client({
    clientId: "kalends-demo",
    clientSecret: "kalends-demo-secret",
    redirectUri: REDIRECT,
    endpoints: {
      oauth2AuthBaseUrl: `${base}/o/oauth2/v2/auth`,
      oauth2TokenUrl: `${base}/token`,
      oauth2RevokeUrl: `${base}/revoke`,
      tokenInfoUrl: `${base}/tokeninfo`,
      oauth2FederatedSignonPemCertsUrl: `${base}/oauth2/v1/certs`,
    },
  });
}

/** The fields of a page's one form, as a browser would send them. */
function fields(page) {
  const read = (tag, name) => {
    const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
    return value.replaceAll("&#38;", "&").replaceAll("&amp;", "&");
  };
  const inputs = page.match(/<input [^>]*>/g);
  const sent = inputs.filter((tag) => /type="(hidden|checkbox)"/.test(tag));
  return sent.map((tag) => [read(tag, "name"), read(tag, "value")]);
}

/** Does what a person does on the consent page; answers where it leads. */
async function consent(address, account) {
  const page = await fetch(address);
  assert.equal(page.status, 200);
  const form = [...fields(await page.text()), ["account", account], ["decision", "allow"]];
  const back = await fetch(new URL("/o/oauth2/v2/auth", base), {
    method: "POST",
    body: new URLSearchParams(form),
    redirect: "manual",
  });
  assert.equal(back.status, 302);
  return new URL(back.headers.get("location"));
}

async function connect(account) {
  const client = newClient();
  const { codeVerifier, codeChallenge } = await client.generateCodeVerifierAsync();
  const address = client.generateAuthUrl({
    access_type: "offline",
    prompt: "consent",
    scope: SCOPES,
    state: "s1",
    login_hint: account,
    code_challenge: codeChallenge,
    code_challenge_method: "S256",
  });
  const back = await consent(address, account);
  assert.equal(back.searchParams.get("state"), "s1");
  const { tokens } = await client.getToken({ code: back.searchParams.get("code"), codeVerifier });
  assert.deepEqual(tokens.scope.split(" ").sort(), [...SCOPES].sort());
  client.setCredentials(tokens);
  return client;
}

/** The call must fail with this status and reason. */
async function refused(status, reason, call) {
  await assert.rejects(call, (error) => {
    const told = error.response?.data?.error;
    assert.deepEqual([error.response?.status, told?.errors?.[0]?.reason], [status, reason], JSON.stringify(told));
    return true;
  });
}

/** All items, and the sync token of the last page. */
async function pages(list, parameters) {
  const items = [];
  let pageToken;
  for (;;) {
    const { data } = await list({ ...parameters, pageToken });
    items.push(...(data.items ?? []));
    if (!data.nextPageToken) return { items, syncToken: data.nextSyncToken };
    pageToken = data.nextPageToken;
  }
}

async function identity(client) {
  const { id_token: idToken, access_token: accessToken } = client.credentials;
  const ticket = await client.verifyIdToken({ idToken, audience: "kalends-demo" });
  assert.equal(ticket.getPayload().email, "ana@example.com");
  const info = await client.getTokenInfo(accessToken);
  assert.deepEqual([info.aud, info.sub], ["kalends-demo", ticket.getUserId()]);
  const { credentials } = await client.refreshAccessToken();
  assert.notEqual(credentials.access_token, accessToken);
}

async function reading(calendar, start) {
  const calendars = await pages(calendar.calendarList.list.bind(calendar.calendarList), { maxResults: 2 });
  assert.deepEqual(calendars.items.filter((one) => one.primary).map((one) => one.id), ["ana@example.com"]);
  const { data } = await calendar.freebusy.query({
    requestBody: {
      timeMin: start.toISOString(),
      timeMax: new Date(start.getTime() + 7 * 86_400_000).toISOString(),
      items: [{ id: "primary" }, { id: "nobody@example.com" }],
    },
  });
  assert.ok(Array.isArray(data.calendars.primary.busy));
  assert.equal(data.calendars["nobody@example.com"].errors[0].reason, "notFound");
}

/** A meeting with a Meet link, changed by etag. */
async function writing(calendar, start) {
  const { data: made } = await calendar.events.insert({
    calendarId: "primary",
    conferenceDataVersion: 1,
    sendUpdates: "none",
    requestBody: {
      summary: "Trial lesson",
      start: { dateTime: start.toISOString() },
      end: { dateTime: new Date(start.getTime() + 45 * 60_000).toISOString() },
      attendees: [{ email: "pupil@example.net" }],
      conferenceData: {
        createRequest: { requestId: "lesson-1", conferenceSolutionKey: { type: "hangoutsMeet" } },
      },
    },
  });
  const status = (event) => event.conferenceData.createRequest.status.statusCode;
  assert.ok(["pending", "success"].includes(status(made)), status(made));
  let event = made;
  for (let tries = 0; status(event) === "pending" && tries < 10; tries += 1) {
    await control("POST", "/clock", { advanceSeconds: 5 });
    ({ data: event } = await calendar.events.get({ calendarId: "primary", eventId: made.id }));
  }
  assert.equal(status(event), "success");
  assert.match(event.hangoutLink, /^https:\/\/meet\.google\.com\//);
  assert.ok(event.conferenceData.entryPoints.some((point) => point.entryPointType === "video"));
  const patch = (etag) =>
    calendar.events.patch(
      { calendarId: "primary", eventId: made.id, requestBody: { summary: "Second lesson" } },
      { headers: { "If-Match": etag } },
    );
  const { data: changed } = await patch(event.etag);
  assert.equal(changed.summary, "Second lesson");
  assert.equal(changed.hangoutLink, event.hangoutLink);
  await refused(412, "conditionNotMet", () => patch(event.etag));
  return made.id;
}

async function synchronising(calendar, eventId) {
  const list = calendar.events.list.bind(calendar.events);
  const full = await pages(list, { calendarId: "primary", maxResults: 3 });
  assert.ok(full.items.some((one) => one.id === eventId));
  const still = await pages(list, { calendarId: "primary", syncToken: full.syncToken });
  assert.deepEqual(still.items, []);
  await calendar.events.delete({ calendarId: "primary", eventId, sendUpdates: "none" });
  const delta = await pages(list, { calendarId: "primary", syncToken: still.syncToken });
  assert.deepEqual(delta.items.map((one) => [one.id, one.status]), [[eventId, "cancelled"]]);
  await refused(410, "deleted", () => calendar.events.delete({ calendarId: "primary", eventId }));
  await control("POST", "/sync-tokens/expire", { calendar: "ana@example.com" });
  await refused(410, "fullSyncRequired", () =>
    calendar.events.list({ calendarId: "primary", syncToken: delta.syncToken }),
  );
}

/** Opens a channel to a server of our own, changes the calendar, and hears of it. */
async function listening(calendar, start) {
  const told = [];
  const server = http.createServer((request, response) => {
    told.push(request.headers);
    server.emit("told");
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const until = async (state) => {
    const deadline = AbortSignal.timeout(30_000);
    while (!told.some((headers) => headers["x-goog-resource-state"] === state)) {
      await once(server, "told", { signal: deadline });
    }
  };
  try {
    const { data: channel } = await calendar.events.watch({
      calendarId: "primary",
      requestBody: {
        id: "node-channel-1",
        type: "web_hook",
        address: `http://127.0.0.1:${server.address().port}/hook`,
        token: "secret-1",
      },
    });
    assert.equal(channel.kind, "api#channel");
    await until("sync");
    const requestBody = {
      summary: "Watched",
      start: { dateTime: start.toISOString() },
      end: { dateTime: new Date(start.getTime() + 60_000).toISOString() },
    };
    await calendar.events.insert({ calendarId: "primary", requestBody });
    await until("exists");
    for (const headers of told) {
      assert.equal(headers["x-goog-channel-id"], "node-channel-1");
      assert.equal(headers["x-goog-channel-token"], "secret-1");
      assert.equal(headers["x-goog-resource-id"], channel.resourceId);
    }
    await calendar.channels.stop({ requestBody: { id: channel.id, resourceId: channel.resourceId } });
  } finally {
    server.close();
  }
}

/** Two calls in one, by hand: Google's Node client has no batches. */
async function batching(client) {
  const part = (id, path) =>
    `--b1\r\nContent-Type: application/http\r\nContent-ID: <${id}>\r\n\r\nGET ${path} HTTP/1.1\r\n\r\n\r\n`;
  const { data, headers } = await client.request({
    url: `${base}/batch/calendar/v3`,
    method: "POST",
    headers: { "Content-Type": "multipart/mixed; boundary=b1" },
    data:
      part("one", "/calendar/v3/users/me/calendarList/primary") +
      part("two", "/calendar/v3/calendars/primary/events/nothing") +
      "--b1--\r\n",
    responseType: "text",
  });
  assert.match(headers.get("content-type"), /^multipart\/mixed; ?boundary=/);
  assert.match(data, /<response-one>[\s\S]*HTTP\/1\.1 200 OK[\s\S]*<response-two>[\s\S]*HTTP\/1\.1 404 Not Found/);
}

async function leaving(client, calendar) {
  await client.revokeToken(client.credentials.refresh_token);
  await assert.rejects(client.refreshAccessToken(), /invalid_grant/);
  const { access_token: accessToken } = client.credentials;
  const bare = newClient();
  bare.setCredentials({ access_token: accessToken });
  await refused(401, "authError", () => calendar.calendarList.list({ auth: bare }));
}

async function main() {
  // The client checks an id_token by its own clock.
  const now = new Date(Math.floor(Date.now() / 1000) * 1000);
  await control("POST", "/clock", { now: now.toISOString() });
  const client = await connect("ana@example.com");
  await identity(client);
  const calendar = google.calendar({ version: "v3", auth: client, rootUrl: `${base}/` });
  const start = new Date(now.getTime() + 2 * 86_400_000);
  await reading(calendar, start);
  const eventId = await writing(calendar, start);
  await synchronising(calendar, eventId);
  await listening(calendar, start);
  await batching(client);
  await leaving(client, calendar);
  console.log("Google's Node client is content");
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
