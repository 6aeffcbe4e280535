//! Parts of series: one time taken out, and all from one time on.

use jiff::Timestamp;
use kalends_core::{
    event::{Event, Exception, OriginalStart, When},
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

/// `20261208T150000Z` or `20261208`.
fn time(text: &str) -> OriginalStart {
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
        let (before, after) = event.split(time(from)).unwrap();
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
        "20261215T150000Z",
        &["RRULE:FREQ=WEEKLY;UNTIL=20261215T145959Z"],
        &["RRULE:FREQ=WEEKLY"],
    );
    // What is taken out counts.
    check(
        &series(&[
            "RRULE:FREQ=WEEKLY;COUNT=10",
            "EXDATE:20261208T150000Z,20261222T150000Z",
        ]),
        "20261215T150000Z",
        &[
            "EXDATE:20261208T150000Z",
            "RRULE:FREQ=WEEKLY;UNTIL=20261215T145959Z",
        ],
        &["EXDATE:20261222T150000Z", "RRULE:COUNT=8;FREQ=WEEKLY"],
    );
    check(
        &series(&["RRULE:FREQ=WEEKLY;UNTIL=20270201"]),
        "20261215T150000Z",
        &["RRULE:FREQ=WEEKLY;UNTIL=20261215T145959Z"],
        &["RRULE:FREQ=WEEKLY;UNTIL=20270201T225959Z"],
    );
    check(
        &days(&["RRULE:FREQ=WEEKLY;UNTIL=20270201", "EXDATE;VALUE=DATE:20261222"]),
        "20261215",
        &["RRULE:FREQ=WEEKLY;UNTIL=20261214"],
        &["EXDATE;VALUE=DATE:20261222", "RRULE:FREQ=WEEKLY;UNTIL=20270201"],
    );
}

#[test]
fn a_split_that_would_change_something_is_refused() {
    let weekly = series(&["RRULE:FREQ=WEEKLY"]);
    assert_eq!(
        weekly.split(time("20261201T150000Z")),
        None,
        "nothing lies before"
    );
    assert_eq!(
        weekly.split(time("20261215T153000Z")),
        None,
        "nothing begins then"
    );
    assert_eq!(weekly.split(time("20261215")), None, "no series of days");
    assert_eq!(lesson().split(time("20261201T150000Z")), None, "no series");
    let mut night = series(&["RRULE:FREQ=DAILY"]);
    night.when = super::made::when("2027-03-20T01:30:00Z", "2027-03-20T02:00:00Z", "Europe/Zurich");
    // 2:30 does not exist on that day; what begins at 3:30 would go on at 3:30.
    assert_eq!(night.split(time("20270328T013000Z")), None);
    assert!(night.split(time("20270329T003000Z")).is_some());
}

#[test]
fn one_time_is_taken_out() {
    let without = series(&["RRULE:FREQ=WEEKLY;COUNT=3"])
        .without(time("20261208T150000Z"))
        .unwrap();
    assert_eq!(starts(&without), ["2026-12-01T15:00:00Z", "2026-12-15T15:00:00Z"]);
    let without = days(&["RRULE:FREQ=WEEKLY;COUNT=2"])
        .without(time("20261208"))
        .unwrap();
    assert_eq!(starts(&without), ["2026-12-01T00:00:00Z"]);
    assert_eq!(without.check(), Ok(()));
    let with = without.with(time("20261208")).unwrap();
    assert!(with.occurrence(time("20261208")).is_some());
    assert_eq!(with.with(time("20261208")), None, "it is not out");
    assert_eq!(without.with(time("20261209")), None, "no rule gives it");
    assert_eq!(without.without(time("20261208")), None, "it is out already");
    assert_eq!(without.without(time("20261209")), None);
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

/// The name of the time that begins then.
fn named(start: &str, is_all_day: bool) -> OriginalStart {
    let at = at(start);
    if is_all_day {
        OriginalStart::On(at.to_zoned(jiff::tz::TimeZone::UTC).date())
    } else {
        OriginalStart::At(at)
    }
}

proptest! {
    #[test]
    fn the_halves_of_a_series_are_the_series(
        rule in rules(),
        place in 1_usize..20,
        out in 0_usize..20,
        moved in prop::collection::btree_map(0_usize..20, 0_i64..60, 0..4),
        is_all_day in any::<bool>(),
    ) {
        let mut event = if is_all_day { days(&[&rule]) } else { series(&[&rule]) };
        let all = starts(&event);
        for (index, days_later) in moved {
            if let Some(start) = all.get(index) {
                let name = named(start, is_all_day);
                let exception = Exception { when: Some(later(&event, name, days_later)), ..Exception::default() };
                event.exceptions.insert(name, exception);
            }
        }
        if let Some(start) = all.get(out) {
            event = event.without(named(start, is_all_day)).unwrap();
        }
        prop_assert_eq!(event.check(), Ok(()));
        let by_rule = starts(&Event { exceptions: [].into(), ..event.clone() });
        let Some(from) = by_rule.get(place) else { return Ok(()) };
        let from = named(from, is_all_day);
        let Some((head, tail)) = event.split(from) else {
            return Err(TestCaseError::fail("this can be split"));
        };
        prop_assert_eq!((head.check(), tail.check()), (Ok(()), Ok(())));
        prop_assert!(head.exceptions.keys().all(|start| *start < from));
        let mut halves = [starts(&head), starts(&tail)].concat();
        halves.sort();
        let mut whole = starts(&event);
        whole.sort();
        prop_assert_eq!(halves, whole);
        prop_assert_eq!([head.exceptions.clone(), tail.exceptions].map(|half| half.len()).iter().sum::<usize>(), event.exceptions.len());
    }
}

/// When a time of the series is, so many days later.
fn later(event: &Event, start: OriginalStart, days: i64) -> When {
    let one = event.occurrence(start).unwrap().when;
    match one {
        When::Timed { span, zone } => {
            let hours = jiff::SignedDuration::from_hours(24 * days);
            When::timed(span.start() + hours, span.end() + hours, zone).unwrap()
        }
        When::AllDay(span) => {
            let by = jiff::Span::new().days(days);
            When::all_day(span.first() + by, span.end() + by).unwrap()
        }
    }
}
