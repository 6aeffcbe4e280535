//! On which calendars an event belongs.

use kalends_core::{
    event::{Event, Links, Mirroring, PersonRole, StandingLink, WriteTarget},
    external_event::EventStatus,
    time::{CalendarId, EventLinkId, UserId},
};
use uuid::Uuid;

use super::made::{lesson, person};

/// With a tutor and a student.
fn event() -> Event {
    let mut event = lesson();
    event.people.push(person("student", PersonRole::Participant));
    event
}

fn target(user: &str, place: &str) -> WriteTarget {
    WriteTarget {
        user: UserId::new(user).unwrap(),
        calendar: CalendarId(Uuid::nil()),
        place: place.to_owned(),
    }
}

fn link(number: u128, user: &str, place: &str) -> StandingLink {
    StandingLink {
        link: EventLinkId(Uuid::from_u128(number)),
        user: UserId::new(user).unwrap(),
        place: place.to_owned(),
        is_off: false,
    }
}

/// `new user@place`, `shown number`, `removed number`.
fn shown(links: &Links) -> String {
    let number = |link: &EventLinkId| link.0.as_u128();
    let new = links
        .new
        .iter()
        .map(|target| format!("new {}@{}", target.user, target.place));
    let shown = links.shown.iter().map(|link| format!("shown {}", number(link)));
    let removed = links
        .removed
        .iter()
        .map(|link| format!("removed {}", number(link)));
    new.chain(shown).chain(removed).collect::<Vec<_>>().join(", ")
}

#[track_caller]
fn check(event: &Event, targets: &[WriteTarget], standing: &[StandingLink], expect: &str) {
    assert_eq!(shown(&event.links(targets, standing)), expect);
}

#[test]
fn each_person_with_a_calendar_gets_one_link() {
    let targets = [
        target("tutor", "a"),
        target("tutor", "b"),
        target("student", "c"),
        target("other", "d"),
    ];
    check(&event(), &targets, &[], "new tutor@a, new student@c");
    check(&event(), &targets[2..], &[], "new student@c");
    check(&event(), &[], &[], "");
}

#[test]
fn a_calendar_that_two_people_share_is_written_once() {
    let targets = [target("tutor", "a"), target("student", "a")];
    check(&event(), &targets, &[], "new tutor@a");
    let more = [
        target("tutor", "a"),
        target("student", "a"),
        target("student", "c"),
    ];
    check(&event(), &more, &[], "new tutor@a, new student@c");
    let standing = [link(1, "tutor", "a"), link(2, "student", "a")];
    check(&event(), &targets, &standing, "shown 1, removed 2");
}

#[test]
fn a_link_remembers_its_calendar() {
    check(
        &event(),
        &[target("tutor", "new")],
        &[link(1, "tutor", "old")],
        "shown 1",
    );
}

#[test]
fn what_was_taken_off_by_hand_stays_off() {
    let off = StandingLink {
        is_off: true,
        ..link(1, "tutor", "a")
    };
    check(
        &event(),
        &[target("tutor", "a"), target("student", "c")],
        &[off],
        "new student@c, removed 1",
    );
}

#[test]
fn who_is_no_longer_part_of_it_and_what_is_no_longer_shown_loses_its_links() {
    let standing = [link(1, "tutor", "a"), link(2, "student", "c")];
    let targets = [target("tutor", "a"), target("student", "c")];
    check(&lesson(), &targets, &standing, "shown 1, removed 2");
    let mut cancelled = event();
    cancelled.status = EventStatus::Cancelled;
    check(&cancelled, &targets, &standing, "removed 1, removed 2");
    let mut kept_off = event();
    kept_off.mirroring = Mirroring::KeptOff;
    check(&kept_off, &targets, &[], "");
}
