//! Times of a series that differ from the others.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kalends_core::{
    event::{Content, Event, Exception, Field, OriginalStart, When, limits},
    external_event::Transparency,
    time::{Interval, Zone},
};
use proptest::prelude::*;

use super::made::{attendee, content, lesson, when};

/// Weekly at 16:00 in Zurich, from 1 December 2026.
fn weekly() -> Event {
    Event {
        recurrence: vec!["RRULE:FREQ=WEEKLY".to_owned()],
        ..lesson()
    }
}

fn second() -> OriginalStart {
    "20261208T150000Z".parse().unwrap()
}

fn with(exception: Exception) -> Event {
    Event {
        exceptions: [(second(), exception)].into(),
        ..weekly()
    }
}

fn moved_to(start: &str, end: &str) -> Exception {
    Exception {
        when: Some(when(start, end, "Europe/Zurich")),
        ..Exception::default()
    }
}

fn december(find: impl Fn(&Zone, Interval) -> Vec<Interval>) -> Vec<String> {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let month = Interval::new(at("2026-12-01T00:00:00Z"), at("2027-01-01T00:00:00Z")).unwrap();
    let found = find(&Zone::UTC, month).into_iter();
    found
        .map(|time| time.start().strftime("%dT%H").to_string())
        .collect()
}

fn starts(event: &Event) -> Vec<String> {
    december(|zone, window| event.occurrences(zone, window))
}

fn busy(event: &Event) -> Vec<String> {
    december(|zone, window| event.busy(zone, window))
}

#[test]
fn a_moved_time_is_taken_up_where_it_is_and_not_where_it_was() {
    assert_eq!(starts(&weekly()), ["01T15", "08T15", "15T15", "22T15", "29T15"]);
    let moved = with(moved_to("2026-12-10T09:00:00Z", "2026-12-10T10:00:00Z"));
    assert_eq!(starts(&moved), ["01T15", "10T09", "15T15", "22T15", "29T15"]);
    assert_eq!(busy(&moved), starts(&moved));
    let far = with(moved_to("2027-03-01T09:00:00Z", "2027-03-01T10:00:00Z"));
    assert_eq!(starts(&far), ["01T15", "15T15", "22T15", "29T15"]);
    let renamed = with(Exception {
        title: Some("Exam".to_owned()),
        ..Exception::default()
    });
    assert_eq!(starts(&renamed), starts(&weekly()));
    // What is taken out is out, whatever an exception says.
    let mut out = weekly().without(second()).unwrap();
    out.exceptions = moved.exceptions.clone();
    assert_eq!(starts(&out), ["01T15", "15T15", "22T15", "29T15"]);
}

#[test]
fn only_what_is_opaque_takes_up_time() {
    let free = with(Exception {
        transparency: Some(Transparency::Transparent),
        ..Exception::default()
    });
    assert_eq!(starts(&free), starts(&weekly()));
    assert_eq!(busy(&free), ["01T15", "15T15", "22T15", "29T15"]);
    let mut only = with(Exception {
        transparency: Some(Transparency::Opaque),
        ..Exception::default()
    });
    only.transparency = Transparency::Transparent;
    assert_eq!(busy(&only), ["08T15"]);
    let once = Event {
        transparency: Transparency::Transparent,
        ..lesson()
    };
    assert_eq!((starts(&once).len(), busy(&once).len()), (1, 0));
}

#[test]
fn whole_days_are_named_by_their_date() {
    let mut days = weekly();
    days.when = When::all_day("2026-12-01".parse().unwrap(), "2026-12-02".parse().unwrap()).unwrap();
    let second: OriginalStart = "20261208".parse().unwrap();
    let hours = when("2026-12-09T09:00:00Z", "2026-12-09T10:00:00Z", "Europe/Zurich");
    let exception = Exception {
        when: Some(hours.clone()),
        ..Exception::default()
    };
    days.exceptions.insert(second, exception);
    assert_eq!(days.check(), Ok(()));
    assert_eq!(starts(&days), ["01T00", "09T09", "15T00", "22T00", "29T00"]);
    assert_eq!(days.occurrence(second).unwrap().when, hours);
    let third = days.occurrence("20261215".parse().unwrap()).unwrap();
    assert_eq!(
        third.when,
        When::all_day("2026-12-15".parse().unwrap(), "2026-12-16".parse().unwrap()).unwrap()
    );
    assert_eq!(days.occurrence("20261208T000000Z".parse().unwrap()), None);
}

