//! Conflicts: found from either side, told once, closed by themselves.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    busy::BusyRules,
    conflict::{
        Cause, Conflict, ConflictKind, Conflicts, Diff, Opponent, Overlap, Standing, Surroundings, Timeline,
        diff, of_event, overlaps, taken,
    },
    external_event::{EventStatus, OverrideRange, SeriesRole, Transparency},
    time::{BlockId, EventEditId, ExternalEventId, Interval, Zone},
};
use proptest::prelude::*;
use uuid::Uuid;

use crate::made::{event, time, window};

/// Hours from the beginning of a week.
fn span(from: i64, to: i64) -> Interval {
    Interval::new(at(from), at(to)).unwrap()
}

fn at(hour: i64) -> Timestamp {
    let monday: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
    monday + SignedDuration::from_hours(hour)
}

fn external(number: u128) -> Opponent {
    Opponent::External(ExternalEventId(Uuid::from_u128(number)))
}

fn block(number: u128) -> Opponent {
    Opponent::Block(BlockId(Uuid::from_u128(number)))
}

fn open_at_all_times(busy: &Timeline<Opponent>) -> Surroundings<'_> {
    Surroundings { busy, open: None }
}

/// `kind from-to xtimes`, in hours.
fn shown(conflicts: &Conflicts) -> Vec<String> {
    let hour = |at: Timestamp| (at.as_second() - self::at(0).as_second()) / 3600;
    let line = |conflict: &Conflict| {
        let overlap = conflict.overlap.unwrap();
        let (from, to) = (hour(overlap.first.start()), hour(overlap.first.end()));
        format!("{} {from}-{to} x{}", conflict.kind.as_str(), overlap.times)
    };
    conflicts.values().map(line).collect()
}

#[test]
fn an_event_meets_what_shares_time_with_it_and_not_what_touches_it() {
    let busy = Timeline::new([
        (span(8, 10), external(1)),
        (span(9, 12), external(2)),
        (span(11, 12), block(3)),
        (span(12, 14), external(4)),
    ]);
    let found = of_event(&[span(10, 12)], open_at_all_times(&busy), Cause::Other);
    assert_eq!(shown(&found), ["overlap 10-12 x1", "overlap 11-12 x1"]);
    assert!(found.contains_key(&external(2)) && found.contains_key(&block(3)));
}

#[test]
fn who_moved_it_there_is_said() {
    let busy = Timeline::new([(span(9, 12), external(2))]);
    let found = of_event(&[span(10, 11)], open_at_all_times(&busy), Cause::MovedByPerson);
    assert_eq!(shown(&found), ["moved_into_conflict 10-11 x1"]);
}

#[test]
fn two_series_that_meet_are_one_conflict() {
    let weekly = |from: i64, to: i64| (0..4).map(move |week| span(168 * week + from, 168 * week + to));
    let busy = Timeline::new(weekly(9, 11).map(|span| (span, external(1))));
    let lessons: Vec<Interval> = weekly(10, 12).collect();
    let found = of_event(&lessons, open_at_all_times(&busy), Cause::Other);
    assert_eq!(shown(&found), ["overlap 10-11 x4"]);
}

#[test]
fn time_outside_the_working_hours_is_a_conflict_of_its_own() {
    let busy = Timeline::new([]);
    let hours = [span(8, 12), span(13, 18), span(32, 42)];
    let check = |times: &[Interval], expect: &[&str]| {
        let surroundings = Surroundings {
            busy: &busy,
            open: Some(&hours),
        };
        assert_eq!(shown(&of_event(times, surroundings, Cause::Other)), expect);
    };
    check(&[span(8, 12)], &[]);
    check(&[span(11, 14)], &["outside_hours 12-13 x1"]);
    check(
        &[span(9, 10), span(17, 19), span(42, 43)],
        &["outside_hours 18-19 x2"],
    );
    let always = of_event(&[span(0, 3)], open_at_all_times(&busy), Cause::Other);
    assert_eq!(always, Conflicts::new());
}

