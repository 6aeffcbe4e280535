//! How often a calendar is polled.
//!
//! The user's interval is the measure. Three things make it longer on purpose, and are part of what the calendar
//! promises, so that it is not called stale for them ([`crate::availability::judge`] goes by [`every`]):
//!
//! - the provider asks to be left alone for longer;
//! - a push channel lives, so that a poll only finds what a lost notification hid;
//! - nothing has changed for a day, or for a week. The first change brings the user's interval back.
//!
//! What only the budget enforces ([`super::load`]) is no promise: a calendar that waits for its turn may become stale,
//! and is called so. Whoever cannot live with the promise says `maxStalenessSeconds`.

use jiff::{SignedDuration, Timestamp};

/// With nobody telling of changes, no calendar is slowed down beyond this.
const SLOWEST_ALONE: SignedDuration = SignedDuration::from_hours(1);
/// With a channel that tells of changes, none beyond this.
const SLOWEST_TOLD: SignedDuration = SignedDuration::from_hours(4);
/// How many times longer the interval is while a channel lives.
const TOLD: i32 = 4;
/// How long nothing has changed, and how many times longer the interval is then; the longest first.
const QUIET: [(SignedDuration, i32); 2] = [
    (SignedDuration::from_hours(24 * 7), 4),
    (SignedDuration::from_hours(24), 2),
];

/// What the polling of a calendar goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// From one sync to the next, as its user wants it.
    pub wanted: SignedDuration,
    /// The interval at which the provider asks to be polled.
    pub hint: Option<SignedDuration>,
    /// Whether the provider tells of changes.
    pub news: News,
    /// For how long nothing has changed.
    pub quiet_for: SignedDuration,
}

/// Who brings the news of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// Nobody: changes are found by asking.
    Asked,
    /// A push channel that is alive.
    Told,
}

/// The interval at which the calendar is polled, which is what its freshness is judged by.
pub fn every(rhythm: Rhythm) -> SignedDuration {
    let quiet = QUIET.iter().find(|(span, _)| rhythm.quiet_for >= *span);
    let quiet = quiet.map_or(1, |(_, times)| *times);
    let (told, slowest) = match rhythm.news {
        News::Asked => (1, SLOWEST_ALONE),
        News::Told => (TOLD, SLOWEST_TOLD),
    };
    let slowed = rhythm
        .wanted
        .checked_mul(told * quiet)
        .unwrap_or(slowest)
        .min(slowest);
    slowed.max(rhythm.wanted).max(rhythm.hint.unwrap_or_default())
}

/// When the next poll is: an interval later, spread by a quarter to both sides, which keeps calendars apart that were
/// connected together. `stretch` is what the budget demands ([`super::load`]), `dice` lies in `[0, 1)`.
pub fn next(now: Timestamp, every: SignedDuration, stretch: f64, dice: f64) -> Timestamp {
    let seconds = every.as_secs_f64() * stretch.max(1.0) * (0.75 + dice / 2.0);
    SignedDuration::try_from_secs_f64(seconds)
        .ok()
        .and_then(|wait| now.checked_add(wait).ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: i64 = 60;
    const HOUR: i64 = 3_600;
    const DAY: i64 = 24 * HOUR;

    fn rhythm(wanted_s: i64, hint_s: Option<i64>, news: News, quiet_s: i64) -> Rhythm {
        Rhythm {
            wanted: SignedDuration::from_secs(wanted_s),
            hint: hint_s.map(SignedDuration::from_secs),
            news,
            quiet_for: SignedDuration::from_secs(quiet_s),
        }
    }

    #[track_caller]
    fn check(wanted_s: i64, hint_s: Option<i64>, news: News, quiet_s: i64, expect_s: i64) {
        assert_eq!(every(rhythm(wanted_s, hint_s, news, quiet_s)).as_secs(), expect_s);
    }

    #[test]
    fn a_calendar_is_polled_by_its_user_s_interval() {
        check(15 * MINUTE, None, News::Asked, 0, 15 * MINUTE);
        check(2, None, News::Asked, 0, 2);
        check(DAY, None, News::Asked, 0, DAY);
    }

    #[test]
    fn the_provider_s_wish_only_lengthens_it() {
        check(15 * MINUTE, Some(6 * HOUR), News::Asked, 0, 6 * HOUR);
        check(15 * MINUTE, Some(MINUTE), News::Asked, 0, 15 * MINUTE);
    }

    #[test]
    fn where_nothing_changes_it_is_slower_and_never_beyond_an_hour() {
        check(15 * MINUTE, None, News::Asked, DAY - 1, 15 * MINUTE);
        check(15 * MINUTE, None, News::Asked, DAY, 30 * MINUTE);
        check(15 * MINUTE, None, News::Asked, 7 * DAY, HOUR);
        check(30 * MINUTE, None, News::Asked, 7 * DAY, HOUR);
        check(2 * HOUR, None, News::Asked, 7 * DAY, 2 * HOUR);
    }

    #[test]
    fn where_push_is_alive_it_is_slower() {
        check(15 * MINUTE, None, News::Told, 0, HOUR);
        check(15 * MINUTE, None, News::Told, DAY, 2 * HOUR);
        check(15 * MINUTE, None, News::Told, 7 * DAY, 4 * HOUR);
        check(6 * HOUR, None, News::Told, 0, 6 * HOUR);
    }

    #[test]
    fn the_next_poll_is_spread_and_stretched() {
        #[track_caller]
        fn check(stretch: f64, dice: f64, expect_s: i64) {
            let at = next(
                Timestamp::UNIX_EPOCH,
                SignedDuration::from_secs(900),
                stretch,
                dice,
            );
            assert_eq!(at.as_second(), expect_s);
        }
        check(1.0, 0.5, 900);
        check(1.0, 0.0, 675);
        check(1.0, 1.0, 1_125);
        check(2.0, 0.5, 1_800);
        check(0.5, 0.5, 900);
        assert_eq!(
            next(Timestamp::UNIX_EPOCH, SignedDuration::MAX, 1.0, 0.5),
            Timestamp::MAX
        );
    }

    proptest! {
        /// Never faster than wanted, never slower than the promise allows, and slower only with a reason.
        #[test]
        fn the_promise_lies_between_the_wish_and_the_slowest(
            wanted_s in 1..=DAY,
            hint_s in prop::option::of(1..=DAY),
            told in any::<bool>(),
            quiet_s in 0..=30 * DAY,
            longer_s in 0..=30 * DAY,
        ) {
            let news = if told { News::Told } else { News::Asked };
            let slowest = if told { SLOWEST_TOLD } else { SLOWEST_ALONE };
            let given = rhythm(wanted_s, hint_s, news, quiet_s);
            let found = every(given);
            let least = given.wanted.max(given.hint.unwrap_or_default());
            prop_assert!(found >= least);
            prop_assert!(found <= least.max(slowest));
            prop_assert!(found <= every(rhythm(wanted_s, hint_s, News::Told, quiet_s)), "told is never faster");
            prop_assert!(found <= every(rhythm(wanted_s, hint_s, news, quiet_s + longer_s)), "quiet is never faster");
        }
    }
}
