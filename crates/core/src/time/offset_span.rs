//! Stretches of time in which a zone keeps one offset, so that civil time over a window is integer arithmetic.

use jiff::{Timestamp, tz::TimeZoneTransition};

use super::{Interval, Zone};

/// Part of a window in which clocks of a zone differ from UTC by one fixed amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetSpan {
    /// The part of the window.
    pub span: Interval,
    /// What to add to UTC to get the civil reading, in microseconds; positive east of Greenwich.
    pub offset_us: i64,
}

impl Zone {
    /// The window cut at the zone's transitions, in order and without gaps; a year has three parts or fewer in
    /// nearly all zones.
    pub fn offset_spans(&self, window: Interval) -> Vec<OffsetSpan> {
        let mut spans = Vec::with_capacity(3);
        let mut transitions = self.rules().following(window.start());
        let mut from = window.start();
        let mut offset = self.rules().to_offset(from);
        loop {
            let next = transitions.next().filter(|next| next.timestamp() < window.end());
            let until = next.as_ref().map_or(window.end(), TimeZoneTransition::timestamp);
            spans.extend(part(from, until, offset.seconds()));
            match next {
                Some(next) => (from, offset) = (next.timestamp(), next.offset()),
                None => return spans,
            }
        }
    }
}

fn part(from: Timestamp, until: Timestamp, offset_seconds: i32) -> Option<OffsetSpan> {
    Interval::new(from, until).map(|span| OffsetSpan {
        span,
        offset_us: i64::from(offset_seconds) * 1_000_000,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(zone: &str, from: &str, until: &str, expect: &[(&str, i64)]) {
        let window = Interval::new(from.parse().unwrap(), until.parse().unwrap()).unwrap();
        let spans = Zone::iana(zone).unwrap().offset_spans(window);
        let seen: Vec<_> = spans
            .iter()
            .map(|part| (part.span.start().to_string(), part.offset_us))
            .collect();
        let expect: Vec<_> = expect
            .iter()
            .map(|(start, minutes)| ((*start).to_owned(), minutes * 60_000_000))
            .collect();
        assert_eq!(seen, expect);
        assert_eq!(spans.last().unwrap().span.end_us(), window.end_us());
        assert!(
            spans
                .windows(2)
                .all(|pair| pair[0].span.end_us() == pair[1].span.start_us())
        );
    }

    #[test]
    fn windows_are_cut_at_transitions() {
        check(
            "UTC",
            "2026-01-01T00:00:00Z",
            "2027-01-01T00:00:00Z",
            &[("2026-01-01T00:00:00Z", 0)],
        );
        check(
            "Europe/Zurich",
            "2026-01-01T00:00:00Z",
            "2027-01-01T00:00:00Z",
            &[
                ("2026-01-01T00:00:00Z", 60),
                ("2026-03-29T01:00:00Z", 120),
                ("2026-10-25T01:00:00Z", 60),
            ],
        );
        check(
            "Australia/Lord_Howe",
            "2026-04-01T00:00:00Z",
            "2026-05-01T00:00:00Z",
            &[("2026-04-01T00:00:00Z", 660), ("2026-04-04T15:00:00Z", 630)],
        );
        check(
            "Pacific/Apia",
            "2011-12-29T00:00:00Z",
            "2012-01-01T00:00:00Z",
            &[("2011-12-29T00:00:00Z", -600), ("2011-12-30T10:00:00Z", 840)],
        );
    }

    #[test]
    fn a_window_that_starts_at_a_transition_has_the_new_offset_only() {
        check(
            "Europe/Zurich",
            "2026-03-29T01:00:00Z",
            "2026-03-30T00:00:00Z",
            &[("2026-03-29T01:00:00Z", 120)],
        );
    }
}
