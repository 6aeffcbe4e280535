"""Random calendar files: Kalends against recurring-ical-events. `files.py SEED AMOUNT EXPAND_BATCH`."""

import random
import sys
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

import decided
import ours

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tehran", "Pacific/Auckland"]
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
CIVIL = "%Y%m%dT%H%M%S"


class Series:
    """One series as text, with what the exceptions want to know about it."""

    def __init__(self, rng, uid):
        self.rng, self.uid = rng, uid
        self.form = rng.choices(["zoned", "utc", "floating", "day"], weights=[60, 12, 8, 20])[0]
        self.zone = rng.choice(ZONES)
        # Often close to a change of the clocks, and often in the hours that are missing or come twice.
        near = rng.choice([date(2025, 3, 20), date(2025, 10, 15), date(2025, 1, 1), date(2024, 2, 20), date(2025, 4, 1)])
        hour = rng.choice([2, 1, 3, 0, 9, 14, 23])
        self.start = datetime.combine(near, datetime.min.time()) + timedelta(
            days=rng.randrange(20), hours=hour, minutes=rng.choice([0, 0, 30, 45])
        )
        if self.form == "day":
            self.start = self.start.replace(hour=0, minute=0)
        self.starts = []
        self.facts = set()
        # What an EXDATE or RECURRENCE-ID meets too when civil time is taken for UTC.
        self.keys = set()
        # Seconds that occurrences with an exact length last.
        self.lengths = set()
        # The same for lengths in days of the calendar, where these are of 24 hours.
        self.days = set()

    def value(self, moment, name, params=""):
        """A property with that civil time in the series' form."""
        if name in ("EXDATE", "RECURRENCE-ID"):
            self.mix_up(moment)
        if self.form == "day":
            return f"{name}{params};VALUE=DATE:{moment:%Y%m%d}\n"
        if self.form == "zoned":
            return f"{name}{params};TZID={self.zone}:{moment:{CIVIL}}\n"
        return f"{name}{params}:{moment:{CIVIL}}{'Z' if self.form == 'utc' else ''}\n"

    def mix_up(self, moment):
        utc = datetime.fromtimestamp(self.instant(moment), timezone.utc).replace(tzinfo=None)
        self.keys |= {seconds(moment), self.instant(utc)}

    def instant(self, moment):
        zone = ZoneInfo(self.zone) if self.form == "zoned" else timezone.utc
        return int(moment.replace(tzinfo=zone).timestamp())

    def in_another_zone(self, moment, name):
        """The same instant, written in UTC or in another zone."""
        zone = self.rng.choice([z for z in ZONES if z != self.zone] + ["UTC"])
        there = moment.replace(tzinfo=ZoneInfo(self.zone)).astimezone(timezone.utc).astimezone(ZoneInfo(zone))
        self.mix_up(moment)
        self.keys.add(seconds(there.replace(tzinfo=None)))
        return f"{name}:{there:{CIVIL}}Z\n" if zone == "UTC" else f"{name};TZID={zone}:{there:{CIVIL}}\n"

    def rule(self):
        rng = self.rng
        text, step = rng.choice(
            [
                ("FREQ=DAILY", timedelta(1)),
                ("FREQ=DAILY;INTERVAL=3", timedelta(3)),
                ("FREQ=WEEKLY", timedelta(7)),
                ("FREQ=WEEKLY;INTERVAL=2", timedelta(14)),
            ]
        )
        if text.startswith("FREQ=WEEKLY") and rng.random() < 0.3:
            day = DAYS[self.start.weekday()]
            text += f";BYDAY={day}"
        end = rng.random()
        if end < 0.4:
            text += f";COUNT={rng.randint(3, 40)}"
        elif end < 0.7:
            last = self.start + step * rng.randint(3, 40)
            if self.form == "day":
                text += f";UNTIL={last:%Y%m%d}"
            elif self.form == "floating":
                text += f";UNTIL={last:{CIVIL}}"
            else:
                zone = ZoneInfo(self.zone) if self.form == "zoned" else timezone.utc
                text += f";UNTIL={last.replace(tzinfo=zone).astimezone(timezone.utc):{CIVIL}}Z"
        self.starts = [self.start + step * n for n in range(60)]
        return text

    def length(self, start):
        rng = self.rng
        if self.form == "day":
            return rng.choice(["", self.value(start + timedelta(rng.randint(1, 3)), "DTEND"), "DURATION:P2D\n"])
        lasting = timedelta(minutes=rng.choice([30, 60, 90, 600, 1500]))
        choice = rng.random()
        if choice < 0.1:
            days = rng.randint(1, 2)
            self.days.add(86400 * days)
            return f"DURATION:P{days}D\n"
        exact = self.instant(start + lasting) - self.instant(start)
        if exact <= 0:
            # Start in a gap of the clocks, which moves it behind the end.
            choice = 1
        if choice < 0.7:
            self.lengths.add(exact)
        else:
            self.lengths.add(int(lasting.total_seconds()))
        if choice < 0.6:
            return self.value(start + lasting, "DTEND")
        if choice < 0.7:
            return self.in_another_zone(start + lasting, "DTEND") if self.form == "zoned" else self.value(start + lasting, "DTEND")
        return f"DURATION:PT{int(lasting.total_seconds() // 60)}M\n"

    def text(self):
        rng = self.rng
        head = self.value(self.start, "DTSTART") + self.length(self.start)
        lines = f"RRULE:{self.rule()}\n"
        taken = set()
        if rng.random() < 0.45:
            for moment in rng.sample(self.starts[:15], rng.randint(1, 3)):
                taken.add(moment)
                other = self.form == "zoned" and rng.random() < 0.3
                lines += self.in_another_zone(moment, "EXDATE") if other else self.value(moment, "EXDATE")
        if rng.random() < 0.3:
            extra = self.start + timedelta(days=rng.randint(0, 40), hours=0 if self.form == "day" else rng.randrange(12))
            lines += self.value(extra, "RDATE")
        if rng.random() < 0.2 and self.form in ("utc", "zoned"):
            self.facts.add("period")
            extra = self.start + timedelta(days=rng.randint(0, 40), hours=rng.randrange(1, 12))
            zone = f";TZID={self.zone}" if self.form == "zoned" else ""
            z = "" if self.form == "zoned" else "Z"
            hours = rng.randint(1, 9)
            later = extra + timedelta(hours=hours)
            self.lengths |= {3600 * hours, self.instant(later) - self.instant(extra)}
            end = rng.choice([f"PT{hours}H", f"{later:{CIVIL}}{z}"])
            lines += f"RDATE;VALUE=PERIOD{zone}:{extra:{CIVIL}}{z}/{end}\n"
        events = [head + lines]
        rest = [moment for moment in self.starts[1:20] if moment not in taken]
        for moment in rng.sample(rest, rng.choice([0, 0, 0, 1, 2, 3])):
            events.append(self.override(moment))
        if rng.random() < 0.15 and len(events) == 1:
            events.append(self.override(rest[0], future=True))
            events += [self.override(moment) for moment in rng.sample(rest[1:], rng.choice([0, 1, 2]))]
            if rng.random() < 0.3:
                events.append(self.override(self.starts[20], future=True))
        rng.shuffle(events)
        return "".join(f"BEGIN:VEVENT\nUID:{self.uid}\nDTSTAMP:20250101T000000Z\n{event}END:VEVENT\n" for event in events)

    def override(self, moment, future=False):
        rng = self.rng
        shift = timedelta(days=rng.randint(-3, 30), hours=0 if self.form == "day" else rng.randint(-3, 6))
        if future:
            shift = timedelta(days=rng.randint(-1, 2), hours=0 if self.form == "day" else rng.randint(-3, 6))
            self.facts.add("this and future")
        start = moment + shift
        params = ";RANGE=THISANDFUTURE" if future else ""
        text = self.value(moment, "RECURRENCE-ID", params)
        if self.form == "zoned" and not future and rng.random() < 0.3:
            text = self.in_another_zone(moment, "RECURRENCE-ID")
        text += self.value(start, "DTSTART") + self.length(start) + f"SEQUENCE:{rng.choice([0, 0, 1, 7])}\n"
        if not future and rng.random() < 0.15:
            self.facts.add("cancelled")
            text += "STATUS:CANCELLED\n"
        return text


