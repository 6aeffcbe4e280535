"""Random recurrence rules: Kalends against dateutil. `rules.py SEED AMOUNT EXPAND_BATCH`."""

import datetime as datetime_module
import random
import sys
import warnings
from collections import Counter
from datetime import datetime, timedelta, timezone
from itertools import takewhile
from zoneinfo import ZoneInfo

from dateutil import rrule

import by_the_rfc
import decided
import ours

warnings.filterwarnings("ignore", category=DeprecationWarning)

DAYS = by_the_rfc.DAYS
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu"]
# How long a window is, in days, so that most rules have a handful of starts in it.
REACH = {"YEARLY": 9000, "MONTHLY": 1500, "WEEKLY": 500, "DAILY": 90, "HOURLY": 8, "MINUTELY": 2, "SECONDLY": 0.05}
MOST = 400
ITERINFO = rrule._iterinfo


def some(rng, numbers, most=3):
    numbers = [number for number in numbers if number != 0 or min(numbers) == 0]
    return sorted(set(rng.choices(numbers, k=rng.randint(1, most))))


def a_rule(rng):
    """A rule that section 3.3.10 allows, as a dictionary of its parts."""
    freq = rng.choices(list(REACH), weights=[25, 25, 18, 14, 8, 6, 4])[0]
    rule = {"FREQ": freq}
    if rng.random() < 0.5:
        rule["INTERVAL"] = rng.choice([2, 3, 4, 5, 7, 12, 24, 36, 90])
    sometimes = lambda share: rng.random() < share
    if sometimes(0.25):
        rule["BYMONTH"] = some(rng, range(1, 13), 4)
    if freq == "YEARLY" and sometimes(0.2):
        rule["BYWEEKNO"] = some(rng, range(-53, 54))
    if freq in ("YEARLY", "HOURLY", "MINUTELY", "SECONDLY") and sometimes(0.12):
        rule["BYYEARDAY"] = some(rng, range(-366, 367), 8)
    if freq != "WEEKLY" and sometimes(0.25):
        rule["BYMONTHDAY"] = some(rng, range(-31, 32), 6)
    if sometimes(0.4):
        ordinals = [None]
        if freq == "MONTHLY" or (freq == "YEARLY" and "BYMONTH" in rule and "BYWEEKNO" not in rule):
            ordinals = [None, 1, 2, 3, 4, 5, -1, -2, -5]
        elif freq == "YEARLY" and "BYWEEKNO" not in rule:
            ordinals = [None, 1, 2, 10, 20, 53, -1, -2, -53]
        days = {(rng.choice(ordinals), rng.randrange(7)) for _ in range(rng.randint(1, 4))}
        rule["BYDAY"] = sorted(days, key=str)
    if sometimes(0.2):
        rule["BYHOUR"] = some(rng, range(24))
    if sometimes(0.15):
        rule["BYMINUTE"] = some(rng, range(60))
    if sometimes(0.1):
        rule["BYSECOND"] = some(rng, range(60))
    if any(name.startswith("BY") for name in rule) and sometimes(0.25):
        rule["BYSETPOS"] = some(rng, range(-6, 7))
    if sometimes(0.35):
        rule["WKST"] = rng.randrange(7)
    return rule


def text_of(rule, until=None):
    parts = []
    for name, value in rule.items():
        if name == "BYDAY":
            value = ",".join(f"{ordinal or ''}{DAYS[day]}" for ordinal, day in value)
        elif name == "WKST":
            value = DAYS[value]
        elif isinstance(value, list):
            value = ",".join(map(str, value))
        parts.append(f"{name}={value}")
    return ";".join(parts + ([f"UNTIL={until}"] if until else []))


class Enough(Exception):
    """dateutil has searched beyond what is asked."""


def ends_after(last):
    """Lets dateutil end its search after that month: it looks at `until` only when it has found something."""

    class Bounded(ITERINFO):
        def rebuild(self, year, month):
            if (year, month) > (last.year, last.month):
                raise Enough
            super().rebuild(year, month)

    return Bounded


def by_dateutil(rule, start, last):
    """Every start of the rule up to `last`."""
    days = [getattr(rrule, DAYS[day])(ordinal) for ordinal, day in rule.get("BYDAY", [])]
    named = {name.lower(): value for name, value in rule.items() if name.startswith("BY") and name != "BYDAY"}
    datetime_module.MAXYEAR = last.year + 1
    short = rule["FREQ"] in by_the_rfc.BELOW_A_DAY
    rrule._iterinfo = ends_after(last) if short else ITERINFO
    found = []
    try:
        made = rrule.rrule(
            getattr(rrule, rule["FREQ"]),
            dtstart=start,
            interval=rule.get("INTERVAL", 1),
            count=rule.get("COUNT"),
            until=last,
            wkst=rule.get("WKST", 0),
            byweekday=days or None,
            **named,
        )
        found.extend(takewhile(lambda moment: moment <= last, made))
    except Enough:
        pass
    except ValueError as fault:
        # An interval that never meets an hour or minute that a part names.
        if "empty set" not in str(fault):
            raise
    return found