#[test]
fn one_time_by_itself_is_an_event_that_happens_once() {
    let event = with(Exception {
        title: Some("Exam".to_owned()),
        ..moved_to("2026-12-10T09:00:00Z", "2026-12-10T10:00:00Z")
    });
    let one = event.occurrence(second()).unwrap();
    assert_eq!((one.title.as_str(), one.location.as_str()), ("Exam", "Room 4"));
    assert!(one.recurrence.is_empty() && one.exceptions.is_empty());
    let shown = content(&one);
    assert_eq!(
        shown.when,
        when("2026-12-10T09:00:00Z", "2026-12-10T10:00:00Z", "Europe/Zurich")
    );
    // What the calendar shows of it by itself, before anything is written.
    let by_itself = content(&weekly()).occurrence(second()).unwrap();
    assert_eq!(by_itself.changed(&shown), [Field::Title, Field::When].into());
    assert_eq!(content(&weekly().occurrence(second()).unwrap()), by_itself);
    for other in [
        "20261208T150001Z",
        "20261209T150000Z",
        "20261124T150000Z",
        "20261208",
    ] {
        assert_eq!(event.occurrence(other.parse().unwrap()), None, "{other}");
    }
    assert_eq!(lesson().occurrence("20261201T150000Z".parse().unwrap()), None);
    assert_eq!(weekly().without(second()).unwrap().occurrence(second()), None);
}

#[test]
fn the_length_of_a_time_is_that_of_its_series_also_over_a_change_of_the_clocks() {
    let event = Event {
        when: when("2026-10-23T22:00:00Z", "2026-10-24T22:00:00Z", "Europe/Zurich"),
        recurrence: vec!["RRULE:FREQ=DAILY".to_owned()],
        ..lesson()
    };
    let one = event.occurrence("20261024T220000Z".parse().unwrap()).unwrap();
    let times = event.occurrences(&Zone::UTC, one.when.interval(&Zone::UTC));
    assert!(times.contains(&one.when.interval(&Zone::UTC)), "{times:?}");
}

#[test]
fn bounds_of_exceptions() {
    #[track_caller]
    fn refused(event: &Event, expect: &str) {
        assert_eq!(event.check().unwrap_err().to_string(), expect);
    }
    let exception = moved_to("2026-12-10T09:00:00Z", "2026-12-10T10:00:00Z");
    assert_eq!(with(exception.clone()).check(), Ok(()));
    assert_eq!(with(Exception::default()).check(), Ok(()));
    let mut elsewhere = weekly();
    elsewhere
        .exceptions
        .insert("20261209T150000Z".parse().unwrap(), exception.clone());
    refused(
        &elsewhere,
        "exceptions[20261209T150000Z] must be a start that the series has by its rule and that no EXDATE takes out",
    );
    let mut once = lesson();
    once.exceptions
        .insert("20261201T150000Z".parse().unwrap(), exception);
    assert!(once.check().is_err());
    let titled = |title: &str| {
        with(Exception {
            title: Some(title.to_owned()),
            ..Exception::default()
        })
    };
    refused(
        &titled(" "),
        "exceptions[20261208T150000Z].title must be a text that is not empty",
    );
    assert!(titled(&"x".repeat(limits::TITLE + 1)).check().is_err());
    let asked = with(Exception {
        attendees: Some(vec![attendee("ana@example.net"), attendee("ANA@example.net")]),
        ..Exception::default()
    });
    refused(
        &asked,
        "exceptions[20261208T150000Z].attendees[1].email must be an address that is not listed before",
    );
    let mut many = weekly();
    many.recurrence = vec!["RRULE:FREQ=DAILY".to_owned()];
    let first: Timestamp = "2027-01-01T15:00:00Z".parse().unwrap();
    let day = |number: i64| {
        let at = first + jiff::SignedDuration::from_hours(24 * number);
        // Zurich's clocks change in between.
        let summer = (86..303).contains(&(number % 365));
        OriginalStart::At(at - jiff::SignedDuration::from_hours(i64::from(summer)))
    };
    let fill = |count: i64| -> BTreeMap<_, _> {
        (0..count)
            .map(|number| (day(number), Exception::default()))
            .collect()
    };
    many.exceptions = fill(300);
    assert_eq!(many.check(), Ok(()));
    many.exceptions = fill(501);
    refused(&many, "exceptions must be at most 500 times that differ");
}

