"""RFC 5545 section 3.3.10 taken literally: slow, and easy to hold against the text.

Each period of the rule (counted from the period that holds DTSTART) has a set of days and a set of times; the table of
that section says of each part whether it expands or limits; BYSETPOS picks from the whole period's set.
"""

from datetime import date, datetime, time, timedelta

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
BELOW_A_DAY = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}


def first_week(year, week_start):
    """First day of week one: the first week with at least four days in the year."""
    fourth = date(year, 1, 4)
    return fourth - timedelta((fourth.weekday() - week_start) % 7)


def week_year(day, week_start):
    if day < first_week(day.year, week_start):
        return day.year - 1
    return day.year + (day >= first_week(day.year + 1, week_start))


class Rule:
    """`parts` has lists of numbers under BYMONTH and so on, BYDAY as [(ordinal or None, weekday)], and FREQ,
    INTERVAL, COUNT, WKST (0 is Monday)."""

    def __init__(self, parts, start):
        self.parts, self.start = parts, start
        self.freq, self.interval = parts["FREQ"], parts.get("INTERVAL", 1)
        self.week_start = parts.get("WKST", 0)
        self.by = lambda name: parts.get(name) or []

    def instances(self, until):
        """Every start from DTSTART up to `until`, in order; COUNT obeyed."""
        left = self.parts.get("COUNT", None)
        for period in self.periods(until):
            found = sorted(set(self.moments(period)))
            picked = self.by("BYSETPOS")
            if picked:
                places = {p - 1 if p > 0 else len(found) + p for p in picked}
                found = [moment for place, moment in enumerate(found) if place in places]
            for moment in found:
                if moment < self.start:
                    continue
                if moment > until or left == 0:
                    return
                yield moment
                left = left - 1 if left is not None else None

    def periods(self, until):
        """The first moment of each period; for years with week numbers the Monday (or WKST) of week one."""
        start, step = self.start, self.interval
        if self.freq in BELOW_A_DAY:
            unit = BELOW_A_DAY[self.freq]
            floor = datetime(start.year, start.month, start.day) + timedelta(
                seconds=(start.hour * 3600 + start.minute * 60 + start.second) // unit * unit
            )
            while floor <= until:
                yield floor
                floor += timedelta(seconds=unit * step)
        elif self.freq in ("DAILY", "WEEKLY"):
            day = start.date()
            if self.freq == "WEEKLY":
                day -= timedelta((day.weekday() - self.week_start) % 7)
                step *= 7
            while day <= until.date():
                yield day
                day += timedelta(step)
        elif self.freq == "MONTHLY":
            month = start.year * 12 + start.month - 1
            while month <= until.year * 12 + until.month - 1:
                yield date(month // 12, month % 12 + 1, 1)
                month += step
        else:
            year = start.year
            if self.by("BYWEEKNO"):
                year = self.first_week_year()
            while year <= until.year + 1:
                yield date(year, 1, 1)
                year += step

    def first_week_year(self):
        """Around New Year DTSTART lies in the weeks of one year and in another calendar year. The weeks decide,
        unless nothing of theirs is left."""
        year = week_year(self.start.date(), self.week_start)
        if year != self.start.year and all(day < self.start.date() for day in self.days(date(year, 1, 1))):
            return self.start.year
        return year

    def moments(self, period):
        if self.freq in BELOW_A_DAY:
            if self.allows(period.date(), limits=True) and self.allows_time(period):
                yield from (period + timedelta(seconds=offset) for offset in self.offsets())
            return
        for day in self.days(period):
            for hour in self.by("BYHOUR") or [self.start.hour]:
                for minute in self.by("BYMINUTE") or [self.start.minute]:
                    for second in self.by("BYSECOND") or [self.start.second]:
                        yield datetime.combine(day, time(hour, minute, second))

    def allows_time(self, moment):
        """Parts at or above the period limit it."""
        hours, minutes, seconds = self.by("BYHOUR"), self.by("BYMINUTE"), self.by("BYSECOND")
        if hours and moment.hour not in hours:
            return False
        if self.freq != "HOURLY" and minutes and moment.minute not in minutes:
            return False
        return not (self.freq == "SECONDLY" and seconds and moment.second not in seconds)

    def offsets(self):
        """Parts below the period expand it; what is not said comes from DTSTART."""
        minutes = self.by("BYMINUTE") or [self.start.minute] if self.freq == "HOURLY" else [0]
        seconds = [0]
        if self.freq != "SECONDLY":
            seconds = self.by("BYSECOND") or [self.start.second]
        return [minute * 60 + second for minute in minutes for second in seconds]

    def days(self, period):
        """The days of a period of a day or more."""
        if self.freq == "DAILY":
            span = [period]
        elif self.freq == "WEEKLY":
            span = [period + timedelta(n) for n in range(7)]
        elif self.freq == "MONTHLY":
            span = self.span(period, date(period.year + period.month // 12, period.month % 12 + 1, 1))
        elif self.by("BYWEEKNO"):
            begin, end = first_week(period.year, self.week_start), first_week(period.year + 1, self.week_start)
            span = self.span(begin, end)
        else:
            span = self.span(period, date(period.year + 1, 1, 1))
        return [day for day in span if self.allows(day)]

    @staticmethod
    def span(begin, end):
        return [begin + timedelta(n) for n in range((end - begin).days)]

    def allows(self, day, limits=False):
        """Whether every part that names days names this one; parts that are missing take DTSTART's."""
        months, month_days = self.by("BYMONTH"), self.by("BYMONTHDAY")
        year_days, weeks, weekdays = self.by("BYYEARDAY"), self.by("BYWEEKNO"), self.by("BYDAY")
        start, yearly = self.start, self.freq == "YEARLY"
        if not (limits or weekdays or month_days or year_days):
            if self.freq == "WEEKLY" or weeks:
                weekdays = [(None, start.weekday())]
            elif yearly or self.freq == "MONTHLY":
                month_days = [start.day]
                months = months or ([start.month] if yearly else months)
        month_end = (date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(1)).day
        year_end = date(day.year, 12, 31).timetuple().tm_yday
        in_year = day.timetuple().tm_yday
        if months and day.month not in months:
            return False
        if month_days and not {day.day, day.day - month_end - 1} & set(month_days):
            return False
        if year_days and not {in_year, in_year - year_end - 1} & set(year_days):
            return False
        if weeks:
            year = week_year(day, self.week_start)
            begin, end = first_week(year, self.week_start), first_week(year + 1, self.week_start)
            if not {(day - begin).days // 7 + 1, (day - end).days // 7} & set(weeks):
                return False
        if not weekdays:
            return True
        if yearly and not weeks and not self.by("BYMONTH"):
            places = {(in_year - 1) // 7 + 1, -((year_end - in_year) // 7 + 1)}
        else:
            places = {(day.day - 1) // 7 + 1, -((month_end - day.day) // 7 + 1)}
        return any(
            weekday == day.weekday() and (ordinal is None or ordinal in places) for ordinal, weekday in weekdays
        )
