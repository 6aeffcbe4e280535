"""Google's own Python client lives a user's life at the simulator whose base address is the first argument.

It connects through the consent form, refreshes, lists calendars, asks free/busy, makes a meeting with Meet, patches it by
etag, synchronises, sees a tombstone and a 410, is told of a change, sends a batch, revokes, and is refused. Every call is
held against Google's discovery document.
"""

import datetime
import html.parser
import http.server
import json
import queue
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

import httplib2
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google_auth_httplib2 import AuthorizedHttp
from google_auth_oauthlib.flow import Flow
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from googleapiclient.http import BatchHttpRequest

from discovery import Discovery

SCOPES = [
    "openid",
    "https://www.googleapis.com/auth/userinfo.email",
    "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
    "https://www.googleapis.com/auth/calendar.events",
    "https://www.googleapis.com/auth/calendar.freebusy",
]
REDIRECT = "http://localhost:8080/oauth/callback"


class Form(html.parser.HTMLParser):
    """The one form of a page: where it goes, and its fields as a browser would send them."""

    def __init__(self, page):
        super().__init__()
        self.action = None
        self.fields = []
        self.choices = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.action = given["action"]
        elif tag == "input" and given.get("type") == "radio":
            self.choices.append((given["name"], given["value"]))
        elif tag == "input" and given.get("type") == "checkbox" and "checked" in given:
            self.fields.append((given["name"], given["value"]))
        elif tag == "input" and given.get("type") == "hidden":
            self.fields.append((given["name"], given["value"]))


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Recorder(httplib2.Http):
    """An HTTP client that keeps every call."""

    calls = []

    def request(self, uri, method="GET", body=None, headers=None, **more):
        response, content = super().request(uri, method=method, body=body, headers=headers, **more)
        self.calls.append((method, uri, body, response.status, content))
        return response, content


def consent(base, flow, account, untick=()):
    """Does what a person does on the consent page and returns where it leads."""
    url, _ = flow.authorization_url(access_type="offline", prompt="consent", login_hint=account)
    page = urllib.request.urlopen(url).read().decode()
    form = Form(page)
    assert ("account", account) in form.choices, form.choices
    fields = [(name, value) for name, value in form.fields if value not in untick]
    fields += [("account", account), ("decision", "allow")]
    target = urllib.parse.urljoin(base, form.action)
    try:
        urllib.request.build_opener(NoRedirect).open(target, urllib.parse.urlencode(fields).encode())
    except urllib.error.HTTPError as redirect:
        assert redirect.code == 302, redirect.code
        return redirect.headers["Location"]
    raise AssertionError("the consent form did not lead back")


def new_flow(base, scopes):
    client = {
        "client_id": "kalends-demo",
        "client_secret": "kalends-demo-secret",
        "auth_uri": f"{base}/o/oauth2/v2/auth",
        "token_uri": f"{base}/token",
    }
    return Flow.from_client_config({"web": client}, scopes=scopes, redirect_uri=REDIRECT)


def connect(base, account):
    flow = new_flow(base, SCOPES)
    location = consent(base, flow, account)
    flow.fetch_token(authorization_response=location)
    credentials = flow.credentials
    assert credentials.refresh_token and credentials.id_token and credentials.valid
    return credentials


def refused(status, reason, call):
    """The call must fail like this."""
    try:
        call.execute()
    except HttpError as error:
        details = json.loads(error.content)["error"]
        assert (error.resp.status, details["errors"][0]["reason"]) == (status, reason), error
        return
    raise AssertionError(f"expected {status} {reason}")


def pages(method, **arguments):
    """All items, and the sync token of the last page."""
    items, request = [], method.list(**arguments)
    while request is not None:
        page = request.execute()
        assert ("nextPageToken" in page) != ("nextSyncToken" in page), page.keys()
        items += page["items"]
        last = page
        request = method.list_next(request, page)
    return items, last["nextSyncToken"]