def a_case(rng):
    """A rule with its start, its end and a window."""
    rule = a_rule(rng)
    all_day = rule["FREQ"] in ("YEARLY", "MONTHLY", "WEEKLY", "DAILY") and rng.random() < 0.15
    if all_day:
        rule = {name: value for name, value in rule.items() if name not in ("BYHOUR", "BYMINUTE", "BYSECOND")}
        if not any(name.startswith("BY") and name != "BYSETPOS" for name in rule):
            rule.pop("BYSETPOS", None)
    start = datetime(rng.randint(1996, 2030), 1, 1) + timedelta(rng.randrange(366))
    if not all_day:
        start += timedelta(minutes=rng.randrange(1440), seconds=rng.choice([0, 0, 30]))
    reach = timedelta(REACH[rule["FREQ"]] * (1 + rule.get("INTERVAL", 1) / 3))
    if rng.random() < 0.6:
        # A start that the rule makes itself, as section 3.8.5.3 asks for.
        start = next(iter(by_dateutil(rule, start, start + reach)), start)
    end = rng.choice(["COUNT", "UNTIL", None])
    if end == "COUNT":
        rule["COUNT"] = rng.randint(1, 40)
    until = start + reach * rng.random() if end == "UNTIL" else None
    begin = start + reach * rng.random() if rng.random() < 0.4 else start - timedelta(3)
    zone = None if all_day else rng.choice(ZONES + ["UTC", "floating"])
    return {"rule": rule, "start": start, "until": until, "window": (begin, begin + reach), "zone": zone}


def instants(case):
    """What turns a civil time of the case into seconds since 1970."""
    zone = ZoneInfo(case["zone"]) if case["zone"] not in (None, "floating") else timezone.utc
    return lambda civil: int(civil.replace(tzinfo=zone).timestamp())


def question(case):
    """The case as a calendar, and the last moment that its rule allows."""
    zone, start, until = case["zone"], case["start"], case["until"]
    civil = "%Y%m%dT%H%M%S"
    if zone is None:
        head, until_text = f";VALUE=DATE:{start:%Y%m%d}", until and f"{until:%Y%m%d}"
        until = until and until.replace(hour=23, minute=59, second=59)
    elif zone == "floating":
        head, until_text = f":{start:{civil}}", until and f"{until:{civil}}"
    elif zone == "UTC":
        head, until_text = f":{start:{civil}}Z", until and f"{until:{civil}}Z"
    else:
        head = f";TZID={zone}:{start:{civil}}"
        utc = until and until.replace(tzinfo=ZoneInfo(zone)).astimezone(timezone.utc)
        until_text = utc and f"{utc:{civil}}Z"
    rule = text_of(case["rule"], until_text)
    ics = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART{head}\nRRULE:{rule}\nEND:VEVENT\nEND:VCALENDAR\n"
    begin, end = (int(moment.replace(tzinfo=timezone.utc).timestamp()) for moment in case["window"])
    return {"ics": ics, "zone": "UTC", "from": begin, "to": end, "until": until}


def starts(case, asked, found):
    """The starts inside the window, in seconds: what a library found, within UNTIL, and DTSTART itself."""
    instant = instants(case)
    last = instant(asked["until"]) if asked["until"] else None
    made = [instant(civil) for civil in found]
    made = [moment for moment in made if last is None or moment <= last]
    first = instant(case["start"])
    if first not in made:
        made.append(first)
    length = 86400 if case["zone"] is None else 0
    inside = lambda moment: moment < asked["to"] and (moment + length > asked["from"] or moment == asked["from"])
    return sorted(filter(inside, made))


def main(seed, amount, program):
    rng = random.Random(f"rules {seed}")
    cases = [a_case(rng) for _ in range(amount)]
    questions = [question(case) for case in cases]
    answers = ours.expand(program, [{k: v for k, v in asked.items() if k != "until"} for asked in questions])
    reasons, differ = Counter(), 0
    for case, asked, answer in zip(cases, questions, answers, strict=True):
        last = case["window"][1] + timedelta(2)
        seen = [one[0] for one in answer["occurrences"]]
        if seen == starts(case, asked, by_dateutil(case["rule"], case["start"], last)) and not answer["faults"]:
            continue
        literal = starts(case, asked, by_the_rfc.Rule(case["rule"], case["start"]).instances(last))
        why = decided.reason(decided.RULES, case["rule"])
        if why and seen == literal and not answer["faults"]:
            reasons[why] += 1
            continue
        differ += 1
        if differ <= MOST:
            expected = starts(case, asked, by_dateutil(case["rule"], case["start"], last))
            lines = asked["ics"].splitlines()
            print("DIFFERS", *lines[3:5], asked["from"], asked["to"], answer["faults"])
            print("  only dateutil:", [str(datetime.fromtimestamp(s, timezone.utc)) for s in expected if s not in seen][:4])
            print("  only kalends:", [str(datetime.fromtimestamp(s, timezone.utc)) for s in seen if s not in expected][:4])
            print("  the RFC taken literally agrees with", "kalends" if seen == literal else "dateutil" if expected == literal else "neither")
    for why, times in reasons.items():
        print(f"decided {times} times: {why}")
    agree = amount - differ - reasons.total()
    print(f"{amount} rules, {agree} agree ({reasons.total()} decided by the RFC, {differ} differ)")
    return differ == 0


if __name__ == "__main__":
    raise SystemExit(0 if main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]) else 1)
