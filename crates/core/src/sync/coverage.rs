//! Which window of a calendar the busy index answers for, and when it must be compiled further.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use crate::time::Interval;

/// The farthest that a question may widen a calendar's window ahead of now.
pub const FARTHEST_AHEAD: SignedDuration = SignedDuration::from_hours(24 * 400);

/// How far around now a user wants to be covered, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowDays {
    /// Days before now.
    pub back: u32,
    /// Days after now.
    pub ahead: u32,
}

/// The window of a pass that begins now: from `back` days ago (what the provider is asked for) to the end of the UTC
/// month `ahead` days from now, so that whole months are compiled and it rolls forward once a month. What questions
/// have widened the covered window to stays covered.
///
/// `None` only where the calendar itself ends.
pub fn window(now: Timestamp, days: WindowDays, covered: Option<Interval>) -> Option<Interval> {
    let end = month_end(shifted(now, i64::from(days.ahead)));
    let widened = covered.map_or(end, |covered| covered.end().min(month_end(farthest(now))));
    Interval::new(shifted(now, -i64::from(days.back)), end.max(widened))
}

/// What the covered window becomes by compiling stored events further, or `None` when it is good as it is. Stored
/// masters have no upper bound, so the end may move; the start moves only forward, past is dropped by whole months.
pub fn rolled(
    covered: Interval,
    now: Timestamp,
    days: WindowDays,
    wanted_until: Option<Timestamp>,
) -> Option<Interval> {
    let ahead = shifted(now, i64::from(days.ahead));
    let wanted = wanted_until.map_or(ahead, |until| until.min(farthest(now)).max(ahead));
    if wanted <= covered.end() {
        return None;
    }
    let start = covered
        .start()
        .max(month_start(shifted(now, -i64::from(days.back))));
    Interval::new(start, month_end(wanted))
}

/// When [`rolled`] has something to do for a covered window without anybody asking.
pub fn rolls_at(covered: Interval, days: WindowDays) -> Timestamp {
    shifted(covered.end(), -i64::from(days.ahead))
}

fn farthest(now: Timestamp) -> Timestamp {
    now.saturating_add(FARTHEST_AHEAD).unwrap_or(Timestamp::MAX)
}

/// The instant that many days of 24 hours later, at most the calendar's edge.
fn shifted(at: Timestamp, days: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_hours(24 * days))
        .unwrap_or(if days < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

fn month_start(at: Timestamp) -> Timestamp {
    midnight(at.to_zoned(TimeZone::UTC).date().first_of_month()).unwrap_or(at)
}

/// First instant of the UTC month after the one that `at` lies in.
fn month_end(at: Timestamp) -> Timestamp {
    let last = at.to_zoned(TimeZone::UTC).date().last_of_month();
    last.tomorrow().ok().and_then(midnight).unwrap_or(at)
}

fn midnight(date: Date) -> Option<Timestamp> {
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAYS: WindowDays = WindowDays { back: 30, ahead: 90 };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[track_caller]
    fn fresh(now: &str, days: WindowDays) -> Interval {
        window(at(now), days, None).unwrap()
    }

    #[track_caller]
    fn span(interval: Interval, expect: &str) {
        assert_eq!(format!("{}/{}", interval.start(), interval.end()), expect);
    }

    #[test]
    fn a_window_ends_with_a_month() {
        span(
            fresh("2026-11-20T10:00:00Z", DAYS),
            "2026-10-21T10:00:00Z/2027-03-01T00:00:00Z",
        );
        span(
            fresh("2026-11-20T10:00:00Z", WindowDays { back: 0, ahead: 0 }),
            "2026-11-20T10:00:00Z/2026-12-01T00:00:00Z",
        );
    }

    #[test]
    fn a_complete_reading_keeps_what_was_widened() {
        let now = "2026-11-20T10:00:00Z";
        let until = |end: &str| {
            let covered = Interval::new(at("2026-01-01T00:00:00Z"), at(end));
            window(at(now), DAYS, covered).unwrap().end().to_string()
        };
        assert_eq!(until("2027-07-01T00:00:00Z"), "2027-07-01T00:00:00Z");
        assert_eq!(until("2026-12-01T00:00:00Z"), "2027-03-01T00:00:00Z");
        assert_eq!(until("2099-01-01T00:00:00Z"), "2028-01-01T00:00:00Z");
    }

    #[test]
    fn it_rolls_when_the_end_comes_too_near_and_drops_whole_past_months() {
        let covered = fresh("2026-11-20T10:00:00Z", DAYS);
        assert_eq!(rolled(covered, at("2026-11-30T10:00:00Z"), DAYS, None), None);
        let next = rolled(covered, at("2027-01-10T00:00:00Z"), DAYS, None).unwrap();
        span(next, "2026-12-01T00:00:00Z/2027-05-01T00:00:00Z");
    }

    #[test]
    fn it_is_known_when_a_window_rolls() {
        let covered = fresh("2026-11-20T10:00:00Z", DAYS);
        let at = rolls_at(covered, DAYS);
        assert_eq!(at.to_string(), "2026-12-01T00:00:00Z");
        let second = SignedDuration::from_secs(1);
        assert_eq!(rolled(covered, at, DAYS, None), None);
        assert!(rolled(covered, at + second, DAYS, None).is_some());
    }

    #[test]
    fn a_question_widens_it_up_to_a_limit() {
        let now = at("2026-11-20T10:00:00Z");
        let covered = fresh("2026-11-20T10:00:00Z", DAYS);
        let next = rolled(covered, now, DAYS, Some(at("2027-06-15T00:00:00Z"))).unwrap();
        span(next, "2026-10-21T10:00:00Z/2027-07-01T00:00:00Z");
        let next = rolled(covered, now, DAYS, Some(at("2099-01-01T00:00:00Z"))).unwrap();
        span(next, "2026-10-21T10:00:00Z/2028-01-01T00:00:00Z");
    }
}