def order(base, path, body):
    """An order to the simulator's control plane."""
    request = urllib.request.Request(f"{base}/_sim{path}", json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def meeting(base, google, start):
    """Makes a meeting with a Meet link, waits for the link, and changes the title by etag."""
    wanted = {
        "summary": "Online lesson",
        "start": {"dateTime": stamp(start)},
        "end": {"dateTime": stamp(start + datetime.timedelta(minutes=45))},
        "conferenceData": {
            "createRequest": {"requestId": "lesson-1", "conferenceSolutionKey": {"type": "hangoutsMeet"}},
        },
    }
    made = google.events().insert(calendarId="primary", body=wanted, conferenceDataVersion=1).execute()
    event = made
    for _ in range(10):
        status = event["conferenceData"]["createRequest"]["status"]["statusCode"]
        if status != "pending":
            break
        order(base, "/clock", {"advanceSeconds": 5})
        event = google.events().get(calendarId="primary", eventId=made["id"]).execute()
    assert status == "success" and event["hangoutLink"].startswith("https://meet.google.com/"), event

    def renamed(etag):
        request = google.events().patch(calendarId="primary", eventId=made["id"], body={"summary": "Second lesson"})
        request.headers["If-Match"] = etag
        return request

    changed = renamed(event["etag"]).execute()
    assert changed["summary"] == "Second lesson" and changed["hangoutLink"] == event["hangoutLink"]
    refused(412, "conditionNotMet", renamed(event["etag"]))
    google.events().delete(calendarId="primary", eventId=made["id"]).execute()
    refused(410, "deleted", google.events().delete(calendarId="primary", eventId=made["id"]))


class Hook(http.server.BaseHTTPRequestHandler):
    """Takes notifications."""

    told = queue.Queue()

    def do_POST(self):
        self.told.put({name.lower(): value for name, value in self.headers.items()})
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def watched(google, start):
    """Opens a channel to a server of our own, changes the calendar, and hears of it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/hook"
    wish = {"id": "python-channel-1", "type": "web_hook", "address": address, "token": "secret-1"}
    channel = google.events().watch(calendarId="primary", body=wish).execute()
    first = Hook.told.get(timeout=30)
    assert (first["x-goog-resource-state"], first["x-goog-message-number"]) == ("sync", "1"), first
    event = {"summary": "Watched", "start": {"dateTime": stamp(start)}, "end": {"dateTime": stamp(start)}}
    google.events().insert(calendarId="primary", body=event).execute()
    then = Hook.told.get(timeout=30)
    assert then["x-goog-resource-state"] == "exists" and int(then["x-goog-message-number"]) > 1, then
    for headers in (first, then):
        assert headers["x-goog-channel-id"] == channel["id"] and headers["x-goog-channel-token"] == "secret-1"
        assert headers["x-goog-resource-id"] == channel["resourceId"]
    google.channels().stop(body={"id": channel["id"], "resourceId": channel["resourceId"]}).execute()
    refused(404, "notFound", google.channels().stop(body={"id": channel["id"], "resourceId": channel["resourceId"]}))
    server.shutdown()


def batched(base, google):
    """Three calls in one; one of them fails, and only that one."""
    answers = {}

    def keep(request_id, response, exception):
        answers[request_id] = exception.resp.status if exception else response["kind"]

    batch = BatchHttpRequest(callback=keep, batch_uri=f"{base}/batch/calendar/v3")
    batch.add(google.calendarList().get(calendarId="primary"), request_id="list")
    batch.add(google.events().list(calendarId="primary", maxResults=1), request_id="events")
    batch.add(google.events().get(calendarId="primary", eventId="nothing"), request_id="missing")
    batch.execute()
    assert answers == {"list": "calendar#calendarListEntry", "events": "calendar#events", "missing": 404}, answers


def stamp(time):
    return time.isoformat().replace("+00:00", "Z")


def live(base):
    clock = json.load(urllib.request.urlopen(f"{base}/_sim/clock"))["now"]
    now = datetime.datetime.fromisoformat(clock.replace("Z", "+00:00")).replace(microsecond=0)
    week = {"timeMin": stamp(now), "timeMax": stamp(now + datetime.timedelta(days=7))}
    credentials = connect(base, "ana@example.com")
    before = credentials.token
    credentials.refresh(Request())
    assert credentials.token != before
    google = build(
        "calendar",
        "v3",
        http=AuthorizedHttp(credentials, http=Recorder()),
        client_options={"api_endpoint": f"{base}/calendar/v3/"},
    )

    calendars, _ = pages(google.calendarList(), maxResults=2)
    primary = [one for one in calendars if one.get("primary")]
    assert [one["id"] for one in primary] == ["ana@example.com"] and len(calendars) == 4, calendars
    google.calendarList().get(calendarId="primary").execute()

    asked = [{"id": "primary"}, {"id": "nobody@example.com"}]
    busy = google.freebusy().query(body={**week, "items": asked}).execute()["calendars"]
    assert busy["primary"]["busy"] and busy["nobody@example.com"]["errors"][0]["reason"] == "notFound", busy

    events, token = pages(google.events(), calendarId="primary", maxResults=3)
    assert any("recurrence" in one for one in events) and any("recurringEventId" in one for one in events)
    singles, _ = pages(google.events(), calendarId="primary", singleEvents=True, orderBy="startTime", maxResults=50, **week)
    starts = [one["start"].get("dateTime", one["start"].get("date")) for one in singles]
    assert len(starts) > 5 and all("recurrence" not in one for one in singles)
    for one in singles[:3]:
        google.events().get(calendarId="primary", eventId=one["id"]).execute()

    start = now + datetime.timedelta(days=2)
    lesson = {
        "summary": "Trial lesson",
        "start": {"dateTime": stamp(start)},
        "end": {"dateTime": stamp(start + datetime.timedelta(minutes=45))},
        "attendees": [{"email": "pupil@example.net"}],
        "reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 15}]},
        "extendedProperties": {"private": {"lesson": "1"}},
    }
    made = google.events().insert(calendarId="primary", body=lesson, sendUpdates="none").execute()
    weekly = {
        "summary": "Weekly lesson",
        "start": {"dateTime": "2026-12-01T16:00:00", "timeZone": "Europe/Zurich"},
        "end": {"dateTime": "2026-12-01T17:00:00", "timeZone": "Europe/Zurich"},
        "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"],
    }
    series = google.events().insert(calendarId="primary", body=weekly).execute()
    instances = google.events().instances(calendarId="primary", eventId=series["id"]).execute()["items"]
    assert [one["start"]["dateTime"] for one in instances][:2] == ["2026-12-01T16:00:00+01:00", "2026-12-08T16:00:00+01:00"]

    changed, token = pages(google.events(), calendarId="primary", syncToken=token)
    assert {one["id"] for one in changed} == {made["id"], series["id"]}, changed

    google.events().patch(calendarId="primary", eventId=made["id"], body={"summary": "Lesson"}).execute()
    google.events().update(calendarId="primary", eventId=made["id"], body=lesson).execute()
    google.events().delete(calendarId="primary", eventId=instances[1]["id"]).execute()
    google.events().delete(calendarId="primary", eventId=made["id"]).execute()
    changed, token = pages(google.events(), calendarId="primary", syncToken=token)
    by_id = {one["id"]: one for one in changed}
    assert by_id[made["id"]]["status"] == "cancelled" and "summary" not in by_id[made["id"]], changed
    assert by_id[instances[1]["id"]]["recurringEventId"] == series["id"], changed
    refused(410, "deleted", google.events().delete(calendarId="primary", eventId=made["id"]))
    changed, token = pages(google.events(), calendarId="primary", syncToken=token)
    assert changed == []
    refused(400, "invalid", google.events().list(calendarId="primary", syncToken="broken"))
    refused(404, "notFound", google.events().list(calendarId="ben@example.com"))
    refused(403, "insufficientPermissions", google.settings().list())
    meeting(base, google, start)
    watched(google, start)
    batched(base, google)
    order(base, "/sync-tokens/expire", {"calendar": "ana@example.com"})
    refused(410, "fullSyncRequired", google.events().list(calendarId="primary", syncToken=token))

    for other in ("ben@example.com", "chika@example.com"):
        theirs = build(
            "calendar",
            "v3",
            http=AuthorizedHttp(connect(base, other), http=Recorder()),
            client_options={"api_endpoint": f"{base}/calendar/v3/"},
        )
        for calendar in pages(theirs.calendarList())[0]:
            pages(theirs.events(), calendarId=calendar["id"], singleEvents=True)
            pages(theirs.events(), calendarId=calendar["id"], showDeleted=True, timeZone="Asia/Tokyo")

    revoked = urllib.parse.urlencode({"token": credentials.refresh_token}).encode()
    assert urllib.request.urlopen(f"{base}/revoke", revoked).status == 200
    try:
        credentials.refresh(Request())
    except RefreshError as error:
        assert "invalid_grant" in str(error), error
    else:
        raise AssertionError("a revoked token was refreshed")

    partial = new_flow(base, None)
    partial.oauth2session.scope = SCOPES
    location = consent(base, partial, "ana@example.com", untick=[SCOPES[3]])
    granted = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["scope"][0].split()
    assert SCOPES[3] not in granted and SCOPES[4] in granted, granted


def hold_against_discovery(calls):
    discovery = Discovery("calendar.v3")
    faults = []
    for verb, url, body, status, content in calls:
        if "/batch/" in url:
            # The simulator records what is inside as calls of their own.
            continue
        answer = json.loads(content) if content else None
        faults += discovery.check(verb, url, json.loads(body) if body else None, status, answer)
    assert not faults, "\n".join(faults)
    # A checker that finds nothing wrong with a wrong call would prove nothing.
    wrong = discovery.check("GET", "http://x/calendar/v3/calendars/a/events?maxResult=1", None, 200, {"item": []})
    assert len(wrong) == 2, wrong


if __name__ == "__main__":
    live(sys.argv[1])
    hold_against_discovery(Recorder.calls)
    print(f"{len(Recorder.calls)} calls, all as Google's discovery document says")
