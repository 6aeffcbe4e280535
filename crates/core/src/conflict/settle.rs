//! What becomes of an event when a person settles a conflict about its time.

use jiff::Timestamp;

use super::Overlap;
use crate::{
    event::{Event, OriginalStart, When},
    external_event::EventStatus,
    time::{Interval, Zone},
};

/// The time of an event that is in conflict: the event's only one, or the next one of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeInConflict {
    /// When it takes place.
    pub time: Interval,
    /// Of a series, the start that it has by the rule.
    pub start: Option<OriginalStart>,
}

impl TimeInConflict {
    /// The time of an event that first meets something; `None` when the event no longer takes place then. Whole days are
    /// those of `zone`.
    pub fn of(event: &Event, zone: &Zone, overlap: Overlap) -> Option<Self> {
        let time = event.busy(zone, overlap.first).into_iter().next()?;
        if event.recurrence.is_empty() {
            return Some(Self { time, start: None });
        }
        let moved = event.exceptions.iter().find(|(_, exception)| {
            let when = exception.when.as_ref();
            when.is_some_and(|when| when.interval(zone) == time)
        });
        let by_rule = match event.when {
            When::Timed { .. } => OriginalStart::At(time.start()),
            When::AllDay(_) => OriginalStart::On(zone.civil(time.start()).date()),
        };
        let start = moved.map_or(by_rule, |(start, _)| *start);
        let one = event.occurrence(start)?;
        (one.when.interval(zone) == time).then_some(Self {
            time,
            start: Some(start),
        })
    }

    /// The event with this time beginning at another instant, as long as before; `None` on whole days, which have no instant.
    pub fn moved(self, event: &Event, to: Timestamp) -> Option<Event> {
        let mut event = event.clone();
        let when = match self.start {
            None => event.when.clone(),
            Some(start) => event.occurrence(start)?.when,
        };
        let When::Timed { span, zone } = when else {
            return None;
        };
        let end = to.checked_add(span.end().duration_since(span.start())).ok()?;
        let when = When::timed(to, end, zone).ok()?;
        match self.start {
            None => event.when = when,
            Some(start) => event.exceptions.entry(start).or_default().when = Some(when),
        }
        Some(event)
    }

    /// The event without this time: cancelled, or a series that does not take place then.
    pub fn cancelled(self, event: &Event) -> Option<Event> {
        match self.start {
            Some(start) => event.without(start),
            None => Some(Event {
                status: EventStatus::Cancelled,
                ..event.clone()
            }),
        }
    }
}
