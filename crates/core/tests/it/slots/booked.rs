//! What is booked already: limits, seats, and appointments that are about to be moved.

use jiff::civil::Weekday;
use kalends_core::{
    slots::{Appointment, Course, Found, Group, Limit, Limits, Person, Question, Shape, find},
    time::{Interval, Zone},
};

use super::case::{query, run, starts};

fn appointments(spans: &str, seats_left: u32) -> Vec<Appointment> {
    let appointment = |interval| Appointment { interval, seats_left };
    run(spans).into_iter().map(appointment).collect()
}

/// Asks for a person who is open from nine to one, with what they have booked and what is about to be moved.
fn ask_moving(busy: &str, booked: &[Appointment], limits: Limits, moved: &str) -> Found {
    let (open, busy, moved, query) = (run("09:00-13:00"), run(busy), run(moved), query());
    let person = Person {
        appointments: booked,
        limits,
        ignore: &moved,
        ..Person::new(&open, &busy, &[])
    };
    find(&Question::together(&query, &[person])).unwrap()
}

fn ask(busy: &str, booked: &[Appointment], limits: Limits) -> Found {
    ask_moving(busy, booked, limits, "")
}

fn a_day(appointments: Option<u32>, minutes: Option<u32>) -> Limits {
    let day = Limit {
        appointments,
        minutes,
    };
    Limits {
        day,
        ..Limits::default()
    }
}

#[test]
fn appointments_are_busy_time() {
    assert_eq!(
        starts(&ask("", &appointments("10:00-11:00", 0), Limits::default())),
        "09:00 11:00 12:00"
    );
    assert_eq!(
        starts(&ask(
            "10:00-11:00",
            &appointments("10:00-11:00", 0),
            Limits::default()
        )),
        "09:00 11:00 12:00"
    );
}

#[test]
fn a_full_day_offers_nothing() {
    let one = appointments("10:00-11:00", 0);
    let with = |limits| starts(&ask("", &one, limits));
    assert_eq!(with(a_day(Some(2), None)), "09:00 11:00 12:00");
    assert_eq!(with(a_day(Some(1), None)), "");
    assert_eq!(with(a_day(None, Some(120))), "09:00 11:00 12:00");
    assert_eq!(with(a_day(None, Some(119))), "");
    assert_eq!(with(a_day(Some(0), None)), "");
    let week = Limits {
        week: a_day(Some(1), None).day,
        ..Limits::default()
    };
    assert_eq!(with(week), "");
}

#[test]
fn days_and_weeks_are_those_of_the_person_s_zone() {
    let instant = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let open = [Interval::new(instant("2026-11-20T00:00:00Z"), instant("2026-11-24T00:00:00Z")).unwrap()];
    // Saturday evening in New York, Sunday in UTC.
    let booked = Interval::new(instant("2026-11-22T02:00:00Z"), instant("2026-11-22T03:00:00Z")).unwrap();
    let booked = [Appointment {
        interval: booked,
        seats_left: 0,
    }];
    let zone = Zone::iana("America/New_York").unwrap();
    // A slot every twelve hours before and after the appointment, as day and hour.
    let slots = |limits, zone| {
        let mut query = query();
        (query.window, query.step_minutes) = (open[0], 720);
        let person = Person {
            appointments: &booked,
            limits,
            zone,
            ..Person::new(&open, &[], &[])
        };
        let found = find(&Question::together(&query, &[person])).unwrap();
        let starts = found
            .slots
            .iter()
            .map(|slot| Zone::UTC.civil(slot.interval.start()));
        starts
            .map(|start| start.strftime("%dT%H").to_string())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        slots(Limits::default(), None),
        "20T00 20T12 21T00 21T12 22T00 22T03 22T15 23T03 23T15"
    );
    // In New York it is Saturday from five on the 21st; in UTC the 22nd is full.
    assert_eq!(
        slots(a_day(Some(1), None), Some(&zone)),
        "20T00 20T12 21T00 22T15 23T03 23T15"
    );
    assert_eq!(
        slots(a_day(Some(1), None), None),
        "20T00 20T12 21T00 21T12 23T03 23T15"
    );
    let week = |week_start| Limits {
        week: a_day(Some(1), None).day,
        week_start,
        ..Limits::default()
    };
    // The full week ends on Sunday evening in New York, or on the Saturday before.
    assert_eq!(slots(week(Weekday::Monday), Some(&zone)), "23T15");
    assert_eq!(slots(week(Weekday::Sunday), Some(&zone)), "22T15 23T03 23T15");
}

