"""Holds recorded calls against Google's discovery documents; the folder with the records is the first argument.

The simulator writes the records (`kalends simulate --record FOLDER`, or KALENDS_RECORD_CALLS in the tests). Every answer
must be what the document says. Of the questions those of Kalends' own adapter must be, too: tests ask wrong questions on
purpose, the adapter never may.
"""

import collections
import json
import pathlib
import sys

from discovery import Discovery

ADAPTER = "kalends/"
# Google serves it, but its document only tells of POST.
UNDOCUMENTED = [("GET", "/oauth2/v2/tokeninfo")]
# What a path that no API has is answered.
UNKNOWN = (404, 405)


class Tally:
    def __init__(self):
        self.apis = {"/calendar/v3/": Discovery("calendar.v3"), "/oauth2/v2/": Discovery("oauth2.v2")}
        self.answers = collections.Counter()
        self.calls = collections.Counter()
        self.faults = collections.Counter()

    def take(self, call):
        api = next(api for prefix, api in self.apis.items() if call["url"].startswith(prefix))
        verb, url, status = call["method"], call["url"], call["status"]
        if verb == "HEAD":
            # The record is made where the answer still has the body that the caller does not get.
            verb = "GET"
        method = api.method_id(verb, url)
        own = (call["agent"] or "").startswith(ADAPTER)
        if method is None:
            served = (verb, url.partition("?")[0]) in UNDOCUMENTED
            if own or not (served or status in UNKNOWN):
                self.fault(call, f"no method of the API is {verb} {url}")
            return
        answer, unread = parsed(call["answer"])
        faults = [f"the answer is no JSON: {unread}"] if unread else api.check_answer(verb, url, status, answer)
        self.answers[method] += 1
        if own:
            body, unread = parsed(call["body"])
            faults += [f"the body is no JSON: {unread}"] if unread else api.check_question(verb, url, body)
            self.calls[method] += 1
        for fault in faults:
            self.fault(call, fault)

    def fault(self, call, what):
        self.faults[f"{what}\n    {call['method']} {call['url'][:200]} -> {call['status']}"] += 1


def parsed(text):
    """The JSON, and what is there instead."""
    if text is None:
        return None, None
    try:
        return json.loads(text), None
    except ValueError:
        return None, text[:80]


def check_folder(folder):
    tally = Tally()
    for path in sorted(pathlib.Path(folder).glob("*.jsonl")):
        with path.open() as lines:
            for line in lines:
                tally.take(json.loads(line))
    return tally


def prove_that_it_can_fail():
    """Wrong calls, each with the word that its fault must name; and right ones."""
    calendar = "/calendar/v3/calendars/primary"
    event = {"kind": "calendar#event", "etag": '"1"', "id": "abcde", "status": "confirmed"}
    wrong = [
        ("colour", {**event, "colour": "red"}),
        ("sequence", {**event, "sequence": "1"}),
        ("updated", {**event, "updated": "2026-11-20T12:00:00Z"}),
        ("created", {**event, "created": "2026-11-20T12:00:00.123Z"}),
        ("dateTime", {**event, "start": {"dateTime": "2026-11-20T12:00:00"}}),
        ("date", {**event, "start": {"date": "20.11.2026"}}),
        ("status", {**event, "status": "maybe"}),
        ("etag", {**event, "etag": "1"}),
        ("kind", {**event, "kind": "calendar#events"}),
        ("summary", {**event, "summary": None}),
        ("responseStatus", {**event, "attendees": [{"responseStatus": "yes"}]}),
    ]
    right = {"method": "GET", "url": f"{calendar}/events/abcde", "agent": "kalends/1", "body": None, "status": 200}
    cases = [(word, {**right, "answer": json.dumps(answer)}) for word, answer in wrong]
    good = {**right, "answer": json.dumps(event)}
    cases += [
        ("maxResult", {**good, "url": f"{calendar}/events/abcde?maxResult=1"}),
        ("maxResults", {**good, "url": f"{calendar}/events?maxResults=many", "answer": "{}"}),
        ("orderBy", {**good, "url": f"{calendar}/events?orderBy=title", "answer": "{}"}),
        ("timeMin", {**good, "url": f"{calendar}/events?timeMin=2026-11-20", "answer": "{}"}),
        ("takes no body", {**good, "body": "{}"}),
        ("color", {**good, "method": "POST", "url": f"{calendar}/events", "body": '{"color": "1"}'}),
        ("no method", {**good, "url": "/calendar/v3/calendar/primary"}),
        ("answers a body", {**good, "answer": None}),
        ("answers no body", {**good, "method": "DELETE"}),
        ("no JSON", {**good, "answer": "<html>"}),
        ("envelope", {**good, "status": 404, "answer": '{"code": 404}'}),
        ("expiration", {**good, "method": "POST", "url": f"{calendar}/events/watch", "body": "{}",
                        "answer": '{"kind": "api#channel", "expiration": 1}'}),
    ]
    for word, call in cases:
        tally = Tally()
        tally.take(call)
        assert any(word in fault for fault in tally.faults), f"nobody saw {word}: {dict(tally.faults)}"
    # Others than the adapter may ask what they like, but not be answered as they like.
    tally = Tally()
    tally.take(good)
    tally.take({**good, "agent": None, "url": f"{calendar}/events/abcde?maxResult=1"})
    tally.take({**good, "agent": None, "url": "/calendar/v3/nothing", "status": 404})
    assert not tally.faults, tally.faults
    return len(cases)


def main(folder, *options):
    proofs = prove_that_it_can_fail()
    tally = check_folder(folder)
    for fault, times in tally.faults.most_common(40):
        print(f"{times} x {fault}")
    print(
        f"{tally.answers.total()} answers of {len(tally.answers)} methods and {tally.calls.total()} calls of the Google "
        f"adapter to {len(tally.calls)} methods held against the discovery documents: {len(tally.faults)} faults "
        f"({proofs} wrong calls were seen to be wrong first)"
    )
    if not tally.answers and "--perhaps-none" not in options:
        print("nothing was recorded")
        return 1
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
