//! Input that means harm or nonsense: it ends soon, says what is wrong and never panics.

use kalends_core::{
    ical,
    recurrence::{Expander, RecurrenceError, Series, expand, reach},
    time::Zone,
};
use proptest::prelude::*;

use crate::made::{master, window};

/// How many occurrences a rule gives in the years 2026 and 2027, and the faults.
fn followed(rules: &[&str]) -> (usize, Vec<RecurrenceError>) {
    let event = master(
        "2026-01-01T09:00 Europe/Berlin",
        "2026-01-01T09:30 Europe/Berlin",
        rules,
    );
    let series = Series {
        master: &event,
        overrides: &[],
    };
    let found = expand(&series, &Zone::UTC, window("2026-01-01", "2028-01-01"));
    (found.occurrences.len(), found.faults)
}

#[test]
fn endless_rules_are_cut_and_say_so() {
    let limit = 262_144;
    let cut = vec![RecurrenceError::TooManyOccurrences { limit }];
    assert_eq!(followed(&["RRULE:FREQ=SECONDLY"]), (limit, cut.clone()));
    assert_eq!(
        followed(&["RRULE:FREQ=SECONDLY", "RDATE:20270101T090000"]),
        (limit, cut)
    );
    // A rule that never meets its own parts is looked through in steps of days or hours.
    assert_eq!(
        followed(&["RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"]),
        (1, vec![])
    );
    assert_eq!(followed(&["RRULE:FREQ=HOURLY;INTERVAL=24;BYHOUR=5"]), (1, vec![]));
    assert_eq!(followed(&["RRULE:FREQ=YEARLY;INTERVAL=4294967295"]), (1, vec![]));
    assert_eq!(
        followed(&["RRULE:FREQ=SECONDLY;INTERVAL=4294967295;COUNT=4294967295"]),
        (1, vec![])
    );
    let all_day = "RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=1,2,3;BYMINUTE=4,5;BYSECOND=6,7;BYSETPOS=-1;COUNT=9";
    assert_eq!(followed(&[all_day]), (3, vec![]));
}

#[test]
fn a_rule_that_is_given_up_keeps_what_was_found() {
    let (found, faults) = followed(&[
        "RRULE:FREQ=SECONDLY;BYSECOND=1;COUNT=9000",
        "RRULE:FREQ=SECONDLY;INTERVAL=7;BYSECOND=30;COUNT=1000000000",
    ]);
    assert!(found > 9000, "{found}");
    assert!(
        matches!(faults[..], [RecurrenceError::TooMuchWork { .. }]),
        "{faults:?}"
    );
}

/// Lines of events with values from the edges of what can be written.
fn odd_lines() -> impl Strategy<Value = String> {
    let names = vec![
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
        "RECURRENCE-ID",
        "EXRULE",
        "BEGIN",
        "END",
        "TZID",
        "TZOFFSETTO",
    ];
    let params = vec![
        "",
        ";VALUE=DATE",
        ";TZID=Europe/Berlin",
        ";TZID=\"(UTC+99:99) X, é\"",
        ";VALUE=PERIOD",
        ";RANGE=THISANDFUTURE",
        ";TZID=\"open",
    ];
    let values = vec![
        "20260101",
        "20260101T090000",
        "99991231T235959Z",
        "00010101T000000",
        "-P99999999W",
        "P99999999W",
        "PT99999999H",
        "P2147483647D",
        "FREQ=DAILY",
        "FREQ=YEARLY;BYWEEKNO=-53;BYSETPOS=-366",
        "FREQ=MONTHLY;BYDAY=-53SU,53MO",
        "FREQ=WEEKLY;UNTIL=99991231;INTERVAL=4294967295",
        "FREQ=MINUTELY;COUNT=4294967295;BYHOUR=3",
        "20260101T090000Z/P2147483647D",
        "20260101/19990101",
        "VEVENT",
        "VCALENDAR",
        "VTIMEZONE",
        "STANDARD",
        "+9999",
        "-0000",
        "é",
        "",
    ];
    let known = (
        prop::sample::select(names),
        prop::sample::select(params),
        prop::sample::select(values),
    );
    prop_oneof![9 => known.prop_map(|(name, param, value)| format!("{name}{param}:{value}")), 1 => "\\PC{0,30}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_that_can_be_written_panics(lines in prop::collection::vec(odd_lines(), 0..12), bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut text = format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\n{}\r\n", lines.join("\r\n")).into_bytes();
        text.extend(bytes);
        let berlin = Zone::iana("Europe/Berlin").unwrap();
        let feed = ical::parse(&text, &berlin).unwrap();
        for (from, to) in [("2026-01-01", "2026-03-01"), ("0001-01-01", "0003-01-01"), ("9998-01-01", "9999-12-31")] {
            let mut expander = Expander::new(&berlin, window(from, to));
            let overrides: Vec<_> = feed.events.iter().collect();
            for event in &feed.events {
                let found = expander.expand(&Series { master: event, overrides: &overrides });
                prop_assert!(found.occurrences.is_sorted_by_key(|one| (one.start_us, one.end_us)));
                let bounds = reach(event, &berlin);
                prop_assert!(bounds.is_none_or(|bounds| bounds.end_us.is_none_or(|end| bounds.start_us <= end)));
            }
        }
    }

    #[test]
    fn a_frame_is_enough_to_be_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let framed = [b"BEGIN:VCALENDAR\nVERSION:2.0\n", &bytes[..]].concat();
        prop_assert!(ical::parse(&framed, &Zone::UTC).is_ok());
    }
}