def seconds(moment):
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, datetime.min.time())
    return int((moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp())


def by_the_library(text, begin, end):
    calendar = icalendar.Calendar.from_ical(text.replace("\n", "\r\n"))
    found = []
    for event in recurring_ical_events.of(calendar).between(begin, end):
        if event.get("STATUS") == "CANCELLED":
            continue
        found.append([seconds(event.start), seconds(event.end), str(event["UID"])])
    return sorted(found)


def main(seed, amount, program):
    rng = random.Random(f"files {seed}")
    cases = []
    for _ in range(amount):
        series = [Series(rng, f"s{n}") for n in range(rng.randint(1, 3))]
        text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Kalends//conformance//EN\n"
        text += "".join(one.text() for one in series) + "END:VCALENDAR\n"
        begin = datetime(2025, 1, 1, tzinfo=timezone.utc) + timedelta(rng.choice([-400, 0, rng.randrange(365)]))
        cases.append((series, text, begin, begin + timedelta(rng.choice([7, 60, 800]))))
    answers = ours.expand(
        program, [{"ics": text, "zone": "UTC", "from": seconds(begin), "to": seconds(end)} for _, text, begin, end in cases]
    )
    reasons, differ = Counter(), 0
    for (series, text, begin, end), answer in zip(cases, answers, strict=True):
        expected = by_the_library(text, begin, end)
        seen = answer["occurrences"]
        if seen == expected and not answer["faults"]:
            continue
        theirs, own = Counter(map(tuple, expected)) - Counter(map(tuple, seen)), Counter(map(tuple, seen)) - Counter(map(tuple, expected))
        odd = {one[2] for one in theirs + own}
        whys = {decided.reason(decided.FILES, decided.Difference(one, theirs, own)) for one in series if one.uid in odd}
        if odd and None not in whys and not answer["faults"]:
            reasons.update(whys)
            continue
        differ += 1
        shown = lambda ones: [f"{datetime.fromtimestamp(s, timezone.utc):%Y-%m-%d %H:%M}/{datetime.fromtimestamp(e, timezone.utc):%m-%d %H:%M} {uid}" for s, e, uid in ones]
        print("DIFFERS", begin.date(), end.date(), answer["faults"])
        for one in series:
            if one.uid in odd:
                print("   facts", one.facts)
        for event in text.split("BEGIN:VEVENT\n")[1:]:
            if any(f"UID:{uid}\n" in event for uid in odd):
                print("   ", " | ".join(event.splitlines()[2:-1]))
        print("  only the library:", shown(theirs)[:5])
        print("  only kalends:", shown(own)[:5])
    for why, times in reasons.items():
        print(f"decided {times} times: {why}")
    agree = amount - differ - reasons.total()
    print(f"{amount} files, {agree} agree ({reasons.total()} decided by the RFC, {differ} differ)")
    return differ == 0


if __name__ == "__main__":
    raise SystemExit(0 if main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]) else 1)
