//! Made-up busy time that looks the same in every run.

use kalends_core::{busy::normalize, time::Interval};

/// A minute in microseconds.
pub const MINUTE: i64 = 60_000_000;
/// A day of 24 hours in microseconds.
pub const DAY: i64 = 1_440 * MINUTE;

/// That many busy spans of five minutes to an hour and a half, spread over the days after `start` (microseconds since
/// 1970), none of them between 12 and 13 o'clock UTC, so that many people have some time in common.
pub fn busy(start: i64, (days, count): (i64, usize), seed: u64) -> Vec<Interval> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut below = |limit: i64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as i64) % limit
    };
    let mut spans = Vec::new();
    loop {
        let (day, minute, len) = (below(days), below(288) * 5, (1 + below(18)) * 5);
        let noon = minute < 13 * 60 && minute + len > 12 * 60;
        if noon || minute + len > 1_440 {
            continue;
        }
        let from = start + day * DAY + minute * MINUTE;
        spans.extend(Interval::from_micros(from, from + len * MINUTE));
        spans = normalize(spans);
        if spans.len() == count {
            return spans;
        }
    }
}