#[test]
fn what_a_person_did_to_one_time_is_its_exception() {
    let series = weekly();
    let before = content(&series.occurrence(second()).unwrap());
    let after = Content {
        title: "Exam".to_owned(),
        location: "Room 9".to_owned(),
        ..before.clone()
    };
    let fields = before.edited(&after);
    let adopted = series.clone().adopt_at(second(), &fields, &before, &after);
    let expect = Exception {
        title: Some("Exam".to_owned()),
        location: Some("Room 9".to_owned()),
        ..Exception::default()
    };
    assert_eq!(adopted.exceptions, [(second(), expect)].into());
    assert_eq!(
        (&adopted.title, &adopted.when),
        (&series.title, &series.when),
        "the others stay"
    );
    // Once it is like the others again, it is no exception.
    let back = adopted.adopt_at(second(), &fields, &after, &before);
    assert_eq!(back, series);
    let never = "20261209T150000Z".parse().unwrap();
    assert_eq!(series.clone().adopt_at(never, &fields, &before, &after), series);
}

#[test]
fn exceptions_go_with_the_times_that_they_are_of() {
    let series = with(moved_to("2026-12-10T09:00:00Z", "2026-12-10T10:00:00Z"));
    let before = content(&series);
    let later = Content {
        when: when("2026-12-01T17:00:00Z", "2026-12-01T18:00:00Z", "Europe/Zurich"),
        ..before.clone()
    };
    let adopted = series.clone().adopt(&[Field::When].into(), &before, &later);
    assert!(adopted.exceptions.is_empty());
    let renamed = Content {
        title: "Piano".to_owned(),
        ..before.clone()
    };
    let adopted = series.clone().adopt(&[Field::Title].into(), &before, &renamed);
    assert_eq!(adopted.exceptions, series.exceptions);
}

#[test]
fn the_reach_of_a_series_is_that_of_its_moved_times_too() {
    let mut event = with(moved_to("2026-11-01T09:00:00Z", "2026-11-01T10:00:00Z"));
    let us = |text: &str| text.parse::<Timestamp>().unwrap().as_microsecond();
    assert_eq!(event.reach().start_us, us("2026-11-01T09:00:00Z"));
    assert_eq!(event.reach().end_us, None);
    event.recurrence = vec!["RRULE:FREQ=WEEKLY;COUNT=2".to_owned()];
    event.exceptions = [(second(), moved_to("2027-03-01T09:00:00Z", "2027-03-01T10:00:00Z"))].into();
    assert!(event.reach().end_us >= Some(us("2027-03-01T10:00:00Z")));
}

proptest! {
    #[test]
    fn taking_over_what_a_person_did_leaves_nothing_to_do(
        title in prop::option::of("[a-c]{1,3}"),
        hours in prop::option::of(-40_i64..40),
        is_free in any::<bool>(),
        earlier in any::<bool>(),
    ) {
        let series = if earlier { with(moved_to("2026-12-10T09:00:00Z", "2026-12-10T10:00:00Z")) } else { weekly() };
        let before = content(&series.occurrence(second()).unwrap());
        let mut after = before.clone();
        if let Some(title) = title {
            after.title = title;
        }
        if let Some(hours) = hours {
            let at = |text: &str| (text.parse::<Timestamp>().unwrap() + jiff::SignedDuration::from_hours(hours)).to_string();
            after.when = when(&at("2026-12-08T15:00:00Z"), &at("2026-12-08T16:00:00Z"), "Europe/Zurich");
        }
        if is_free {
            after.transparency = Transparency::Transparent;
        }
        let adopted = series.adopt_at(second(), &before.edited(&after), &before, &after);
        let there = content(&adopted.occurrence(second()).unwrap());
        prop_assert!(there.edited(&after).is_empty());
        prop_assert_eq!(adopted.check(), Ok(()));
        let expect = after.when.interval(&Zone::UTC);
        prop_assert!(adopted.occurrences(&Zone::UTC, expect).contains(&expect));
    }
}
