//! The plain question against the search as one would write it down first: minute by minute.

use jiff::Timestamp;
use kalends_core::{
    busy::normalize,
    slots::{Person, Question, SlotQuery, find, free},
    time::{Interval, Zone},
};
use proptest::prelude::*;

/// Minutes of a scan over two days and a half around a change of Lord Howe's clocks, the window inside.
pub(super) const MINUTES: usize = 3_600;
pub(super) const MINUTE_US: i64 = 60_000_000;

/// The span between two instants in microseconds.
pub(super) fn span(start_us: i64, end_us: i64) -> Interval {
    Interval::from_micros(start_us, end_us).unwrap()
}

pub(super) fn scan_start() -> i64 {
    "2026-10-03T00:00:00Z"
        .parse::<Timestamp>()
        .unwrap()
        .as_microsecond()
}

/// The search as one would write it down first: minute by minute.
fn scan(query: &SlotQuery, people: &[Person<'_>]) -> (Vec<Interval>, Vec<Interval>) {
    let us = |minute: usize| scan_start() + minute as i64 * MINUTE_US;
    let minute = |us: i64| ((us - scan_start()) / MINUTE_US) as usize;
    let inside =
        |run: &[Interval], at: i64| run.iter().any(|span| span.start_us() <= at && at < span.end_us());
    let clear = |at: i64| {
        people
            .iter()
            .all(|one| !inside(one.busy, at) && !inside(one.unknown, at))
    };
    let clear: Vec<_> = (0..MINUTES).map(|minute| clear(us(minute))).collect();
    let free = |at: usize| {
        let open = people.iter().all(|one| inside(one.open, us(at))) && inside(&[query.window], us(at));
        open && clear[at]
    };
    let free = (0..MINUTES)
        .filter(|at| free(*at))
        .map(|at| span(us(at), us(at + 1)));
    let free = normalize(free.collect());

    let duration = query.duration_minutes as usize;
    let now = minute(query.now.as_microsecond());
    let mut slots = Vec::new();
    for stretch in &free {
        let on_grid = |at: &usize| {
            let clock = query.zone.civil(Timestamp::from_microsecond(us(*at)).unwrap());
            query
                .round_to_minutes
                .is_none_or(|unit| (clock.minute() as u32).is_multiple_of(unit))
        };
        let Some(first) = (minute(stretch.start_us())..MINUTES).find(on_grid) else {
            continue;
        };
        for start in (first..minute(stretch.end_us())).step_by(query.step_minutes as usize) {
            let end = start + duration;
            if end > minute(stretch.end_us()) {
                break;
            }
            let padded =
                start - query.buffer_before_minutes as usize..end + query.buffer_after_minutes as usize;
            let in_time = start >= now + query.minimum_notice_minutes as usize
                && query
                    .horizon_minutes
                    .is_none_or(|horizon| start <= now + horizon as usize);
            if in_time && clear[padded].iter().all(|clear| *clear) {
                slots.push(span(us(start), us(end)));
            }
        }
    }
    (free, slots)
}

prop_compose! {
    /// A run of the scanned minutes.
    pub(super) fn runs(spans: usize, longest: i64)(
        spans in prop::collection::vec((0_i64..3_500, 1..longest), 0..spans),
    ) -> Vec<Interval> {
        let span = |(start, len): (i64, i64)| {
            let start = scan_start() + start * MINUTE_US;
            self::span(start, start + len * MINUTE_US)
        };
        normalize(spans.into_iter().map(span).collect())
    }
}

prop_compose! {
    pub(super) fn queries()(
        (from, len) in (600_i64..1_800, 60_i64..1_200),
        (duration, step) in (1_u32..90, 1_u32..60),
        round in prop::option::of(1_u32..=60),
        zone in prop::sample::select(vec!["UTC", "Asia/Kathmandu", "Australia/Lord_Howe"]),
        (before, after) in (0_u32..60, 0_u32..60),
        (now, notice) in (0_i64..2_400, 0_u32..300),
        horizon in prop::option::of(0_u32..3_000),
    ) -> SlotQuery {
        let us = |minute: i64| scan_start() + minute * MINUTE_US;
        let now = Timestamp::from_microsecond(us(now)).unwrap();
        SlotQuery {
            step_minutes: step,
            round_to_minutes: round,
            buffer_before_minutes: before,
            buffer_after_minutes: after,
            minimum_notice_minutes: notice,
            horizon_minutes: horizon,
            ..SlotQuery::new(span(us(from), us(from + len)), duration, Zone::iana(zone).unwrap(), now)
        }
    }
}

proptest! {
    #[test]
    fn the_search_equals_a_scan_by_the_minute(
        query in queries(),
        people in prop::collection::vec((runs(6, 1_500), runs(9, 120), runs(2, 200)), 1..4),
    ) {
        let people: Vec<_> = people.iter().map(|(open, busy, unknown)| Person::new(open, busy, unknown)).collect();
        let question = Question::together(&query, &people);
        let found = find(&question).unwrap();
        let (expect_free, slots) = scan(&query, &people);
        let starts: Vec<_> = found.slots.iter().map(|slot| slot.interval).collect();
        prop_assert_eq!(free(&question).unwrap(), expect_free);
        prop_assert_eq!(&starts, &slots);
        for slot in &starts {
            let before = i64::from(query.buffer_before_minutes) * MINUTE_US;
            let after = i64::from(query.buffer_after_minutes) * MINUTE_US;
            let padded = span(slot.start_us() - before, slot.end_us() + after);
            prop_assert!(query.reach().covers(padded));
            for person in &people {
                prop_assert!(person.open.iter().any(|open| open.covers(*slot)));
                prop_assert!(!person.busy.iter().chain(person.unknown).any(|taken| taken.overlaps(padded)));
            }
        }
    }
}
