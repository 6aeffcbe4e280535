//! Compiling the busy index: 9,000 single events and 1,000 endless weekly series spread over three years.
//!
//! The cost of one month has to follow what happens in that month, not how many months there are. Run with
//! `cargo bench -p kalends-bench --bench busy`.

use divan::{Bencher, black_box};
use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    busy::{Builder, BusyRules, Month},
    external_event::{
        EventEnd, EventKind, EventSpan, EventStatus, ExternalEvent, SeriesRole, Transparency, Visibility,
    },
    time::{EventTime, Interval, Zone},
};

const SINGLES: i64 = 9_000;
const SERIES: i64 = 1_000;

fn main() {
    divan::main();
}

/// Everything, over the 120 days that a calendar covers by default.
#[divan::bench]
fn covered_window(bencher: Bencher<'_, '_>) {
    let (zone, events) = (zone(), events());
    let window = span("2026-10-21T00:00:00Z", 120);
    bencher
        .with_inputs(|| events.clone())
        .bench_local_values(|events| compile(Builder::new(BusyRules::default(), &zone, window), events));
}

/// One month, from the events that touch it, as after a change.
#[divan::bench]
fn one_month(bencher: Bencher<'_, '_>) {
    let zone = zone();
    let covered = span("2026-10-21T00:00:00Z", 120);
    let month = Month::of(instant("2026-12-15T00:00:00Z"));
    let touches = |event: &ExternalEvent| {
        let start = event.span.as_ref().map(|span| span.start.instant(&zone));
        let single = event.role == SeriesRole::Single;
        start.is_some_and(|start| !single || month.interval().contains(start))
    };
    let events: Vec<_> = events().into_iter().filter(touches).collect();
    bencher
        .with_inputs(|| events.clone())
        .bench_local_values(|events| {
            compile(
                Builder::for_months(BusyRules::default(), &zone, covered, &[month]),
                events,
            )
        });
}

fn compile(mut builder: Builder, events: Vec<ExternalEvent>) -> usize {
    for event in events {
        builder.add(event);
    }
    black_box(builder.finish()).busy.len()
}

fn events() -> Vec<ExternalEvent> {
    (0..SINGLES + SERIES).map(event).collect()
}

/// An event of half an hour; every tenth is a series.
fn event(number: i64) -> ExternalEvent {
    let start = instant("2024-06-01T06:00:00Z") + SignedDuration::from_mins(number * 175);
    let end = start + SignedDuration::from_mins(30);
    ExternalEvent {
        provider_id: format!("event-{number}"),
        ical_uid: None,
        etag: None,
        role: if number % 10 == 0 {
            SeriesRole::Master {
                recurrence: vec!["RRULE:FREQ=WEEKLY".to_owned()],
            }
        } else {
            SeriesRole::Single
        },
        span: Some(EventSpan {
            start: EventTime::at(start, zone()),
            end: EventEnd::At(EventTime::at(end, zone())),
        }),
        status: EventStatus::Confirmed,
        kind: EventKind::Default,
        transparency: Transparency::Opaque,
        visibility: Visibility::Default,
        self_response: None,
        title: Some("Lesson".to_owned()),
        location: None,
        organizer: None,
        html_link: None,
        updated: None,
    }
}

fn zone() -> Zone {
    Zone::iana("Europe/Berlin").expect("a zone")
}

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn span(start: &str, days: i64) -> Interval {
    let start = instant(start);
    Interval::new(start, start + SignedDuration::from_hours(24 * days)).expect("a span")
}
