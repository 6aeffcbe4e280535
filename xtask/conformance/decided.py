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


def reason(table, subject):
    """Why a difference is decided, or None."""
    return next((text for text, covers in table if covers(subject)), None)
