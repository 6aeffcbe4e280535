//! The slot search.

use super::{
    SlotQuery,
    civil_grid::CivilGrid,
    query::{minutes, pad},
};
use crate::{
    busy::{intersect, intersect_into, merge, normalize, subtract_into},
    invalid_field::InvalidField,
    time::Interval,
};

/// One person who has to be there; each field is a run over [`SlotQuery::reach`].
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// When the person takes appointments.
    pub open: &'a [Interval],
    /// When the person is busy, manual blocks included.
    pub busy: &'a [Interval],
    /// When nobody knows whether the person is busy, which is never free.
    pub unknown: &'a [Interval],
}

/// The answer to a [`SlotQuery`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The run of the window in which everybody is open and known not to be busy.
    pub free: Vec<Interval>,
    /// The slots, in order.
    pub slots: Vec<Slot>,
    /// There are more slots than `max_results`.
    pub more: bool,
    /// The run of the window in which everybody is open and for somebody nobody knows.
    pub unknown: Vec<Interval>,
}

/// A time that can be offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// From the start of the appointment to its end, without buffers.
    pub interval: Interval,
}

/// Finds the slots at which all people can come; without people there are none.
///
/// Candidates lie on a grid: the first of a free span is its start, rounded up, the next ones follow by the step.
/// Duration, buffers, notice and horizon choose among the candidates, they do not move the grid: what is offered now
/// is still on the grid in a minute.
pub fn find(query: &SlotQuery, people: &[Person<'_>]) -> Result<Found, InvalidField> {
    query.check()?;
    let (before, after) = (
        minutes(query.buffer_before_minutes),
        minutes(query.buffer_after_minutes),
    );
    let open = everybody_open(query.window, people);
    let reach = open.iter().map(|span| pad(*span, before, after));
    let clear = nobody_busy(normalize(reach.collect()), people);
    let free = if before + after == 0 {
        clear.clone()
    } else {
        intersect(&clear, &open)
    };
    let (slots, more) = slots(query, &free, &clear);
    Ok(Found {
        slots,
        more,
        unknown: unknown(&open, people),
        free,
    })
}

fn everybody_open(window: Interval, people: &[Person<'_>]) -> Vec<Interval> {
    let mut open = if people.is_empty() {
        Vec::new()
    } else {
        vec![window]
    };
    let mut next = Vec::with_capacity(people.first().map_or(0, |person| person.open.len()));
    for person in people {
        intersect_into(&open, person.open, &mut next);
        std::mem::swap(&mut open, &mut next);
        next.clear();
    }
    open
}

/// What is left of a run when everybody's busy and unknown time is taken away.
fn nobody_busy(run: Vec<Interval>, people: &[Person<'_>]) -> Vec<Interval> {
    let mut clear = run;
    let mut next = Vec::with_capacity(clear.len());
    for taken in people.iter().flat_map(|person| [person.busy, person.unknown]) {
        if taken.is_empty() {
            continue;
        }
        subtract_into(&clear, taken, &mut next);
        std::mem::swap(&mut clear, &mut next);
        next.clear();
    }
    clear
}

fn unknown(open: &[Interval], people: &[Person<'_>]) -> Vec<Interval> {
    let runs: Vec<_> = people.iter().map(|person| person.unknown).collect();
    intersect(open, &merge(&runs))
}

/// Walks the grid. Each free span lies inside one span of `clear`, whose ends keep the buffers away from busy time.
fn slots(query: &SlotQuery, free: &[Interval], clear: &[Interval]) -> (Vec<Slot>, bool) {
    let (duration, step) = (minutes(query.duration_minutes), minutes(query.step_minutes));
    let (before, after) = (
        minutes(query.buffer_before_minutes),
        minutes(query.buffer_after_minutes),
    );
    let now = query.now.as_microsecond();
    let earliest = now.saturating_add(minutes(query.minimum_notice_minutes));
    let latest = query
        .horizon_minutes
        .map_or(i64::MAX, |horizon| now.saturating_add(minutes(horizon)));
    let limit = query.max_results.unwrap_or(usize::MAX);
    let grid = CivilGrid::new(&query.zone, query.window, query.round_to_minutes.map(minutes));

    let most = free.iter().map(|span| span.len_us()).sum::<i64>() / step;
    let mut slots = Vec::with_capacity(limit.min(most as usize + free.len()));
    let mut clear = clear.iter();
    let mut around = clear.next();
    for span in free {
        while around.is_some_and(|around| around.end_us() < span.end_us()) {
            around = clear.next();
        }
        let Some(around) = around else { break };
        let first_start = earliest.max(around.start_us() + before);
        let last_start = latest
            .min(span.end_us() - duration)
            .min(around.end_us() - after - duration);
        let mut start = grid.round_up(span.start_us());
        if start < first_start {
            start += (first_start - start + step - 1) / step * step;
        }
        while start <= last_start {
            if slots.len() == limit {
                return (slots, true);
            }
            slots.push(Slot {
                interval: Interval::from_ordered(start, start + duration),
            });
            start += step;
        }
    }
    (slots, false)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::time::Zone;

    /// An instant of 20 November 2026 in UTC, as `HH:MM`.
    fn at(time: &str) -> Timestamp {
        format!("2026-11-20T{time}:00Z").parse().unwrap()
    }

    /// The run of spans given as `09:00-10:00 11:00-12:00`.
    fn run(spans: &str) -> Vec<Interval> {
        let span = |span: &str| {
            let (start, end) = span.split_once('-').unwrap();
            Interval::new(at(start), at(end)).unwrap()
        };
        spans.split_whitespace().map(span).collect()
    }

    fn shown(run: impl IntoIterator<Item = Interval>) -> String {
        let time = |at: Timestamp| Zone::UTC.civil(at).strftime("%H:%M").to_string();
        let spans = run
            .into_iter()
            .map(|span| format!("{}-{}", time(span.start()), time(span.end())));
        spans.collect::<Vec<_>>().join(" ")
    }

    /// Lessons of an hour, from nine to five, asked at midnight.
    fn query() -> SlotQuery {
        let day = run("00:00-23:59")[0];
        SlotQuery::new(day, 60, Zone::UTC, at("00:00"))
    }

    fn starts(found: &Found) -> String {
        let starts = found
            .slots
            .iter()
            .map(|slot| Zone::UTC.civil(slot.interval.start()));
        starts
            .map(|start| start.strftime("%H:%M").to_string())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Searches for one person who is open from nine to noon and one to five.
    #[track_caller]
    fn check(change: impl FnOnce(&mut SlotQuery), busy: &str, expect: &str) {
        let mut query = query();
        change(&mut query);
        let person = Person {
            open: &run("09:00-12:00 13:00-17:00"),
            busy: &run(busy),
            unknown: &[],
        };
        assert_eq!(starts(&find(&query, &[person]).unwrap()), expect);
    }

    #[test]
    fn slots_fill_the_free_time() {
        check(|_| {}, "", "09:00 10:00 11:00 13:00 14:00 15:00 16:00");
        check(|_| {}, "10:00-11:00 14:30-15:00", "09:00 11:00 13:00 15:00 16:00");
        check(|_| {}, "00:00-23:59", "");
        check(|query| query.duration_minutes = 240, "", "13:00");
        check(|query| query.duration_minutes = 241, "", "");
    }

    #[test]
    fn the_grid_begins_rounded_in_each_free_span() {
        check(|_| {}, "09:00-09:20", "09:30 10:30 13:00 14:00 15:00 16:00");
        check(
            |query| query.round_to_minutes = Some(60),
            "09:00-09:20",
            "10:00 11:00 13:00 14:00 15:00 16:00",
        );
        check(
            |query| query.round_to_minutes = None,
            "09:00-09:20",
            "09:20 10:20 13:00 14:00 15:00 16:00",
        );
        check(
            |query| query.step_minutes = 90,
            "",
            "09:00 10:30 13:00 14:30 16:00",
        );
    }

    #[test]
    fn buffers_clear_busy_time_and_reach_outside_open_hours() {
        let buffers = |query: &mut SlotQuery| {
            query.buffer_before_minutes = 15;
            query.buffer_after_minutes = 30;
        };
        check(buffers, "", "09:00 10:00 11:00 13:00 14:00 15:00 16:00");
        check(buffers, "12:15-12:30", "09:00 10:00 13:00 14:00 15:00 16:00");
        check(buffers, "08:00-09:00", "10:00 11:00 13:00 14:00 15:00 16:00");
        check(buffers, "10:15-10:45", "13:00 14:00 15:00 16:00");
        check(buffers, "17:00-17:29", "09:00 10:00 11:00 13:00 14:00 15:00");
        check(
            buffers,
            "17:30-18:00",
            "09:00 10:00 11:00 13:00 14:00 15:00 16:00",
        );
    }

    #[test]
    fn notice_and_horizon_choose_among_the_candidates() {
        let asked_at = |now, notice, horizon| {
            move |query: &mut SlotQuery| {
                query.now = at(now);
                query.minimum_notice_minutes = notice;
                query.horizon_minutes = horizon;
            }
        };
        check(
            asked_at("09:10", 0, None),
            "",
            "10:00 11:00 13:00 14:00 15:00 16:00",
        );
        check(
            asked_at("09:00", 60, None),
            "",
            "10:00 11:00 13:00 14:00 15:00 16:00",
        );
        check(asked_at("09:00", 61, None), "", "11:00 13:00 14:00 15:00 16:00");
        check(
            asked_at("00:00", 0, Some(14 * 60)),
            "",
            "09:00 10:00 11:00 13:00 14:00",
        );
        check(asked_at("18:00", 0, None), "", "");
    }

    #[test]
    fn results_are_limited_and_say_so() {
        let person = Person {
            open: &run("09:00-12:00"),
            busy: &[],
            unknown: &[],
        };
        for (limit, expect) in [(2, ("09:00 10:00", true)), (3, ("09:00 10:00 11:00", false))] {
            let query = SlotQuery {
                max_results: Some(limit),
                ..query()
            };
            let found = find(&query, &[person]).unwrap();
            assert_eq!((starts(&found).as_str(), found.more), expect);
        }
    }

    #[test]
    fn everybody_has_to_be_open_and_free() {
        let anna = Person {
            open: &run("09:00-14:00"),
            busy: &run("10:00-11:00"),
            unknown: &[],
        };
        let ben = Person {
            open: &run("08:00-12:00 13:00-18:00"),
            busy: &run("09:30-10:30"),
            unknown: &[],
        };
        let found = find(&query(), &[anna, ben]).unwrap();
        assert_eq!(shown(found.free), "09:00-09:30 11:00-12:00 13:00-14:00");
        assert_eq!(
            shown(found.slots.iter().map(|slot| slot.interval)),
            "11:00-12:00 13:00-14:00"
        );
        assert_eq!(find(&query(), &[]).unwrap().free, []);
    }

    #[test]
    fn what_is_unknown_is_never_free() {
        let anna = Person {
            open: &run("09:00-14:00"),
            busy: &[],
            unknown: &run("11:30-20:00"),
        };
        let ben = Person {
            open: &run("09:00-13:00"),
            busy: &run("09:00-10:00"),
            unknown: &[],
        };
        let found = find(&query(), &[anna, ben]).unwrap();
        assert_eq!(shown(found.free), "10:00-11:30");
        assert_eq!(shown(found.unknown), "11:30-13:00");
        assert_eq!(found.slots.len(), 1);
        let buffered = SlotQuery {
            step_minutes: 15,
            buffer_after_minutes: 30,
            ..query()
        };
        assert_eq!(starts(&find(&buffered, &[anna, ben]).unwrap()), "10:00");
    }

    #[test]
    fn numbers_out_of_bounds_name_their_field() {
        #[track_caller]
        fn check(change: impl FnOnce(&mut SlotQuery), expect: &str) {
            let mut query = query();
            change(&mut query);
            assert_eq!(find(&query, &[]).unwrap_err().to_string(), expect);
        }
        check(
            |query| query.duration_minutes = 0,
            "durationMinutes must be from 1 to 10080",
        );
        check(
            |query| query.step_minutes = 0,
            "stepMinutes must be from 1 to 10080",
        );
        check(
            |query| query.round_to_minutes = Some(61),
            "roundToMinutes must be from 1 to 60",
        );
        check(
            |query| query.buffer_before_minutes = 1_441,
            "bufferBeforeMinutes must be from 0 to 1440",
        );
        check(
            |query| query.buffer_after_minutes = 1_441,
            "bufferAfterMinutes must be from 0 to 1440",
        );
        check(
            |query| query.minimum_notice_minutes = 525_601,
            "minimumNoticeMinutes must be from 0 to 525600",
        );
        check(
            |query| query.max_results = Some(0),
            "maxResults must be at least 1",
        );
    }

    /// Minutes of a scan over two days and a half around a change of Lord Howe's clocks, the window inside.
    const MINUTES: usize = 3_600;
    const MINUTE_US: i64 = 60_000_000;

    fn scan_start() -> i64 {
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
            .map(|at| Interval::from_ordered(us(at), us(at + 1)));
        let free = normalize(free.collect());

        let duration = query.duration_minutes as usize;
        let now = minute(query.now.as_microsecond());
        let mut slots = Vec::new();
        for span in &free {
            let on_grid = |at: &usize| {
                let clock = query.zone.civil(Timestamp::from_microsecond(us(*at)).unwrap());
                query
                    .round_to_minutes
                    .is_none_or(|unit| (clock.minute() as u32).is_multiple_of(unit))
            };
            let Some(first) = (minute(span.start_us())..MINUTES).find(on_grid) else {
                continue;
            };
            for start in (first..minute(span.end_us())).step_by(query.step_minutes as usize) {
                let end = start + duration;
                if end > minute(span.end_us()) {
                    break;
                }
                let padded =
                    start - query.buffer_before_minutes as usize..end + query.buffer_after_minutes as usize;
                let in_time = start >= now + query.minimum_notice_minutes as usize
                    && query
                        .horizon_minutes
                        .is_none_or(|horizon| start <= now + horizon as usize);
                if in_time && clear[padded].iter().all(|clear| *clear) {
                    slots.push(Interval::from_ordered(us(start), us(end)));
                }
            }
        }
        (free, slots)
    }

    prop_compose! {
        /// A run of the scanned minutes.
        fn runs(spans: usize, longest: i64)(
            spans in prop::collection::vec((0_i64..3_500, 1..longest), 0..spans),
        ) -> Vec<Interval> {
            let span = |(start, len): (i64, i64)| {
                let start = scan_start() + start * MINUTE_US;
                Interval::from_ordered(start, start + len * MINUTE_US)
            };
            normalize(spans.into_iter().map(span).collect())
        }
    }

    prop_compose! {
        fn queries()(
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
                ..SlotQuery::new(Interval::from_ordered(us(from), us(from + len)), duration, Zone::iana(zone).unwrap(), now)
            }
        }
    }

    proptest! {
        #[test]
        fn the_search_equals_a_scan_by_the_minute(
            query in queries(),
            people in prop::collection::vec((runs(6, 1_500), runs(9, 120), runs(2, 200)), 1..4),
        ) {
            let people: Vec<_> = people
                .iter()
                .map(|(open, busy, unknown)| Person { open, busy, unknown })
                .collect();
            let found = find(&query, &people).unwrap();
            let (free, slots) = scan(&query, &people);
            let starts: Vec<_> = found.slots.iter().map(|slot| slot.interval).collect();
            prop_assert_eq!(found.free, free);
            prop_assert_eq!(&starts, &slots);
            for slot in &starts {
                let padded = pad(*slot, minutes(query.buffer_before_minutes), minutes(query.buffer_after_minutes));
                prop_assert!(query.reach().covers(padded));
                for person in &people {
                    prop_assert!(person.open.iter().any(|open| open.covers(*slot)));
                    prop_assert!(!person.busy.iter().chain(person.unknown).any(|taken| taken.overlaps(padded)));
                }
            }
        }
    }
}
