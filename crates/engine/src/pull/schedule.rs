//! When a calendar is pulled next without anybody asking.

use jiff::{SignedDuration, Timestamp};
use kalends_core::settings::Sync;

use crate::Engine;

/// The time of the next poll, `None` when the user wants none. The provider's wish lengthens the user's interval but
/// never shortens it; a spread of a quarter to both sides keeps calendars that were connected together apart.
pub(super) fn next_poll(engine: &Engine, sync: Sync, hint: Option<SignedDuration>) -> Option<Timestamp> {
    (sync.sync_enabled && sync.auto_sync).then(|| next(engine.ambient().now(), sync, hint, engine.dice()))
}

fn next(now: Timestamp, sync: Sync, hint: Option<SignedDuration>, dice: f64) -> Timestamp {
    let interval = SignedDuration::from_secs(sync.interval_seconds().into());
    let interval = hint.map_or(interval, |hint| hint.max(interval));
    now.saturating_add(interval.mul_f64(0.75 + dice / 2.0))
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(seconds: u32, hint_s: Option<i64>, dice: f64, expect_s: i64) {
        let now = Timestamp::UNIX_EPOCH;
        let sync = Sync::every_seconds(seconds).unwrap();
        let at = next(now, sync, hint_s.map(SignedDuration::from_secs), dice);
        assert_eq!(at.as_second(), expect_s);
    }

    #[test]
    fn the_interval_is_spread_and_hints_only_lengthen_it() {
        check(900, None, 0.5, 900);
        check(900, None, 0.0, 675);
        check(900, None, 1.0, 1125);
        check(900, Some(3600), 0.5, 3600);
        check(900, Some(60), 0.5, 900);
        check(2, None, 0.5, 2);
    }
}
