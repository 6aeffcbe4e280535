//! The plain question: everybody at one time.

use kalends_core::{
    slots::{Person, Question, SlotQuery, find, free},
    time::{Interval, Zone},
};

use super::case::{Time, at, query, run, shown, starts};

/// Searches for one person who is open from nine to noon and one to five.
#[track_caller]
fn check(change: impl FnOnce(&mut SlotQuery), busy: &str, expect: &str) {
    let mut query = query();
    change(&mut query);
    let (open, busy) = (run("09:00-12:00 13:00-17:00"), run(busy));
    let found = find(&Question::together(&query, &[Person::new(&open, &busy, &[])]));
    assert_eq!(starts(&found.unwrap()), expect);
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
fn horizons_in_days_end_at_midnight_of_their_zone() {
    let in_days = |days, from: &str| {
        let window = Interval::new(from.parse().unwrap(), "2026-11-23T00:00:00Z".parse().unwrap());
        let zone = Zone::iana("America/New_York").unwrap();
        let query = SlotQuery {
            horizon_days: Some(days),
            ..SlotQuery::new(window.unwrap(), 720, zone, at("09:00"))
        };
        let open = [query.window];
        let found = find(&Question::together(&query, &[Person::new(&open, &[], &[])])).unwrap();
        found.slots.last().map(|slot| slot.interval.start().to_string())
    };
    // Midnight in New York is at five in UTC.
    assert_eq!(
        in_days(0, "2026-11-20T16:00:00Z").unwrap(),
        "2026-11-21T04:00:00Z"
    );
    assert_eq!(
        in_days(1, "2026-11-20T16:00:00Z").unwrap(),
        "2026-11-22T04:00:00Z"
    );
    assert_eq!(in_days(0, "2026-11-21T05:00:00Z"), None);
}

#[test]
fn results_are_limited_and_say_so() {
    let person = Time::new("09:00-12:00", "");
    for (limit, expect) in [(2, ("09:00 10:00", true)), (3, ("09:00 10:00 11:00", false))] {
        let query = SlotQuery {
            max_results: Some(limit),
            ..query()
        };
        let found = find(&Question::together(&query, &[person.person()])).unwrap();
        assert_eq!((starts(&found).as_str(), found.more), expect);
    }
}

#[test]
fn everybody_has_to_be_open_and_free() {
    let anna = Time::new("09:00-14:00", "10:00-11:00");
    let ben = Time::new("08:00-12:00 13:00-18:00", "09:30-10:30");
    let (query, people) = (query(), [anna.person(), ben.person()]);
    let question = Question::together(&query, &people);
    assert_eq!(
        shown(free(&question).unwrap()),
        "09:00-09:30 11:00-12:00 13:00-14:00"
    );
    let found = find(&question).unwrap();
    assert_eq!(
        shown(found.slots.iter().map(|slot| slot.interval)),
        "11:00-12:00 13:00-14:00"
    );
    let attendance = found.attendance(&found.slots[0]);
    assert_eq!(attendance.len(), 1);
    assert_eq!(attendance[0].interval, found.slots[0].interval);
    assert_eq!(attendance[0].groups[0].chosen, [0, 1]);
}

#[test]
fn what_is_unknown_is_never_free() {
    let unknown = run("11:30-20:00");
    let anna = Time::new("09:00-14:00", "");
    let ben = Time::new("09:00-13:00", "09:00-10:00");
    let anna = Person {
        unknown: &unknown,
        ..anna.person()
    };
    let people = [anna, ben.person()];
    let plain = query();
    let question = Question::together(&plain, &people);
    let found = find(&question).unwrap();
    assert_eq!(shown(free(&question).unwrap()), "10:00-11:30");
    assert_eq!(shown(found.unknown), "11:30-13:00");
    assert_eq!(found.slots.len(), 1);
    let buffered = SlotQuery {
        step_minutes: 15,
        buffer_after_minutes: 30,
        ..query()
    };
    let found = find(&Question::together(&buffered, &people)).unwrap();
    assert_eq!(starts(&found), "10:00");
}

#[test]
fn numbers_out_of_bounds_name_their_field() {
    #[track_caller]
    fn check(change: impl FnOnce(&mut SlotQuery), expect: &str) {
        let mut query = query();
        change(&mut query);
        let error = find(&Question::together(&query, &[])).unwrap_err();
        assert_eq!(error.to_string(), expect);
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
    check(
        |query| query.horizon_days = Some(3_651),
        "horizonDays must be from 0 to 3650",
    );
    check(
        |_| {},
        "groups[0].members must be a list of at least one of the people of the question, each once",
    );
}