fn conflict(kind: ConflictKind, from: i64, to: i64, times: u32) -> Conflict {
    Conflict {
        kind,
        overlap: Some(Overlap {
            first: span(from, to),
            times,
        }),
    }
}

#[test]
fn conflicts_open_move_and_close_by_themselves() {
    let edit = Conflict {
        kind: ConflictKind::CompetingEdit,
        overlap: None,
    };
    let asked = |number| Opponent::Edit(EventEditId(Uuid::from_u128(number)));
    let standing = Standing {
        open: [
            (external(1), conflict(ConflictKind::Overlap, 10, 11, 1)),
            (external(2), conflict(ConflictKind::MovedIntoConflict, 10, 11, 1)),
            (external(3), conflict(ConflictKind::Overlap, 1, 2, 3)),
            (external(4), conflict(ConflictKind::Overlap, 10, 11, 1)),
            (asked(6), edit),
            (asked(7), edit),
        ]
        .into(),
        kept: Conflicts::new(),
    };
    let found: Conflicts = [
        (external(1), conflict(ConflictKind::Overlap, 10, 11, 1)),
        (external(2), conflict(ConflictKind::Overlap, 10, 12, 1)),
        (external(3), conflict(ConflictKind::Overlap, 169, 170, 2)),
        (block(5), conflict(ConflictKind::Overlap, 10, 11, 1)),
        (asked(6), edit),
    ]
    .into();
    let expect = Diff {
        opened: vec![(block(5), conflict(ConflictKind::Overlap, 10, 11, 1))],
        moved: vec![(external(2), conflict(ConflictKind::MovedIntoConflict, 10, 12, 1))],
        aged: vec![(external(3), conflict(ConflictKind::Overlap, 169, 170, 2))],
        closed: vec![external(4), asked(7)],
        lapsed: Vec::new(),
    };
    assert_eq!(diff(&standing, &found, at(9)), expect);
}

#[test]
fn what_a_person_keeps_stays_quiet_until_it_is_another_thing() {
    let kept = |from, to| Standing {
        open: Conflicts::new(),
        kept: [(external(1), conflict(ConflictKind::Overlap, from, to, 2))].into(),
    };
    let found =
        |from, to| -> Conflicts { [(external(1), conflict(ConflictKind::Overlap, from, to, 2))].into() };
    assert!(diff(&kept(10, 11), &found(10, 11), at(9)).is_empty());
    let aged = diff(&kept(1, 2), &found(169, 170), at(9));
    assert_eq!((aged.aged.len(), aged.opened.len(), aged.lapsed.len()), (1, 0, 0));
    let moved = diff(&kept(10, 11), &found(12, 13), at(9));
    assert_eq!(
        moved,
        Diff {
            opened: vec![(external(1), conflict(ConflictKind::Overlap, 12, 13, 2))],
            lapsed: vec![external(1)],
            ..Diff::default()
        }
    );
    let gone = diff(&kept(10, 11), &Conflicts::new(), at(9));
    assert_eq!((gone.lapsed, gone.closed), (vec![external(1)], vec![]));
}

#[test]
fn kinds_have_words_of_their_own() {
    let words: std::collections::BTreeSet<&str> = ConflictKind::ALL.map(ConflictKind::as_str).into();
    assert_eq!(words.len(), ConflictKind::ALL.len());
}

