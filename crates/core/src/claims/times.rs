//! Which times an event takes.

use jiff::Timestamp;

use super::{AHEAD, BACK};
use crate::{
    event::Event,
    external_event::{EventStatus, Transparency},
    time::{Interval, Zone},
};

/// The window in which the times of a series are claimed at an instant.
pub fn window(now: Timestamp) -> Interval {
    let (back, ahead) = (BACK.as_micros(), AHEAD.as_micros());
    let micros = |span: i128| i64::try_from(span).unwrap_or(i64::MAX);
    let now = now.as_microsecond();
    Interval::from_ordered(
        now.saturating_sub(micros(back)),
        now.saturating_add(micros(ahead)),
    )
}

/// The times that an event takes of a person in this zone, in order and none over another: all of one that happens once,
/// those in the window of a series. None when it is cancelled or takes up no time.
pub fn times(event: &Event, zone: &Zone, window: Interval) -> Vec<Interval> {
    if event.recurrence.is_empty() {
        return event.busy(zone, event.when.interval(zone));
    }
    let mut times = event.busy(zone, window);
    times.sort_unstable();
    times.dedup_by(|next, last| {
        let overlaps = next.overlaps(*last);
        if overlaps {
            *last = Interval::from_ordered(last.start_us(), last.end_us().max(next.end_us()));
        }
        overlaps
    });
    times
}

/// Whether the event takes times beyond the window that [`times`] does not name.
pub fn goes_on(event: &Event, window: Interval) -> bool {
    !event.recurrence.is_empty()
        && event.status != EventStatus::Cancelled
        && (event.transparency == Transparency::Opaque || !event.exceptions.is_empty())
        && event.reach().end_us.is_none_or(|end| end > window.end_us())
}
