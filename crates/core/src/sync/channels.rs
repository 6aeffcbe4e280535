//! When a push channel is replaced: early, spread, and never so late that it expires.
//!
//! A channel is replaced at a random point of its life, at the latest when a fifth of it remains. So many channels that
//! were opened together drift apart within one life, and stay apart. What became overdue together, because the server or
//! the provider was away, is spread again over the time that is left.

use jiff::{SignedDuration, Timestamp};

/// The earliest and the latest point of a channel's life at which it is replaced.
///
/// The narrower the span, the higher the peak when all channels were opened at once: renewals come at a rate of one over
/// the span's width then, and of one over its middle later. These bounds keep the first near the second.
const EARLIEST: f64 = 0.3;
const LATEST: f64 = 0.8;
/// How late a replacement may begin before it counts as overdue with many others.
const GRACE: SignedDuration = SignedDuration::from_mins(10);
/// With less than this left nothing is put off any more.
const URGENT: SignedDuration = SignedDuration::from_hours(2);
/// Overdue replacements are spread over this part of what is left.
const SPREAD: f64 = 0.9;
/// The shortest wait after a failed replacement.
const PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// What is to be done about a channel now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// Nothing before that instant.
    At(Timestamp),
    /// Nothing before that instant, although the planned one has long passed.
    PutOff(Timestamp),
    /// It is replaced.
    Now,
}

/// When a channel that lives from `opened` until `expires` is replaced. `dice` in 0..1 spreads.
pub fn renewal(opened: Timestamp, expires: Timestamp, dice: f64) -> Timestamp {
    let life = expires.duration_since(opened);
    plus(opened, life.mul_f64(EARLIEST + (LATEST - EARLIEST) * dice))
}

/// What is to be done now about a channel whose replacement was planned for `planned`. `dice` in 0..1 spreads what is
/// overdue.
pub fn due(planned: Timestamp, expires: Timestamp, now: Timestamp, dice: f64) -> Renewal {
    if now < planned {
        return Renewal::At(planned);
    }
    let left = expires.duration_since(now);
    if now.duration_since(planned) <= GRACE || left <= URGENT {
        return Renewal::Now;
    }
    Renewal::PutOff(plus(now, left.mul_f64(SPREAD * dice)))
}

/// When a replacement that failed is tried again; `None` when so little is left that it is urgent.
pub fn retry(expires: Timestamp, now: Timestamp, dice: f64) -> Option<Timestamp> {
    let left = expires.duration_since(now);
    (left > URGENT).then(|| plus(now, left.mul_f64(SPREAD * dice).max(PAUSE)))
}

fn plus(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    #[track_caller]
    fn check(planned: i64, now: i64, dice: f64, expect: Renewal) {
        assert_eq!(due(at(planned), at(168), at(now), dice), expect);
    }

    #[test]
    fn a_fifth_of_the_life_remains_at_the_latest() {
        assert_eq!(renewal(at(0), at(100), 0.0), at(30));
        assert_eq!(renewal(at(0), at(100), 1.0), at(80));
    }

    #[test]
    fn what_is_overdue_is_spread_while_there_is_time() {
        check(100, 99, 0.5, Renewal::At(at(100)));
        check(100, 100, 0.5, Renewal::Now);
        check(
            100,
            118,
            0.5,
            Renewal::PutOff(at(118) + SignedDuration::from_mins(1350)),
        );
        check(100, 118, 0.0, Renewal::PutOff(at(118)));
        check(100, 166, 0.5, Renewal::Now);
        check(100, 170, 0.5, Renewal::Now);
    }

    #[test]
    fn a_failed_replacement_is_tried_again_before_the_channel_expires() {
        assert_eq!(
            retry(at(168), at(118), 0.5),
            Some(at(118) + SignedDuration::from_mins(1350))
        );
        assert_eq!(
            retry(at(168), at(118), 0.0),
            Some(at(118) + SignedDuration::from_mins(5))
        );
        assert_eq!(retry(at(168), at(166), 0.5), None);
    }
}
