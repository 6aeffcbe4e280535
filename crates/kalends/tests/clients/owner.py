"""Google's own Python client as the owner of a calendar on which somebody else's events stand.

The arguments are the simulator's base address, the account and how many events there are. Every third of them is moved
(`patch`), every third gets another title (read, changed and written whole with `update`, guarded by its etag), every third
is deleted. What was done is told on standard output, a line of JSON each.
"""

import datetime
import json
import sys
import time
import urllib.request

import httplib2
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

MARKER = "kalends"


def token(base, account):
    """An access token as after the owner's consent."""
    order = {"provider": "google", "email": account, "scopes": "calendar.events"}
    request = urllib.request.Request(f"{base}/_sim/tokens", json.dumps(order).encode(), method="POST")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["accessToken"]


def service(base, account):
    authorized = AuthorizedHttp(Credentials(token(base, account)), http=httplib2.Http())
    return build("calendar", "v3", http=authorized, client_options={"api_endpoint": f"{base}/calendar/v3/"})


def marked(google):
    """All events that carry the application's private mark, in the order of their titles."""
    found, request = [], google.events().list(calendarId="primary", maxResults=50)
    while request is not None:
        page = request.execute()
        found += [
            event
            for event in page["items"]
            if MARKER in event.get("extendedProperties", {}).get("private", {})
        ]
        request = google.events().list_next(request, page)
    return sorted(found, key=lambda event: event["summary"])


def arrived(google, count):
    """The events once all of them are there."""
    for _ in range(600):
        events = marked(google)
        if len(events) == count:
            return events
        time.sleep(0.1)
    raise AssertionError(f"{len(events)} of {count} events have arrived")


def moved(google, event):
    start, end = (
        datetime.datetime.fromisoformat(event[at]["dateTime"]) + datetime.timedelta(minutes=7)
        for at in ("start", "end")
    )
    zone = event["start"]["timeZone"]
    body = {"start": {"dateTime": start.isoformat(), "timeZone": zone}, "end": {"dateTime": end.isoformat(), "timeZone": zone}}
    google.events().patch(calendarId="primary", eventId=event["id"], body=body).execute()
    return start.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def renamed(google, event):
    """Reads, changes and writes the whole event until nobody came between."""
    while True:
        event = google.events().get(calendarId="primary", eventId=event["id"]).execute()
        title = event["summary"] + " (renamed)"
        request = google.events().update(calendarId="primary", eventId=event["id"], body={**event, "summary": title})
        request.headers["If-Match"] = event["etag"]
        try:
            request.execute()
            return title
        except HttpError as error:
            if error.resp.status != 412:
                raise


def deleted(google, event):
    google.events().delete(calendarId="primary", eventId=event["id"]).execute()


def main(base, account, count):
    google = service(base, account)
    kinds = [("moved", moved), ("edited", renamed), ("deleted", deleted)]
    for number, event in enumerate(arrived(google, int(count))):
        kind, act = kinds[number % len(kinds)]
        told = {"title": event["summary"], "kind": kind, "after": act(google, event)}
        print(json.dumps(told), flush=True)


main(*sys.argv[1:])
