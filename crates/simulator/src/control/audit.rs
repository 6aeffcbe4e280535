//! `POST /_sim/audit`: compares a calendar with what a caller believes of it.

mod belief;
mod truth;

use std::collections::BTreeMap;

use axum::{body::Bytes, extract::State};
use jiff::Timestamp;
use kalends_core::time::Interval;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Control, ControlError,
    http::{Answer, aside, done, read},
};
use crate::{calendar::busy, state::Sim};

pub use belief::BelievedEvent;

/// What a caller believes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AuditOrder {
    /// The calendar's id.
    pub calendar: String,
    /// Only what touches this time is compared.
    pub window: Option<Window>,
    /// Compares the instances of series in the window instead of the series.
    pub single_events: bool,
    /// The events that the caller knows; without them events are not compared.
    pub events: Option<Vec<BelievedEvent>>,
    /// When the caller believes the calendar to be busy in the window; without them this is not compared.
    pub busy: Option<Vec<Window>>,
}

/// A time, the end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// First instant.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
}

/// What the caller believes and what is true.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The caller's value.
    pub believed: serde_json::Value,
    /// The calendar's.
    pub actual: serde_json::Value,
}

/// An event of which the caller believes something wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DifferentEvent {
    /// Its id.
    pub id: String,
    /// The members that differ.
    pub fields: BTreeMap<&'static str, Difference>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Audit {
    /// Whether nothing differs.
    pub agrees: bool,
    /// How many events of the calendar were compared.
    pub events: usize,
    /// Events of the calendar that the caller does not know.
    pub missing: Vec<serde_json::Value>,
    /// Ids of events that the caller believes in and the calendar does not have, or has no longer.
    pub unexpected: Vec<String>,
    /// Events that both have, but not the same.
    pub different: Vec<DifferentEvent>,
    /// Busy times of the calendar that the caller takes for free.
    pub missing_busy: Vec<Window>,
    /// Times that the caller takes for busy and the calendar does not.
    pub unexpected_busy: Vec<Window>,
}

impl Control {
    /// Compares a calendar with what the caller believes.
    pub fn audit(&self, order: &AuditOrder) -> Result<Audit, ControlError> {
        let directory = self.sim.directory();
        let calendar = directory
            .calendar(&order.calendar)
            .ok_or_else(|| ControlError::Unknown {
                id: order.calendar.clone(),
            })?;
        let window = order.window.map(Window::interval).transpose()?;
        let mut audit = Audit {
            agrees: true,
            events: 0,
            missing: Vec::new(),
            unexpected: Vec::new(),
            different: Vec::new(),
            missing_busy: Vec::new(),
            unexpected_busy: Vec::new(),
        };
        if let Some(events) = &order.events {
            let truth = truth::of(calendar, window, order.single_events)?;
            belief::compare(&mut audit, events, truth, &calendar.zone)?;
        }
        if let Some(believed) = &order.busy {
            let window = window.ok_or(ControlError::Value {
                field: "window",
                expected: "the time that busy is about, as start and end",
            })?;
            let actual = busy(calendar, window).map_err(|_| ControlError::Value {
                field: "calendar",
                expected: "a calendar whose events can be read",
            })?;
            let believed = believed.iter().map(|one| one.interval());
            let believed = believed.collect::<Result<Vec<_>, _>>()?;
            let believed = merged(believed, window);
            audit.missing_busy = without(&actual, &believed);
            audit.unexpected_busy = without(&believed, &actual);
        }
        audit.agrees = audit.missing.is_empty()
            && audit.unexpected.is_empty()
            && audit.different.is_empty()
            && audit.missing_busy.is_empty()
            && audit.unexpected_busy.is_empty();
        Ok(audit)
    }
}

impl Window {
    fn interval(self) -> Result<Interval, ControlError> {
        Interval::new(self.start, self.end).ok_or(ControlError::Value {
            field: "end",
            expected: "an instant after start",
        })
    }
}

/// Sorted, cut to the window, and joined where they touch.
fn merged(mut runs: Vec<Interval>, window: Interval) -> Vec<Interval> {
    runs.sort_unstable();
    let mut merged: Vec<Interval> = Vec::new();
    for run in runs.into_iter().filter_map(|run| run.clip(window)) {
        match merged.last_mut() {
            Some(last) if run.start_us() <= last.end_us() => {
                let end = last.end_us().max(run.end_us());
                *last = Interval::from_micros(last.start_us(), end).unwrap_or(*last);
            }
            _ => merged.push(run),
        }
    }
    merged
}

/// The parts of `these` that no one of `those` covers; both sorted and merged.
fn without(these: &[Interval], those: &[Interval]) -> Vec<Window> {
    let mut left = Vec::new();
    let mut first = 0;
    for run in these {
        while those.get(first).is_some_and(|one| one.end_us() <= run.start_us()) {
            first += 1;
        }
        let mut from = run.start_us();
        for one in those[first..]
            .iter()
            .take_while(|one| one.start_us() < run.end_us())
        {
            left.extend(Interval::from_micros(from, one.start_us()));
            from = from.max(one.end_us());
        }
        left.extend(Interval::from_micros(from, run.end_us()));
    }
    let windows = left.into_iter().map(|run| Window {
        start: run.start(),
        end: run.end(),
    });
    windows.collect()
}

/// `POST /_sim/audit`.
pub(crate) async fn audit(State(sim): State<Sim>, body: Bytes) -> Answer {
    let order: AuditOrder = read(&body)?;
    let audit = aside(move || Control::new(sim).audit(&order)).await?;
    Ok(done(&json!(audit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(pairs: &[(i64, i64)]) -> Vec<Interval> {
        pairs
            .iter()
            .filter_map(|(start, end)| Interval::from_micros(*start, *end))
            .collect()
    }

    #[track_caller]
    fn check(these: &[(i64, i64)], those: &[(i64, i64)], expect: &[(i64, i64)]) {
        let left = without(&runs(these), &runs(those));
        let left: Vec<(i64, i64)> = left
            .iter()
            .map(|one| (one.start.as_microsecond(), one.end.as_microsecond()))
            .collect();
        assert_eq!(left, expect, "{these:?} without {those:?}");
    }

    #[test]
    fn what_nothing_covers_is_left() {
        check(&[(0, 10)], &[], &[(0, 10)]);
        check(&[(0, 10)], &[(0, 10)], &[]);
        check(&[(0, 10)], &[(2, 4), (6, 12)], &[(0, 2), (4, 6)]);
        check(&[(0, 10), (20, 30)], &[(5, 25)], &[(0, 5), (25, 30)]);
        check(&[(5, 6)], &[(0, 1), (2, 3), (8, 9)], &[(5, 6)]);
        check(&[(0, 4), (5, 9)], &[(0, 9)], &[]);
    }
}
