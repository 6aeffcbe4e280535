//! Groups and round robin.

use kalends_core::slots::{Appointment, Choose, Course, Found, Group, Person, Question, find, next_in_line};

use super::case::{Time, query, run, shown, starts};

/// Ada in the morning, Ben around noon, Cyd all day: an hour each.
fn three() -> [Time; 3] {
    [
        Time::new("09:00-12:00", ""),
        Time::new("11:00-14:00", ""),
        Time::new("09:00-17:00", "10:00-11:00 13:00-15:00"),
    ]
}

fn ask(times: &[Time], groups: Vec<Group>) -> Found {
    let people: Vec<Person<'_>> = times.iter().map(Time::person).collect();
    find(&Question::new(&query(), &people, Course::Together(groups))).unwrap()
}

/// Each slot as `09:00 0,2|1`: who can come to each group, and in brackets who is chosen.
fn company(found: &Found) -> Vec<String> {
    let list = |people: &[usize]| {
        people
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(",")
    };
    let slots = found.slots.iter().map(|slot| {
        let attendance = found.attendance(slot);
        let groups = attendance[0].groups.iter();
        let groups: Vec<_> = groups
            .map(|group| format!("{}[{}]", list(&group.can_come), list(&group.chosen)))
            .collect();
        format!("{} {}", &shown([slot.interval])[..5], groups.join(" "))
    });
    slots.collect()
}

#[track_caller]
fn check(groups: Vec<Group>, expect: &[&str]) {
    assert_eq!(company(&ask(&three(), groups)), expect);
}

fn any(members: &[usize], needed: usize) -> Group {
    Group::some(members.to_vec(), needed, Choose::MaxAvailability)
}

#[test]
fn all_or_some_members_have_to_come() {
    check(
        vec![Group::all(vec![0, 2])],
        &["09:00 0,2[0,2]", "11:00 0,2[0,2]"],
    );
    check(vec![Group::all(vec![0, 1, 2])], &["11:00 0,1,2[0,1,2]"]);
    check(
        vec![any(&[0, 1, 2], 2)],
        &["09:00 0,2[0,2]", "11:00 0,1,2[1,0]", "12:00 1,2[1,2]"],
    );
    check(vec![any(&[0, 1, 2], 3)], &["11:00 0,1,2[0,1,2]"]);
}

#[test]
fn several_groups_are_met_at_once_and_nobody_twice() {
    // Ada with one of the others.
    check(
        vec![Group::all(vec![0]), any(&[1, 2], 1)],
        &["09:00 0[0] 2[2]", "11:00 0[0] 1,2[1]"],
    );
    // Ben and Cyd stand in both groups: each is chosen for one.
    check(
        vec![any(&[1, 2], 1), any(&[1, 2], 1)],
        &["11:00 1,2[1] 1,2[2]", "12:00 1,2[1] 1,2[2]"],
    );
    // Cyd has to come, so somebody else is the second.
    check(
        vec![Group::all(vec![2]), any(&[0, 2], 1)],
        &["09:00 2[2] 0[0]", "11:00 2[2] 0[0]"],
    );
}

#[test]
fn a_stretch_of_starts_begins_where_somebody_can_begin() {
    // From twenty past nine only Ben can still begin, and he from then on.
    let times = [Time::new("09:00-10:20", ""), Time::new("10:20-12:00", "")];
    let found = ask(&times, vec![any(&[0, 1], 1)]);
    assert_eq!(starts(&found), "09:00 10:30");
    let times = [Time::new("09:00-11:00", ""), Time::new("09:50-12:00", "")];
    let found = ask(&times, vec![any(&[0, 1], 1)]);
    assert_eq!(starts(&found), "09:00 10:00 11:00");
}

