//! Expansion of a calendar over two adjoining windows finds what expansion over their union finds.

use std::{collections::BTreeSet, fs};

use kalends_core::{
    ical::{self, Feed, SeriesList},
    time::{Interval, Zone},
};
use proptest::prelude::*;

use crate::{feed_vectors::files, rule_vectors::folder};

/// A zone with a history, a series in it that is moved, cut off and changed from one day on, whole days, a floating
/// series and an event without length.
const CALENDAR: &str = "\
BEGIN:VCALENDAR
BEGIN:VTIMEZONE
TZID:own
BEGIN:STANDARD
DTSTART:20200101T000000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20260210T020000
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
RDATE:20260210T020000
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20260315T030000
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:a
DTSTART;TZID=own:20260105T233000
DTEND;TZID=own:20260106T013000
RRULE:FREQ=DAILY;COUNT=80
EXDATE;TZID=own:20260110T233000,20260111T233000
END:VEVENT
BEGIN:VEVENT
UID:a
RECURRENCE-ID;TZID=own:20260120T233000
DTSTART;TZID=own:20260301T100000
DURATION:P2D
END:VEVENT
BEGIN:VEVENT
UID:a
RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=own:20260205T233000
DTSTART;TZID=own:20260206T020000
DURATION:PT4H
END:VEVENT
BEGIN:VEVENT
UID:b
DTSTART;VALUE=DATE:20260101
DTEND;VALUE=DATE:20260104
RRULE:FREQ=WEEKLY;BYDAY=TH
END:VEVENT
BEGIN:VEVENT
UID:c
DTSTART:20260101T120000
RRULE:FREQ=MONTHLY;BYDAY=-1FR
END:VEVENT
BEGIN:VEVENT
UID:d
DTSTART:20260214T000000Z
END:VEVENT
END:VCALENDAR
";

/// The occurrences in `[from, to)`, in seconds since 1970.
fn found(feed: &Feed, from: i64, to: i64) -> BTreeSet<(i64, i64, String)> {
    let Some(window) = Interval::from_micros(from * 1_000_000, to * 1_000_000) else {
        return BTreeSet::new();
    };
    let series = SeriesList::of(&feed.events);
    let expanded = series.expand(&Zone::iana("America/New_York").unwrap(), window);
    assert!(
        expanded
            .occurrences
            .is_sorted_by_key(|one| (one.start_us, one.end_us))
    );
    let occurrences = expanded.occurrences.iter();
    occurrences
        .map(|one| (one.start_us, one.end_us, one.event.provider_id.clone()))
        .collect()
}

fn second(day: &str) -> i64 {
    day.parse::<jiff::civil::Date>()
        .unwrap()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .unwrap()
        .timestamp()
        .as_second()
}

proptest! {
    #[test]
    fn adjoining_windows_equal_their_union(from in 0_i64..120 * 86_400, first in 0_i64..40 * 86_400, second_part in 0_i64..40 * 86_400) {
        let feed = ical::parse(CALENDAR.as_bytes(), &Zone::UTC).unwrap();
        prop_assert_eq!(&feed.faults, &[]);
        let from = second("2025-12-20") + from;
        let (middle, to) = (from + first, from + first + second_part);
        let parts: BTreeSet<_> = found(&feed, from, middle).union(&found(&feed, middle, to)).cloned().collect();
        prop_assert_eq!(parts, found(&feed, from, to));
    }
}

#[test]
fn adjoining_windows_equal_their_union_in_files_of_others() {
    let Some(folder) = folder("adjoining_windows_equal_their_union_in_files_of_others") else {
        return;
    };
    let mut compared = 0;
    for path in files(&folder.join("ics")) {
        // Licences lie beside the files.
        let Ok(feed) = ical::parse(&fs::read(&path).unwrap(), &Zone::UTC) else {
            continue;
        };
        let starts = feed.events.iter().filter_map(|event| event.span.as_ref());
        let Some(from) = starts
            .map(|span| span.start.instant(&Zone::UTC).as_second())
            .min()
        else {
            continue;
        };
        let (middle, to) = (from + 100 * 86_400 + 7, from + 300 * 86_400);
        let parts: BTreeSet<_> = found(&feed, from, middle)
            .union(&found(&feed, middle, to))
            .cloned()
            .collect();
        assert_eq!(parts, found(&feed, from, to), "{}", path.display());
        compared += 1;
    }
    assert!(compared > 100, "{compared} files");
}
