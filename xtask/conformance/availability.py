"""Random questions for slots: Kalends against plain Python. `availability.py SEED AMOUNT KALENDS`.

Written from the words of the command's documentation, with `zoneinfo` and by brute force: every minute of the window is
looked up on the clock of the zone, every candidate is held against every busy span. Nothing here is clever.
"""

import json
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

MINUTE = 60

# Zones with a window of dates around some change of their clocks, or without one.
PLACES = [
    ("UTC", "2026-11-20"),
    ("Europe/Zurich", "2026-03-27"),
    ("Europe/Zurich", "2026-10-23"),
    ("Europe/London", "2027-03-26"),
    ("Europe/Dublin", "2026-10-24"),
    ("America/New_York", "2026-03-06"),
    ("America/New_York", "2026-10-30"),
    ("America/St_Johns", "2026-03-07"),
    ("America/St_Johns", "2026-10-31"),
    ("America/Sao_Paulo", "2018-11-02"),  # midnight is skipped
    ("America/Havana", "2026-03-07"),  # midnight is skipped
    ("America/Havana", "2026-10-31"),  # midnight comes twice
    ("Asia/Kolkata", "2026-06-01"),
    ("Asia/Kathmandu", "2026-06-01"),
    ("Asia/Beirut", "2026-03-28"),
    ("Asia/Gaza", "2026-03-27"),
    ("Africa/Cairo", "2026-04-23"),
    ("Africa/Casablanca", "2026-02-14"),
    ("Australia/Adelaide", "2026-04-03"),
    ("Australia/Eucla", "2026-06-01"),
    ("Australia/Lord_Howe", "2026-04-03"),  # half an hour back
    ("Australia/Lord_Howe", "2026-10-02"),  # half an hour forward
    ("Pacific/Chatham", "2026-04-03"),
    ("Pacific/Chatham", "2026-09-25"),
    ("Pacific/Apia", "2011-12-28"),  # 30 December 2011 is skipped
    ("Pacific/Kiritimati", "2026-06-01"),
    ("Antarctica/Troll", "2026-03-27"),  # two hours
]


