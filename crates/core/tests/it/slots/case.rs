//! Short ways to state a case: everything takes place on Friday, 20 November 2026, in UTC.

use jiff::Timestamp;
use kalends_core::{
    slots::{Found, Person, SlotQuery},
    time::{Interval, Zone},
};

/// An instant of the day, as `HH:MM`.
pub(super) fn at(time: &str) -> Timestamp {
    format!("2026-11-20T{time}:00Z").parse().unwrap()
}

/// The run of spans given as `09:00-10:00 11:00-12:00`.
pub(super) fn run(spans: &str) -> Vec<Interval> {
    let span = |span: &str| {
        let (start, end) = span.split_once('-').unwrap();
        Interval::new(at(start), at(end)).unwrap()
    };
    spans.split_whitespace().map(span).collect()
}

/// The spans of a run, as [`run`] reads them.
pub(super) fn shown(run: impl IntoIterator<Item = Interval>) -> String {
    let time = |at: Timestamp| Zone::UTC.civil(at).strftime("%H:%M").to_string();
    let spans = run
        .into_iter()
        .map(|span| format!("{}-{}", time(span.start()), time(span.end())));
    spans.collect::<Vec<_>>().join(" ")
}

/// Appointments of an hour at any time of the day, asked at midnight.
pub(super) fn query() -> SlotQuery {
    let day = run("00:00-23:59")[0];
    SlotQuery::new(day, 60, Zone::UTC, at("00:00"))
}

/// When the slots begin.
pub(super) fn starts(found: &Found) -> String {
    let starts = found
        .slots
        .iter()
        .map(|slot| Zone::UTC.civil(slot.interval.start()));
    starts
        .map(|start| start.strftime("%H:%M").to_string())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A person's open hours and busy time, kept for [`Person`] to borrow.
#[derive(Clone, Debug)]
pub(super) struct Time {
    open: Vec<Interval>,
    busy: Vec<Interval>,
}

impl Time {
    pub(super) fn new(open: &str, busy: &str) -> Self {
        Self {
            open: run(open),
            busy: run(busy),
        }
    }

    pub(super) fn person(&self) -> Person<'_> {
        Person::new(&self.open, &self.busy, &[])
    }
}
