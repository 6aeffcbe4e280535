"""Where Kalends does not do what a library does, and why: the agreed exceptions of `cargo xtask conformance`.

An exception is a predicate over the rule or the file, never a list of answers. A rule that an exception covers still has to
give what `by_the_rfc.py` finds.
"""


def weekly_positions(rule):
    return rule["FREQ"] == "WEEKLY" and rule.get("BYSETPOS")


def weeks_at_new_year(rule):
    return rule.get("BYWEEKNO")


def mixed_ordinals(rule):
    ordinals = {ordinal is None for ordinal, _ in rule.get("BYDAY") or []}
    return rule["FREQ"] in ("MONTHLY", "YEARLY") and len(ordinals) == 2


RULES = [
    (
        "BYDAY names each of its days (section 3.3.10: a comma-separated list of days); dateutil wants a day with and one "
        "without an ordinal to fall together",
        mixed_ordinals,
    ),
    (
        "BYSETPOS counts from the beginning of the week (section 3.3.10: a set starts at the beginning of the interval); "
        "dateutil counts from DTSTART in the first week",
        weekly_positions,
    ),
    (
        "a numbered week belongs whole to its year (section 3.3.10, BYWEEKNO); dateutil cuts it at New Year, and "
        "finds its days beyond only for weeks 1 and -1",
        weeks_at_new_year,
    ),
]


class Difference:
    """A series of `files.py` on which the two do not agree, with what only one of them has as (start, end, uid)."""

    def __init__(self, series, theirs, ours):
        mine = lambda ones: sorted(one for one in ones.elements() if one[2] == series.uid)
        self.series, self.theirs, self.ours = series, mine(theirs), mine(ours)

    def only_ends(self, but=frozenset(), days=frozenset()):
        """Whether both begin alike and what Kalends has lasts as the series says; starts in `but` are left out."""
        own = [one for one in self.ours if one[0] not in but]
        exact = all(end - start in self.series.lengths | days for start, end, _ in own)
        return [one[0] for one in own] == [one[0] for one in self.theirs if one[0] not in but] and exact


def exact_lengths(difference):
    return difference.series.form == "zoned" and difference.only_ends()


def periods(difference):
    return "period" in difference.series.facts and difference.only_ends(days=difference.series.days)


def civil_taken_for_utc(difference):
    return difference.series.form == "zoned" and difference.only_ends(but=difference.series.keys)


FILES = [
    (
        "DTEND and a DURATION in hours last the same exact time on every day (section 3.8.5.3); recurring-ical-events adds "
        "them on the clock, an hour too much or too little over a change",
        exact_lengths,
    ),
    (
        "the length of a PERIOD belongs to its own start, and after a THISANDFUTURE all last as that one does (section "
        "3.2.13)",
        periods,
    ),
    (
        "EXDATE and RECURRENCE-ID mean an instant (section 3.8.4.4); recurring-ical-events also compares civil times with "
        "times in UTC, and so takes out an occurrence too many",
        civil_taken_for_utc,
    ),
]


def reason(table, subject):
    """Why a difference is decided, or None."""
    return next((text for text, covers in table if covers(subject)), None)
