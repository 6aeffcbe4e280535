//! Rounds instants up on the clock of a zone.

use crate::time::{Interval, OffsetSpan, Zone};

const HOUR_US: i64 = 3_600_000_000;

/// The clock of a zone over a window, for rounding.
#[derive(Debug)]
pub(super) struct CivilGrid {
    spans: Vec<OffsetSpan>,
    unit_us: i64,
}

impl CivilGrid {
    /// Rounds to multiples of a unit past the hour; `None` when nothing is rounded.
    pub(super) fn new(zone: &Zone, window: Interval, unit_us: Option<i64>) -> Self {
        Self {
            spans: unit_us.map_or(Vec::new(), |_| zone.offset_spans(window)),
            unit_us: unit_us.unwrap_or(1),
        }
    }

    /// The first instant, not before `at_us`, at which the clock shows a multiple of the unit past the hour.
    pub(super) fn round_up(&self, at_us: i64) -> i64 {
        let asked = at_us;
        let mut at_us = at_us;
        for part in self.spans.iter().skip_while(|part| part.span.end_us() <= asked) {
            let past_hour = (at_us + part.offset_us).rem_euclid(HOUR_US);
            // Both are less than 2^32, in which division takes half the time.
            let past_multiple = i64::from(past_hour as u32 % self.unit_us as u32);
            let rounded = if past_multiple == 0 {
                at_us
            } else {
                at_us + (self.unit_us - past_multiple).min(HOUR_US - past_hour)
            };
            if rounded < part.span.end_us() {
                return rounded;
            }
            // The clocks change before that reading comes: go on from the change.
            at_us = part.span.end_us();
        }
        at_us
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(zone: &str, unit_minutes: i64, at: &str, expect: &str) {
        let window = Interval::new(
            "2026-01-01T00:00:00Z".parse().unwrap(),
            "2027-01-01T00:00:00Z".parse().unwrap(),
        );
        let zone = Zone::iana(zone).unwrap();
        let grid = CivilGrid::new(&zone, window.unwrap(), Some(unit_minutes * 60_000_000));
        let at: jiff::Timestamp = at.parse().unwrap();
        let rounded = jiff::Timestamp::from_microsecond(grid.round_up(at.as_microsecond())).unwrap();
        assert_eq!(rounded.to_string(), expect);
    }

    #[test]
    fn multiples_are_counted_past_the_hour_of_the_clock() {
        check("UTC", 15, "2026-06-01T09:00:00Z", "2026-06-01T09:00:00Z");
        check("UTC", 15, "2026-06-01T09:00:00.000001Z", "2026-06-01T09:15:00Z");
        check("UTC", 25, "2026-06-01T09:51:00Z", "2026-06-01T10:00:00Z");
        check("UTC", 60, "2026-06-01T09:01:00Z", "2026-06-01T10:00:00Z");
        check("Asia/Kolkata", 60, "2026-06-01T09:01:00Z", "2026-06-01T09:30:00Z");
        check(
            "Asia/Kathmandu",
            30,
            "2026-06-01T09:16:00Z",
            "2026-06-01T09:45:00Z",
        );
    }

    #[test]
    fn changes_of_the_clock_are_seen() {
        // Lord Howe puts its clocks back by half an hour at 02:00 to 01:30 on 5 April 2026 (15:00Z the day before),
        check(
            "Australia/Lord_Howe",
            60,
            "2026-04-04T14:10:00Z",
            "2026-04-04T15:30:00Z",
        );
        // and forward by half an hour at 02:00 to 02:30 on 4 October 2026 (15:30Z the day before).
        check(
            "Australia/Lord_Howe",
            60,
            "2026-10-03T15:10:00Z",
            "2026-10-03T16:00:00Z",
        );
        check(
            "Europe/Zurich",
            60,
            "2026-03-29T00:10:00Z",
            "2026-03-29T01:00:00Z",
        );
    }
}