#[test]
fn the_organiser_has_limits_too() {
    let (open, query) = (run("09:00-13:00"), query());
    let booked = appointments("07:00-08:00 14:00-15:00", 0);
    let with = |limits| {
        let people = [Person::new(&open, &[], &[])];
        let question = Question {
            limits,
            appointments: &booked,
            ..Question::together(&query, &people)
        };
        starts(&find(&question).unwrap())
    };
    assert_eq!(with(a_day(Some(3), None)), "09:00 10:00 11:00 12:00");
    assert_eq!(with(a_day(Some(2), None)), "");
}

#[test]
fn an_appointment_with_seats_is_offered_at_its_own_time() {
    let lesson = appointments("10:10-11:10", 3);
    let found = ask("10:10-11:10", &lesson, Limits::default());
    assert_eq!(starts(&found), "09:00 10:10 11:15");
    let seats: Vec<_> = found.slots.iter().map(|slot| slot.seats_left).collect();
    assert_eq!(seats, [None, Some(3), None]);
    // It takes no new time: neither limits nor what else goes on then stand in the way.
    let found = ask("09:00-13:00", &lesson, a_day(Some(1), None));
    assert_eq!(starts(&found), "10:10");
    // Full, or of another length, it is busy time.
    assert_eq!(
        starts(&ask("", &appointments("10:10-11:10", 0), Limits::default())),
        "09:00 11:15"
    );
    assert_eq!(
        starts(&ask("", &appointments("10:10-11:00", 3), Limits::default())),
        "09:00 11:00 12:00"
    );
}

#[test]
fn others_have_to_be_free_for_an_appointment_that_is_joined() {
    let (open, query) = (run("09:00-13:00"), query());
    let lesson = appointments("10:00-11:00", 2);
    let teacher = Person {
        appointments: &lesson,
        ..Person::new(&open, &[], &[])
    };
    let ask = |busy: &str| {
        let busy = run(busy);
        let people = [teacher, Person::new(&open, &busy, &[])];
        starts(&find(&Question::together(&query, &people)).unwrap())
    };
    assert_eq!(ask(""), "09:00 10:00 11:00 12:00");
    assert_eq!(ask("10:30-10:45"), "09:00 11:00 12:00");
}

#[test]
fn what_is_moved_neither_blocks_nor_counts() {
    let booked = appointments("10:00-11:00", 0);
    let found = ask_moving("10:00-11:00", &booked, a_day(Some(1), None), "10:00-11:00");
    assert_eq!(starts(&found), "09:00 10:00 11:00 12:00");
    // Another appointment at the same time still blocks and counts.
    let booked = appointments("10:00-11:00 10:30-11:30", 0);
    let found = ask_moving("10:00-11:30", &booked, Limits::default(), "10:00-11:00");
    assert_eq!(starts(&found), "09:00 11:30");
    let found = ask_moving("10:00-11:30", &booked, a_day(Some(1), None), "10:00-11:00");
    assert_eq!(starts(&found), "");
}

#[test]
fn periods_are_where_the_duration_fits() {
    let (open, busy) = (run("09:00-13:00"), run("10:00-10:20 11:00-11:30"));
    let mut query = query();
    let periods = |query: &_| {
        let people = [Person::new(&open, &busy, &[])];
        let question = Question {
            shape: Shape::Periods,
            ..Question::new(query, &people, Course::Together(vec![Group::all(vec![0])]))
        };
        super::case::shown(find(&question).unwrap().periods)
    };
    assert_eq!(periods(&query), "09:00-10:00 11:30-13:00");
    query.buffer_before_minutes = 10;
    query.minimum_notice_minutes = 9 * 60 + 30;
    query.duration_minutes = 30;
    assert_eq!(periods(&query), "09:30-10:00 10:30-11:00 11:40-13:00");
}

#[test]
fn slots_can_be_kept_apart() {
    let open = run("09:00-11:00");
    let mut query = query();
    (query.duration_minutes, query.step_minutes) = (40, 15);
    let with = |shape| {
        let people = [Person::new(&open, &[], &[])];
        let question = Question {
            shape,
            ..Question::together(&query, &people)
        };
        starts(&find(&question).unwrap())
    };
    assert_eq!(
        with(Shape::OverlappingSlots),
        "09:00 09:15 09:30 09:45 10:00 10:15"
    );
    assert_eq!(with(Shape::Slots), "09:00 09:45");
}

#[test]
fn limits_beyond_a_day_are_mistyped() {
    let open = run("09:00-11:00");
    let person = Person {
        limits: a_day(None, Some(1_441)),
        ..Person::new(&open, &[], &[])
    };
    let error = find(&Question::together(&query(), &[person])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "people[0].limits.day.minutes must be from 0 to 1440"
    );
}
