//! Parts of series: one time taken out, and all from one time on.

use jiff::Timestamp;
use kalends_core::{
    event::{Event, When},
    time::{Interval, Zone},
};
use proptest::prelude::*;

use super::made::lesson;

fn series(lines: &[&str]) -> Event {
    let mut event = lesson();
    event.recurrence = lines.iter().map(|&line| line.to_owned()).collect();
    event
}

fn days(lines: &[&str]) -> Event {
    let mut event = series(lines);
    event.when = When::all_day("2026-12-01".parse().unwrap(), "2026-12-03".parse().unwrap()).unwrap();
    event
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn starts(event: &Event) -> Vec<String> {
    let years = Interval::new(at("2026-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z")).unwrap();
    let found = event.occurrences(&Zone::UTC, years);
    found.iter().map(|span| span.start().to_string()).collect()
}

#[test]
fn this_and_following_are_two_series() {
    #[track_caller]
    fn check(event: &Event, from: &str, head: &[&str], tail: &[&str]) {
        let (before, after) = event.split(at(from)).unwrap();
        assert_eq!(
            (before.recurrence.as_slice(), after.recurrence.as_slice()),
            (&as_strings(head)[..], &as_strings(tail)[..])
        );
        assert_eq!(before.when, event.when);
        assert_eq!([starts(&before), starts(&after)].concat(), starts(event));
        assert_eq!((before.check(), after.check()), (Ok(()), Ok(())));
    }
    fn as_strings(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|&line| line.to_owned()).collect()
    }
    check(
        &series(&["RRULE:FREQ=WEEKLY"]),
        "2026-12-15T15:00:00Z",
        &["RRULE:FREQ=WEEKLY;UNTIL=20261215T145959Z"],
        &["RRULE:FREQ=WEEKLY"],
    );
    // What is taken out counts.
    check(
        &series(&[
            "RRULE:FREQ=WEEKLY;COUNT=10",
            "EXDATE:20261208T150000Z,20261222T150000Z",
        ]),
        "2026-12-15T15:00:00Z",
        &[
            "EXDATE:20261208T150000Z",
            "RRULE:FREQ=WEEKLY;UNTIL=20261215T145959Z",
        ],
        &["EXDATE:20261222T150000Z", "RRULE:COUNT=8;FREQ=WEEKLY"],
    );
    check(
        &series(&["RRULE:FREQ=WEEKLY;UNTIL=20270201"]),
        "2026-12-15T15:00:00Z",
        &["RRULE:FREQ=WEEKLY;UNTIL=20261215T145959Z"],
        &["RRULE:FREQ=WEEKLY;UNTIL=20270201T225959Z"],
    );
    check(
        &days(&["RRULE:FREQ=WEEKLY;UNTIL=20270201", "EXDATE;VALUE=DATE:20261222"]),
        "2026-12-15T00:00:00Z",
        &["RRULE:FREQ=WEEKLY;UNTIL=20261214"],
        &["EXDATE;VALUE=DATE:20261222", "RRULE:FREQ=WEEKLY;UNTIL=20270201"],
    );
}

#[test]
fn a_split_that_would_change_something_is_refused() {
    let weekly = series(&["RRULE:FREQ=WEEKLY"]);
    assert_eq!(
        weekly.split(at("2026-12-01T15:00:00Z")),
        None,
        "nothing lies before"
    );
    assert_eq!(
        weekly.split(at("2026-12-15T15:30:00Z")),
        None,
        "nothing begins then"
    );
    assert_eq!(lesson().split(at("2026-12-01T15:00:00Z")), None, "no series");
    let mut night = series(&["RRULE:FREQ=DAILY"]);
    night.when = super::made::when("2027-03-20T01:30:00Z", "2027-03-20T02:00:00Z", "Europe/Zurich");
    // 2:30 does not exist on that day; what begins at 3:30 would go on at 3:30.
    assert_eq!(night.split(at("2027-03-28T01:30:00Z")), None);
    assert!(night.split(at("2027-03-29T00:30:00Z")).is_some());
}

#[test]
fn one_time_is_taken_out() {
    let without = series(&["RRULE:FREQ=WEEKLY;COUNT=3"]).without(at("2026-12-08T15:00:00Z"));
    assert_eq!(starts(&without), ["2026-12-01T15:00:00Z", "2026-12-15T15:00:00Z"]);
    let without = days(&["RRULE:FREQ=WEEKLY;COUNT=2"]).without(at("2026-12-08T00:00:00Z"));
    assert_eq!(starts(&without), ["2026-12-01T00:00:00Z"]);
    assert_eq!(without.check(), Ok(()));
}

fn rules() -> impl Strategy<Value = String> {
    let parts = (
        prop::sample::select(vec!["DAILY", "WEEKLY", "MONTHLY"]),
        1_u8..4,
        prop_oneof![
            Just(String::new()),
            (2_u8..30).prop_map(|count| format!(";COUNT={count}")),
            Just(";UNTIL=20270520".to_owned())
        ],
        prop::sample::select(vec!["", ";BYDAY=TU,TH", ";BYDAY=1TU,3FR"]),
    );
    parts.prop_map(|(frequency, interval, end, by_day)| {
        let by_day = if frequency == "MONTHLY" {
            by_day
        } else {
            by_day.trim_start_matches(";BYDAY=1TU,3FR")
        };
        format!("RRULE:FREQ={frequency};INTERVAL={interval}{end}{by_day}")
    })
}

proptest! {
    #[test]
    fn the_halves_of_a_series_are_the_series(rule in rules(), place in 1_usize..20, out in 0_usize..20, is_all_day in any::<bool>()) {
        let mut event = if is_all_day { days(&[&rule]) } else { series(&[&rule]) };
        let all = starts(&event);
        if let Some(time) = all.get(out) {
            event = event.without(at(time));
        }
        let all = starts(&event);
        let Some(from) = all.get(place) else { return Ok(()) };
        let Some((head, tail)) = event.split(at(from)) else {
            return Err(TestCaseError::fail("this can be split"));
        };
        prop_assert_eq!(starts(&head), &all[..place]);
        prop_assert_eq!(starts(&tail), &all[place..]);
    }
}
