//! Whose time an event takes, and what stands in its way.

use kalends_core::{
    claims::{self, Claim, Obstacle, PersonTime, Taker, Terms, Wanted, obstacles},
    time::{CalendarId, EventId, Interval},
};
use uuid::Uuid;

const MINUTE: i64 = 60_000_000;

fn span(from: i64, until: i64) -> Interval {
    Interval::from_micros(from * MINUTE, until * MINUTE).unwrap()
}

fn event(n: u128) -> EventId {
    EventId(Uuid::from_u128(n))
}

fn claim(n: u128, from: i64, until: i64) -> Claim {
    Claim {
        event: event(n),
        span: span(from, until),
        exclusive: true,
        seats: 1,
        kind: String::new(),
        held: false,
    }
}

fn seats(n: u128, (from, until): (i64, i64), seats: u32, kind: &str) -> Claim {
    Claim {
        seats,
        kind: kind.to_owned(),
        ..claim(n, from, until)
    }
}

/// What stands in the way of event 1 at 600 to 660.
fn in_the_way(terms: &Terms, person: &PersonTime) -> Vec<(i64, i64, Taker)> {
    let wanted = Wanted {
        event: event(1),
        times: &[span(600, 660)],
        terms,
    };
    let minutes = |found: &Obstacle| {
        let (from, until) = (found.span.start_us() / MINUTE, found.span.end_us() / MINUTE);
        (from, until, found.taker)
    };
    obstacles(&wanted, person).iter().map(minutes).collect()
}

#[test]
fn claims_of_others_stand_in_the_way_own_ones_and_neighbours_do_not() {
    let advisory = Claim {
        exclusive: false,
        ..claim(3, 630, 640)
    };
    let held = Claim {
        held: true,
        ..claim(4, 650, 700)
    };
    let claims = vec![
        claim(1, 600, 660),
        claim(2, 540, 600),
        advisory,
        held,
        claim(5, 660, 700),
    ];
    let person = PersonTime {
        claims,
        runs: Vec::new(),
    };
    let expect = [
        (630, 640, Taker::Event(event(3))),
        (650, 700, Taker::Hold(event(4))),
    ];
    assert_eq!(in_the_way(&Terms::default(), &person), expect);
}

#[test]
fn a_buffer_belongs_to_who_asks() {
    let terms = |before, after| Terms {
        buffer_before_minutes: before,
        buffer_after_minutes: after,
        ..Terms::default()
    };
    let person = PersonTime {
        claims: vec![claim(2, 500, 590)],
        runs: vec![(Taker::Block, vec![span(300, 310), span(665, 670), span(700, 710)])],
    };
    assert_eq!(in_the_way(&terms(0, 0), &person), []);
    assert_eq!(in_the_way(&terms(10, 5), &person), []);
    assert_eq!(
        in_the_way(&terms(11, 0), &person),
        [(500, 590, Taker::Event(event(2)))]
    );
    assert_eq!(in_the_way(&terms(0, 6), &person), [(665, 670, Taker::Block)]);
}

#[test]
fn every_sort_of_taken_time_is_named() {
    let calendar = Taker::Calendar(CalendarId(Uuid::nil()));
    let person = PersonTime {
        claims: Vec::new(),
        runs: vec![
            (Taker::Unknown, vec![span(650, 900)]),
            (calendar, vec![span(0, 10), span(590, 601), span(620, 621)]),
        ],
    };
    let expect = [
        (590, 601, calendar),
        (620, 621, calendar),
        (650, 900, Taker::Unknown),
    ];
    assert_eq!(in_the_way(&Terms::default(), &person), expect);
}

#[test]
fn seats_are_joined_until_they_are_full() {
    let yoga = |seats| Terms {
        seats,
        kind: "yoga".to_owned(),
        ..Terms::default()
    };
    let hour = (600, 660);
    let check = |terms: &Terms, claims: Vec<Claim>, expect: usize| {
        let person = PersonTime {
            claims,
            // The class is in the teacher's own calendar too; who joins takes none of that time.
            runs: vec![(Taker::Block, vec![span(600, 660)])],
        };
        assert_eq!(in_the_way(terms, &person).len(), expect, "{terms:?} {person:?}");
    };
    let one = seats(2, hour, 3, "yoga");
    let two = vec![one.clone(), seats(3, hour, 3, "yoga")];
    let three = vec![one.clone(), seats(3, hour, 3, "yoga"), seats(4, hour, 3, "yoga")];
    check(&yoga(3), vec![], 1);
    check(&yoga(3), vec![one.clone()], 0);
    check(&yoga(3), two.clone(), 0);
    check(&yoga(3), three, 4);
    // Moving within its own seat.
    check(
        &yoga(3),
        vec![one.clone(), seats(3, hour, 3, "yoga"), seats(1, hour, 3, "yoga")],
        0,
    );
    // The fewest decide, whoever says so.
    check(&yoga(2), two, 3);
    check(
        &yoga(9),
        vec![seats(2, hour, 2, "yoga"), seats(3, hour, 9, "yoga")],
        3,
    );
    // Another kind, another time, and those with one seat are not joined.
    check(&yoga(3), vec![seats(2, hour, 3, "pilates")], 2);
    check(&yoga(3), vec![seats(2, (600, 661), 3, "yoga")], 2);
    check(&yoga(1), vec![one], 2);
    check(&yoga(3), vec![seats(2, hour, 1, "yoga")], 2);
}