def shown(second):
    return datetime.fromtimestamp(second, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_of_day(minute):
    return f"{minute // 60:02d}:{minute % 60:02d}"


def minute_of_day(text):
    return int(text[:2]) * 60 + int(text[3:])


def some_hours(rng):
    """Start and end of some part of a day."""
    unit = rng.choice([1, 5, 15, 30, 60])
    start = rng.randrange(0, 1440 // unit) * unit
    end = min(1440, start + rng.randrange(1, 14 * 60 // unit + 1) * unit)
    if rng.random() < 0.5:  # what people have
        start, end = rng.choice([(480, 1020), (540, 960), (0, 1440), (0, 300), (1200, 1440), (90, 210)])
    return time_of_day(start), time_of_day(end)


def question(rng):
    place, first = rng.choice(PLACES)
    zone = ZoneInfo(place)
    midnight = int(datetime.fromisoformat(first).replace(tzinfo=zone).timestamp())
    start = midnight + rng.choice([0, rng.randrange(0, 86_400, 300), rng.randrange(0, 86_400)])
    length = rng.choice([rng.randrange(1, 6) * 86_400, rng.randrange(600, 5 * 86_400)])
    asked = {"timeZone": place, "from": shown(start), "to": shown(start + length)}
    asked["durationMinutes"] = rng.choice([5, 15, 20, 30, 45, 50, 60, 90, 120, 600, rng.randrange(1, 200)])
    if rng.random() < 0.6:
        asked["stepMinutes"] = rng.choice([5, 10, 15, 20, 30, 45, 60, 75, rng.randrange(1, 200)])
    if rng.random() < 0.7:
        asked["roundToMinutes"] = rng.choice([0, 5, 10, 15, 20, 25, 30, 40, 45, 60, rng.randrange(1, 61)])
    for buffer in ("bufferBeforeMinutes", "bufferAfterMinutes"):
        if rng.random() < 0.4:
            asked[buffer] = rng.choice([0, 5, 10, 15, 30, 60, 240])
    if rng.random() < 0.6:
        asked["now"] = shown(start + rng.randrange(-2 * 86_400, length))
    if rng.random() < 0.5:
        asked["minimumNoticeMinutes"] = rng.choice([0, 30, 60, 240, 1440, rng.randrange(0, 3000)])
    if rng.random() < 0.9:
        asked["openHours"] = []
        for _ in range(rng.choice([0, 1, 1, 1, 2, 3, 4])):
            days = rng.choice([[1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7], rng.sample(range(1, 8), rng.randrange(1, 8))])
            opens, closes = some_hours(rng)
            asked["openHours"].append({"days": days, "start": opens, "end": closes})
        if rng.random() < 0.5:
            dates = rng.sample(range(-1, 6), rng.randrange(1, 4))
            asked["overrides"] = [
                {
                    "date": (date.fromisoformat(first) + timedelta(days=days)).isoformat(),
                    "intervals": [some_hours(rng) for _ in range(rng.choice([0, 1, 1, 2]))],
                }
                for days in dates
            ]
    asked["busy"] = []
    unit = rng.choice([1, 60, 300, 900])
    for _ in range(rng.choice([0, 1, 3, 8, 20, 60])):
        busy = rng.randrange(start - 86_400, start + length + 86_400) // unit * unit
        lasts = rng.choice([unit, 900, 1800, 3600, 7200, 86_400, rng.randrange(1, 20_000)])
        asked["busy"].append([shown(busy), shown(busy + max(lasts // unit, 1) * unit)])
        if rng.random() < 0.1:  # one that touches it
            asked["busy"].append([shown(busy - unit), shown(busy)])
    rng.shuffle(asked["busy"])
    return asked


def seconds(text):
    return int(datetime.fromisoformat(text).timestamp())


def is_open(asked, zone, second):
    if "openHours" not in asked:
        return True
    clock = datetime.fromtimestamp(second, zone)
    minute = clock.hour * 60 + clock.minute
    for override in asked.get("overrides", []):
        if override["date"] == clock.date().isoformat():
            windows = override["intervals"]
            break
    else:
        windows = [
            (hours["start"], hours["end"]) for hours in asked["openHours"] if clock.isoweekday() in hours["days"]
        ]
    return any(minute_of_day(opens) <= minute < minute_of_day(closes) for opens, closes in windows)


def open_spans(asked, zone, start, end):
    """Minute after minute; a zone's clock has no seconds of its own in these years."""
    spans = []
    second = start
    while second < end:
        until = min(end, second - second % MINUTE + MINUTE)
        if is_open(asked, zone, second):
            if spans and spans[-1][1] == second:
                spans[-1][1] = until
            else:
                spans.append([second, until])
        second = until
    return spans


def without(spans, busy):
    for taken, given_back in busy:
        left = []
        for start, end in spans:
            left.append([start, min(end, taken)])
            left.append([max(start, given_back), end])
        spans = [span for span in left if span[0] < span[1]]
    return sorted(spans)


def rounded_up(zone, second, unit):
    if unit == 0:
        return second
    second += -second % MINUTE
    while datetime.fromtimestamp(second, zone).minute % unit != 0:
        second += MINUTE
    return second


def answer(asked):
    zone = ZoneInfo(asked["timeZone"])
    start, end = seconds(asked["from"]), seconds(asked["to"])
    busy = [(seconds(taken), seconds(given_back)) for taken, given_back in asked["busy"]]
    duration = asked["durationMinutes"] * MINUTE
    step = asked.get("stepMinutes", asked["durationMinutes"]) * MINUTE
    before = asked.get("bufferBeforeMinutes", 0) * MINUTE
    after = asked.get("bufferAfterMinutes", 0) * MINUTE
    earliest = start
    if "now" in asked:
        earliest = seconds(asked["now"]) + asked.get("minimumNoticeMinutes", 0) * MINUTE
    free = without(open_spans(asked, zone, start, end), busy)
    slots = []
    for opens, closes in free:
        candidate = rounded_up(zone, opens, asked.get("roundToMinutes", 15))
        while candidate + duration <= closes:
            clear = all(
                candidate + duration + after <= taken or given_back <= candidate - before
                for taken, given_back in busy
            )
            if clear and candidate >= earliest:
                slots.append(candidate)
            candidate += step
    return {"free": [[shown(opens), shown(closes)] for opens, closes in free], "slots": [shown(at) for at in slots]}


def by_kalends(program, asked):
    """What `kalends slots compute` answers, or what it says when it does not."""
    command = [program, "slots", "compute", "--input", "-", "--json"]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr.strip()


def main():
    seed, amount, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    rng = random.Random(f"availability {seed}")
    questions = [question(rng) for _ in range(amount)]
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda asked: by_kalends(program, asked), questions))
    agree = slots = 0
    for asked, seen in zip(questions, answers):
        expected = answer(asked)
        slots += len(expected["slots"])
        if seen == expected:
            agree += 1
        else:
            print(f"differs: {json.dumps(asked)}\n  python:  {json.dumps(expected)}\n  kalends: {json.dumps(seen)}")
    print(f"{amount} scenarios, {agree} agree ({slots} slots)")
    if agree < amount or slots < amount:
        sys.exit(1)


if __name__ == "__main__":
    main()
