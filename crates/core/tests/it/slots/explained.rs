//! Explanations: the rule that decides, and what it rests on.

use kalends_core::{
    slots::{
        Appointment, Because, Choose, Course, DateOverride, DayWindow, Explanation, Group, Limit, Limits,
        OpenHours, Person, Question, Rule, Shape, SlotQuery, Source, Verdict, WeeklyWindow, explain,
    },
    time::Zone,
};

use super::case::{at, query, run, shown};

/// Explains an instant for a person who is open from nine to noon and one to five, and busy from ten to eleven.
fn why(time: &str, change: impl FnOnce(&mut SlotQuery, &mut Person<'_>)) -> Explanation {
    let (open, busy) = (run("09:00-12:00 13:00-17:00"), run("10:00-11:00"));
    let mut query = query();
    let mut person = Person::new(&open, &busy, &[]);
    change(&mut query, &mut person);
    explain(&Question::together(&query, &[person]), at(time)).unwrap()
}

/// The rule that decides, with the time that it names.
#[track_caller]
fn check(time: &str, change: impl FnOnce(&mut SlotQuery, &mut Person<'_>), expect: &str) {
    let why = why(time, change);
    let said = why.reason().map_or("offered".to_owned(), |reason| {
        let fails = reason
            .findings
            .iter()
            .find(|finding| finding.verdict == Verdict::Fails);
        let interval = fails.and_then(|finding| finding.interval);
        format!("{} {}", reason.rule.as_str(), shown(interval))
            .trim()
            .to_owned()
    });
    assert_eq!(said, expect);
    assert_eq!(why.is_offered, expect == "offered");
}

#[test]
fn the_first_rule_that_fails_is_the_reason() {
    check("09:00", |_, _| {}, "offered");
    check("23:30", |_, _| {}, "window 00:00-23:59");
    check(
        "09:00",
        |query, _| query.minimum_notice_minutes = 600,
        "notice 00:00-10:00",
    );
    check(
        "14:00",
        |query, _| query.horizon_minutes = Some(120),
        "horizon 00:00-02:00",
    );
    check("11:30", |_, _| {}, "open_hours 09:00-12:00");
    check("07:00", |_, _| {}, "open_hours");
    check("10:30", |_, _| {}, "busy 10:00-11:00");
    check(
        "09:00",
        |query, _| query.buffer_after_minutes = 5,
        "buffers 10:00-11:00",
    );
    check("13:10", |_, _| {}, "grid 13:00-16:00");
    let none = Limits {
        day: Limit {
            appointments: Some(0),
            minutes: None,
        },
        ..Limits::default()
    };
    check("09:00", |_, person| person.limits = none, "limits");
    check("14:00", |query, _| query.max_results = Some(2), "max_results");
    let unknown = run("13:30-15:00");
    let why = {
        let open = run("09:00-17:00");
        let people = [Person::new(&open, &[], &unknown)];
        explain(&Question::together(&query(), &people), at("13:00")).unwrap()
    };
    assert_eq!(why.reason().unwrap().rule, Rule::Unknown);
}

#[test]
fn every_rule_is_listed_in_order() {
    let why = why("09:00", |_, _| {});
    let rules: Vec<Rule> = why.rules.iter().map(|rule| rule.rule).collect();
    assert!(rules.is_sorted());
    assert_eq!(rules.len(), 16);
    assert_eq!(why.offered_before, None);
    assert_eq!(why.offered_after, Some(at("11:00")));
}

#[test]
fn the_grid_names_its_nearest_starts() {
    let why = why("13:10", |_, _| {});
    let grid = why.reason().unwrap();
    let expect = Because::Grid {
        before: Some(at("13:00")),
        after: Some(at("14:00")),
    };
    assert_eq!(grid.findings[0].because, expect);
}

#[test]
fn busy_time_names_where_it_comes_from() {
    let (work, home) = (run("10:00-11:00"), run("10:30-10:45 15:00-16:00"));
    let sources = [
        Source {
            busy: &work,
            unknown: &[],
        },
        Source {
            busy: &home,
            unknown: &[],
        },
    ];
    let booked = [Appointment {
        interval: run("10:15-10:45")[0],
        seats_left: 0,
    }];
    let (open, query) = (run("09:00-17:00"), query());
    let person = Person {
        sources: &sources,
        appointments: &booked,
        ..Person::new(&open, &work, &[])
    };
    let why = explain(&Question::together(&query, &[person]), at("10:30")).unwrap();
    let named = why.reason().unwrap().findings.iter();
    let named: Vec<_> = named
        .map(|finding| (finding.because.clone(), shown(finding.interval)))
        .collect();
    assert_eq!(
        named,
        [
            (Because::Source(0), "10:00-11:00".to_owned()),
            (Because::Source(1), "10:30-10:45".to_owned()),
            (Because::Appointment { seats_left: 0 }, "10:15-10:45".to_owned()),
        ],
    );
}

#[test]
fn open_hours_name_their_window_or_override() {
    let window =
        |start: &str, end: &str| DayWindow::new(start.parse().unwrap(), end.parse().unwrap()).unwrap();
    let weekly = |days: &[u8]| WeeklyWindow {
        days: days.to_vec(),
        window: window("09:00", "12:00"),
    };
    let closed = DateOverride {
        date: at("00:00").to_zoned(jiff::tz::TimeZone::UTC).date(),
        windows: vec![],
    };
    let query = query();
    let hours_of = |overrides| {
        let hours = OpenHours::new(Zone::UTC, vec![weekly(&[1, 2]), weekly(&[4, 5])], overrides).unwrap();
        let open = hours.windows(query.window);
        let person = Person {
            hours: Some(&hours),
            ..Person::new(&open, &[], &[])
        };
        let why = explain(&Question::together(&query, &[person]), at("13:00")).unwrap();
        why.reason().unwrap().findings[0].because.clone()
    };
    let date = closed.date;
    let by_week = Because::Hours {
        date,
        overridden_by: None,
        weekly: vec![1],
    };
    assert_eq!(hours_of(vec![]), by_week);
    let by_date = Because::Hours {
        date,
        overridden_by: Some(0),
        weekly: vec![],
    };
    assert_eq!(hours_of(vec![closed]), by_date);
}

#[test]
fn limits_say_what_is_booked() {
    let booked = [Appointment {
        interval: run("14:00-15:00")[0],
        seats_left: 0,
    }];
    let limit = Limit {
        appointments: Some(1),
        minutes: None,
    };
    let open = run("09:00-17:00");
    let person = Person {
        appointments: &booked,
        limits: Limits {
            day: limit,
            ..Limits::default()
        },
        ..Person::new(&open, &[], &[])
    };
    let why = explain(&Question::together(&query(), &[person]), at("10:00")).unwrap();
    let because = &why.reason().unwrap().findings[0].because;
    let date = at("00:00").to_zoned(jiff::tz::TimeZone::UTC).date();
    let expect = Because::Limit {
        is_week: false,
        from: date,
        appointments: 1,
        minutes: 60,
        limit,
    };
    assert_eq!(*because, expect);
}

#[test]
fn groups_say_who_could_come_and_the_rule_that_left_too_few_is_the_reason() {
    let (open, half, busy) = (run("09:00-17:00"), run("12:00-17:00"), run("09:00-10:00"));
    let people = [
        Person::new(&open, &busy, &[]),
        Person::new(&half, &[], &[]),
        Person::new(&open, &[], &[]),
    ];
    let query = query();
    let two = Group::some(vec![0, 1, 2], 2, Choose::default());
    let question = Question::new(&query, &people, Course::Together(vec![two]));
    let why = explain(&question, at("09:00")).unwrap();
    // One is not open, which leaves two; that one of them is busy leaves too few.
    assert_eq!(why.reason().unwrap().rule, Rule::Busy);
    let groups = why.rules.iter().find(|rule| rule.rule == Rule::Groups).unwrap();
    let expect = Because::Group {
        group: 0,
        needed: 2,
        can_come: vec![2],
        cannot: vec![0, 1],
    };
    assert_eq!(groups.findings[0].because, expect);
    assert!(explain(&question, at("10:00")).unwrap().is_offered);
}

#[test]
fn a_joined_appointment_and_one_that_overlaps_say_so() {
    let booked = [Appointment {
        interval: run("10:10-11:10")[0],
        seats_left: 2,
    }];
    let why = {
        let open = run("09:00-17:00");
        let person = Person {
            appointments: &booked,
            ..Person::new(&open, &[], &[])
        };
        explain(&Question::together(&query(), &[person]), at("10:10")).unwrap()
    };
    assert!(why.is_offered);
    let capacity = why.rules.iter().find(|rule| rule.rule == Rule::Capacity).unwrap();
    assert_eq!(capacity.verdict, Verdict::Holds);
    let open = run("09:00-11:00");
    let mut query = query();
    query.step_minutes = 30;
    let people = [Person::new(&open, &[], &[])];
    let apart = Question {
        shape: Shape::Slots,
        ..Question::together(&query, &people)
    };
    let why = explain(&apart, at("09:30")).unwrap();
    assert_eq!(why.reason().unwrap().rule, Rule::Overlap);
    assert_eq!(shown(why.reason().unwrap().findings[0].interval), "09:00-10:00");
}