#[test]
fn groups_that_can_never_be_met_are_refused() {
    #[track_caller]
    fn check(groups: Vec<Group>, expect: &str) {
        let times = three();
        let people: Vec<Person<'_>> = times.iter().map(Time::person).collect();
        let query = query();
        let error = find(&Question::new(&query, &people, Course::Together(groups))).unwrap_err();
        assert_eq!(error.to_string(), expect);
    }
    let twice = "groups must be groups that can be met together: nobody is chosen for two of them at once";
    check(vec![Group::all(vec![0]), Group::all(vec![0, 1])], twice);
    check(vec![any(&[0, 1], 2), any(&[0, 1, 2], 2)], twice);
    check(vec![], "groups must be a list of 1 to 20 groups");
    check(
        vec![any(&[0, 1], 3)],
        "groups[0].required must be \"all\" or from 1 to 2, the number of members",
    );
    check(
        vec![any(&[0, 1], 0)],
        "groups[0].required must be \"all\" or from 1 to 2, the number of members",
    );
    let members = "groups[0].members must be a list of at least one of the people of the question, each once";
    check(vec![any(&[0, 0], 1)], members);
    check(vec![any(&[3], 1)], members);
    check(vec![Group::all(vec![])], members);
}

/// Four people who are open from nine to one and have had so many appointments.
fn robin(booked: [u32; 4], busy: [&str; 4], choose: Choose) -> Found {
    let times = busy.map(|busy| Time::new("09:00-13:00", busy));
    let mut people: Vec<Person<'_>> = times.iter().map(Time::person).collect();
    for (person, booked) in people.iter_mut().zip(booked) {
        person.booked = booked;
    }
    let group = Group::some(vec![0, 1, 2, 3], 1, choose);
    find(&Question::new(&query(), &people, Course::Together(vec![group]))).unwrap()
}

#[test]
fn the_slots_of_a_round_robin_are_shared_out() {
    let found = robin([0; 4], [""; 4], Choose::MaxAvailability);
    assert_eq!(
        company(&found),
        [
            "09:00 0,1,2,3[0]",
            "10:00 0,1,2,3[1]",
            "11:00 0,1,2,3[2]",
            "12:00 0,1,2,3[3]"
        ],
    );
    // Who has had one more comes one round later.
    let found = robin([1, 0, 1, 1], ["", "10:00-11:00", "", ""], Choose::MaxAvailability);
    assert_eq!(
        company(&found),
        [
            "09:00 0,1,2,3[1]",
            "10:00 0,2,3[0]",
            "11:00 0,1,2,3[1]",
            "12:00 0,1,2,3[2]"
        ],
    );
}

#[test]
fn a_fair_round_robin_asks_the_half_with_the_fewest_appointments() {
    let found = robin([3, 1, 2, 0], [""; 4], Choose::MaxFairness);
    assert_eq!(
        company(&found),
        ["09:00 1,3[3]", "10:00 1,3[3]", "11:00 1,3[3]", "12:00 1,3[3]"],
    );
    assert!(!found.asked_everybody);
    // The next in line where the first cannot come; a time that only the others have is not offered.
    let found = robin(
        [3, 1, 2, 0],
        ["", "11:00-12:00", "", "10:00-12:00"],
        Choose::MaxFairness,
    );
    assert_eq!(company(&found), ["09:00 1,3[3]", "10:00 1[1]", "12:00 1,3[3]"]);
    // Who has as few as the last of the half is not left out.
    let found = robin([1, 0, 1, 2], ["", "09:00-13:00", "", ""], Choose::MaxFairness);
    assert_eq!(company(&found)[0], "09:00 0,2[0]");
    // Nobody of the half has time at all: everybody is asked.
    let found = robin(
        [3, 1, 2, 0],
        ["", "09:00-13:00", "", "09:00-13:00"],
        Choose::MaxFairness,
    );
    assert_eq!(company(&found)[0], "09:00 0,2[2]");
    assert!(found.asked_everybody);
}

#[test]
fn the_line_counts_appointments_then_how_long_ago_the_last_was() {
    let appointment = |span: &str| {
        let interval = run(span)[0];
        Appointment {
            interval,
            seats_left: 0,
        }
    };
    let (early, late) = ([appointment("07:00-08:00")], [appointment("08:00-09:00")]);
    let person = |appointments| Person {
        appointments,
        ..Person::default()
    };
    let booked = Person {
        booked: 2,
        ..Person::default()
    };
    let people = [booked, person(&late), person(&early), Person::default()];
    let group = Group::some(vec![0, 1, 2, 3], 1, Choose::MaxFairness);
    assert_eq!(next_in_line(&people, &group), [3, 2, 1, 0]);
}