/// Daily from 20 November 2026, 09:00 to 10:00, three times; the second moved to noon; and one whose series nobody has.
#[test]
fn an_override_takes_time_in_the_name_of_its_series() {
    let id = |number| ExternalEventId(Uuid::from_u128(number));
    let day = |day: u8, hour: u8| format!("2026-11-{day}T{hour:02}:00:00");
    let hour = |name: &str, on: u8, from: u8, role| event(name, &day(on, from), &day(on, from + 1), role);
    let daily = SeriesRole::Master {
        recurrence: vec!["RRULE:FREQ=DAILY;COUNT=3".to_owned()],
    };
    let replaces = |master: &str, original: &str| SeriesRole::Override {
        master: master.to_owned(),
        original_start: time(original),
        range: OverrideRange::ThisOnly,
    };
    let mut off = hour("off", 20, 9, SeriesRole::Single);
    off.status = EventStatus::Cancelled;
    let mut free = hour("free", 20, 9, SeriesRole::Single);
    free.transparency = Transparency::Transparent;
    let events = [
        (id(1), hour("series_1", 21, 12, replaces("series", &day(21, 9)))),
        (id(2), hour("series", 20, 9, daily)),
        (id(3), hour("unseen_1", 21, 9, replaces("unseen", &day(21, 9)))),
        (id(4), off),
        (id(5), free),
    ];
    let mut found = taken(
        events,
        BusyRules::default(),
        &Zone::UTC,
        window(&day(20, 0), &day(25, 0)),
    );
    found.sort();
    let found: Vec<(String, u128)> = found
        .into_iter()
        .map(|(span, id)| (span.start().to_string(), id.0.as_u128()))
        .collect();
    let utc = |on, from| format!("{}Z", day(on, from));
    let expect = [
        (utc(20, 9), 2),
        (utc(21, 9), 3),
        (utc(21, 12), 2),
        (utc(22, 9), 2),
    ];
    assert_eq!(found, expect);
}

fn things() -> impl Strategy<Value = Vec<Vec<Interval>>> {
    let times = prop::collection::vec((0_i64..60, 1_i64..8), 0..4);
    let sorted = times.prop_map(|times| {
        let mut spans: Vec<Interval> = times
            .into_iter()
            .map(|(from, len)| span(from, from + len))
            .collect();
        spans.sort();
        spans
    });
    prop::collection::vec(sorted, 0..12)
}

/// A timeline of things, each by its number.
fn timeline(things: &[Vec<Interval>]) -> Timeline<usize> {
    let spans = things.iter().enumerate();
    Timeline::new(spans.flat_map(|(number, times)| times.iter().map(move |time| (*time, number))))
}

proptest! {
    #[test]
    fn both_sides_find_the_same_conflicts(events in things(), others in things()) {
        let (by_events, by_others) = (timeline(&others), timeline(&events));
        let mut from_events = BTreeMap::new();
        for (number, times) in events.iter().enumerate() {
            for (other, overlap) in overlaps(times, &by_events) {
                from_events.insert((number, other), overlap);
            }
        }
        let mut from_others = BTreeMap::new();
        for (other, times) in others.iter().enumerate() {
            for (number, overlap) in overlaps(times, &by_others) {
                from_others.insert((number, other), overlap);
            }
        }
        prop_assert_eq!(from_events, from_others);
    }

    #[test]
    fn what_a_diff_says_leads_from_one_set_to_the_other(
        before in things(), after in things(), event in things(), now in 0_i64..60,
    ) {
        let times: Vec<Interval> = event.concat();
        let conflicts = |others: &[Vec<Interval>]| {
            let spans = others.iter().enumerate();
            let busy = Timeline::new(
                spans.flat_map(|(number, times)| times.iter().map(move |time| (*time, external(number as u128)))),
            );
            of_event(&times, open_at_all_times(&busy), Cause::Other)
        };
        let (open, found) = (conflicts(&before), conflicts(&after));
        let standing = |open: &Conflicts| Standing {
            open: open.clone(),
            kept: Conflicts::new(),
        };
        let diff = diff(&standing(&open), &found, at(now));
        let mut led = open.clone();
        led.extend(diff.opened.iter().chain(&diff.moved).chain(&diff.aged).copied());
        led.retain(|opponent, _| !diff.closed.contains(opponent));
        prop_assert_eq!(&led, &found);
        prop_assert!(kalends_core::conflict::diff(&standing(&found), &found, at(now)).is_empty());
    }
}