mod times {
    use jiff::Timestamp;
    use kalends_core::{
        event::{Event, When},
        external_event::{EventStatus, Transparency},
        time::Zone,
    };

    use super::*;
    use crate::event::made::lesson;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn hour(start: &str) -> Event {
        let start = at(start);
        let end = start.checked_add(jiff::SignedDuration::from_hours(1)).unwrap();
        Event {
            when: When::timed(start, end, Zone::UTC).unwrap(),
            ..lesson()
        }
    }

    fn weekly(start: &str) -> Event {
        Event {
            recurrence: vec!["RRULE:FREQ=WEEKLY".to_owned()],
            ..hour(start)
        }
    }

    #[test]
    fn what_happens_once_is_taken_whenever_it_is() {
        let window = claims::window(at("2026-12-01T00:00:00Z"));
        for start in [
            "1990-01-01T10:00:00Z",
            "2026-12-01T10:00:00Z",
            "2050-01-01T10:00:00Z",
        ] {
            let event = hour(start);
            assert_eq!(claims::times(&event, &Zone::UTC, window).len(), 1, "{start}");
            assert!(!claims::goes_on(&event, window));
        }
    }

    #[test]
    fn a_series_takes_its_window_and_says_whether_it_goes_on() {
        let window = claims::window(at("2026-12-01T00:00:00Z"));
        let endless = weekly("2020-01-06T10:00:00Z");
        assert_eq!(claims::times(&endless, &Zone::UTC, window).len(), 30);
        assert!(claims::goes_on(&endless, window));
        let mut ended = endless.clone();
        ended.recurrence = vec!["RRULE:FREQ=WEEKLY;COUNT=3".to_owned()];
        assert_eq!(claims::times(&ended, &Zone::UTC, window), []);
        assert!(!claims::goes_on(&ended, window));
    }

    #[test]
    fn cancelled_and_transparent_events_take_nothing() {
        let window = claims::window(at("2026-12-01T00:00:00Z"));
        for change in [
            (|event: &mut Event| event.status = EventStatus::Cancelled) as fn(&mut Event),
            |event| event.transparency = Transparency::Transparent,
        ] {
            let mut event = weekly("2026-11-02T10:00:00Z");
            change(&mut event);
            assert_eq!(claims::times(&event, &Zone::UTC, window), []);
            assert!(!claims::goes_on(&event, window));
        }
    }

    #[test]
    fn times_of_one_event_never_lie_over_each_other() {
        let window = claims::window(at("2026-12-01T00:00:00Z"));
        let mut event = weekly("2026-12-07T10:00:00Z");
        event.recurrence = vec![
            "RRULE:FREQ=WEEKLY;COUNT=2".to_owned(),
            "RDATE:20261207T103000Z,20261207T113000Z".to_owned(),
        ];
        let times = claims::times(&event, &Zone::UTC, window);
        let hours: Vec<i64> = times.iter().map(|time| time.len_us() / MINUTE).collect();
        assert_eq!(hours, [90, 60, 60]);
    }

    #[test]
    fn whole_days_are_those_of_the_person() {
        let window = claims::window(at("2026-12-01T00:00:00Z"));
        let day = |text: &str| text.parse().unwrap();
        let event = Event {
            when: When::all_day(day("2026-12-24"), day("2026-12-25")).unwrap(),
            ..lesson()
        };
        let start = |zone| claims::times(&event, &Zone::iana(zone).unwrap(), window)[0].start();
        assert_eq!(start("Europe/Zurich"), at("2026-12-23T23:00:00Z"));
        assert_eq!(start("Asia/Tokyo"), at("2026-12-23T15:00:00Z"));
    }
}
