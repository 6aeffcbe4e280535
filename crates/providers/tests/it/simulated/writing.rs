//! Our events on a calendar of the simulated Google, step by step, with a person at work on the same calendar.

use std::collections::BTreeSet;

use kalends_core::{
    event::{
        Attendee, Color, Conference, Content, ContentHash, Description, Field, Invitations, Reminder,
        ReminderBy, Reminders, Source, When,
    },
    external_event::{EventStatus, Transparency, Visibility},
    sync::push::{
        After, At, Life, LinkKey, LinkState, Meeting, Outcome, Refusal, Remote, Step, Wanted, Why, after,
        plan, seen,
    },
    time::Zone,
};
use kalends_providers::{
    Provider,
    provider::{Access, EventOrder, ProviderError},
};
use serde_json::json;

use super::person::Person;
use crate::world;

pub(super) const CALENDAR: &str = "teacher@example.com";

pub(super) fn key() -> LinkKey {
    LinkKey::first("0190f1c2-0000-7abc-8def-0123456789ab".parse().unwrap())
}

pub(super) fn at(hour: u8) -> When {
    let instant = |hour: u8| format!("2026-12-01T{hour:02}:00:00Z").parse().unwrap();
    When::timed(
        instant(hour),
        instant(hour + 1),
        Zone::iana("Europe/Zurich").unwrap(),
    )
    .unwrap()
}

/// A content with everything in it.
fn lesson() -> Content {
    Content {
        title: "Lesson".to_owned(),
        description: Description {
            text: "Unit 7".to_owned(),
            tail: vec!["https://app.test/l/7".to_owned(), "📅 Added by Tutors".to_owned()],
        },
        location: "Room 4".to_owned(),
        when: at(15),
        recurrence: vec!["RRULE:FREQ=WEEKLY;COUNT=4".to_owned()],
        attendees: vec![Attendee {
            email: "ana@example.net".to_owned(),
            name: Some("Ana".to_owned()),
            optional: true,
        }],
        reminders: Reminders::Stated(vec![Reminder {
            minutes_before: 10,
            by: ReminderBy::Popup,
        }]),
        visibility: Visibility::Private,
        transparency: Transparency::Transparent,
        color: Some(Color::Basil),
        source: Some(Source {
            title: "Tutors".to_owned(),
            url: "https://app.test/".to_owned(),
        }),
        conference: Conference::NotWanted,
        status: EventStatus::Tentative,
    }
}

/// As little as an event can have.
pub(super) fn plain() -> Content {
    Content {
        description: Description::default(),
        location: String::new(),
        recurrence: Vec::new(),
        attendees: Vec::new(),
        reminders: Reminders::AsCalendar,
        visibility: Visibility::Default,
        transparency: Transparency::Opaque,
        color: None,
        source: None,
        status: EventStatus::Confirmed,
        ..lesson()
    }
}

async fn take(person: &Person, calendar: &str, step: &Step) -> Result<Outcome, ProviderError> {
    take_as(person, calendar, key(), step).await
}

async fn take_as(
    person: &Person,
    calendar: &str,
    key: LinkKey,
    step: &Step,
) -> Result<Outcome, ProviderError> {
    take_for(person, calendar, &LinkState::new(key), step).await
}

pub(super) async fn take_for(
    person: &Person,
    calendar: &str,
    link: &LinkState,
    step: &Step,
) -> Result<Outcome, ProviderError> {
    let (ask, calendar) = (world::ask(Access::OAuth), world::calendar(calendar));
    let order = EventOrder {
        step,
        key: link.key,
        meeting_link: link.meeting_link,
        invitations: Invitations::NotSent,
    };
    person.google().write(&ask, &calendar, order).await
}

/// Takes steps until nothing is left to do or something is to be decided.
pub(super) async fn push(
    person: &Person,
    wanted: Wanted<'_>,
    mut link: LinkState,
) -> Result<LinkState, After> {
    let mut next = plan(wanted, &link);
    for _ in 0..10 {
        if next == Step::Nothing {
            return Ok(link);
        }
        link = link.attempting(&next);
        let outcome = take_for(person, CALENDAR, &link, &next).await.unwrap();
        match after(wanted, &link, &next, outcome) {
            After::Then(step) => next = step,
            After::Again(known) => {
                next = plan(wanted, &known);
                link = known;
            }
            other => return Err(other),
        }
    }
    panic!("it never ends: {next:?}");
}

/// Plans and takes one step; says what came of it and what follows.
async fn step(person: &Person, wanted: Wanted<'_>, link: &LinkState) -> (Outcome, After) {
    let step = plan(wanted, link);
    let link = link.clone().attempting(&step);
    let outcome = take_for(person, CALENDAR, &link, &step).await.unwrap();
    (outcome.clone(), after(wanted, &link, &step, outcome))
}

#[track_caller]
fn again(after: After) -> LinkState {
    match after {
        After::Again(link) => link,
        other => panic!("{other:?}"),
    }
}

async fn fetch(person: &Person) -> Outcome {
    let step = Step::Fetch {
        at: At::Key(key()),
        why: Why::Taken,
    };
    take(person, CALENDAR, &step).await.unwrap()
}

async fn fetched(person: &Person) -> Remote {
    match fetch(person).await {
        Outcome::Found(remote) => remote,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_written_is_what_is_there() {
    for content in [lesson(), plain()] {
        let person = Person::with_tokens().await;
        let wanted = Wanted::Shown(&content);
        let link = again(step(&person, wanted, &LinkState::new(key())).await.1);
        assert_eq!(plan(wanted, &link), Step::Nothing);
        let there = fetched(&person).await;
        assert_eq!(content.changed(&content.read(&there.content)), BTreeSet::new());
        assert_eq!(
            (there.key, there.written),
            (Some(key()), Some(ContentHash::of(&content)))
        );
        assert!(there.made.page.is_some());
        // Nobody touched it: an echo.
        assert_eq!(seen(wanted, &link, there), After::Again(link.clone()));

        let other = if content == plain() { lesson() } else { plain() };
        let wanted = Wanted::Shown(&other);
        let link = again(step(&person, wanted, &link).await.1);
        assert_eq!(plan(wanted, &link), Step::Nothing);
        let there = fetched(&person).await;
        assert_eq!(other.changed(&other.read(&there.content)), BTreeSet::new());
    }
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_adopted_and_a_stale_patch_looks_first() {
    let person = Person::with_tokens().await;
    let content = plain();
    let wanted = Wanted::Shown(&content);
    let create = plan(wanted, &LinkState::new(key()));
    let lost = LinkState::new(key()).attempting(&create);
    take(&person, CALENDAR, &create).await.unwrap();

    let (outcome, follows) = step(&person, wanted, &lost).await;
    assert_eq!(outcome, Outcome::Taken);
    let After::Then(look) = follows else {
        panic!("{follows:?}")
    };
    let found = take(&person, CALENDAR, &look).await.unwrap();
    let link = again(after(wanted, &lost, &look, found));
    assert_eq!(plan(wanted, &link), Step::Nothing);

    person
        .patch(&key().google_id(), &json!({"location": "Room 9"}))
        .await;
    let moved = Content {
        when: at(17),
        ..plain()
    };
    let wanted = Wanted::Shown(&moved);
    let (outcome, follows) = step(&person, wanted, &link).await;
    assert_eq!(outcome, Outcome::Stale);
    let After::Then(look) = follows else {
        panic!("{follows:?}")
    };
    let patch = plan(wanted, &link);
    let found = take(&person, CALENDAR, &look).await.unwrap();
    let After::Edited { link, remote } = after(wanted, &link.attempting(&patch), &look, found) else {
        panic!("the person edited it")
    };
    let edited = link.synced.unwrap().shown.edited(&remote.content);
    assert_eq!(edited, [Field::Location].into());
}

#[tokio::test]
async fn an_event_that_is_deleted_is_gone_whoever_did_it() {
    let person = Person::with_tokens().await;
    let content = plain();
    let wanted = Wanted::Shown(&content);
    let link = again(step(&person, wanted, &LinkState::new(key())).await.1);
    person.delete(&key().google_id()).await;
    assert!(matches!(
        fetch(&person).await,
        Outcome::Missing
            | Outcome::Found(Remote {
                life: Life::Tombstone,
                ..
            })
    ));
    let (outcome, follows) = step(&person, Wanted::Removed, &link).await;
    assert_eq!(outcome, Outcome::Missing);
    assert_eq!(again(follows).key.generation, 1);
    let taken = take(&person, CALENDAR, &plan(wanted, &LinkState::new(key())))
        .await
        .unwrap();
    assert_eq!(taken, Outcome::Taken, "a deleted event keeps its id");
    let unknown = Step::Fetch {
        at: At::Key(key().next()),
        why: Why::Unanswered,
    };
    assert_eq!(take(&person, CALENDAR, &unknown).await.unwrap(), Outcome::Missing);

    let mut next = LinkState::new(key().next());
    next = again(step(&person, wanted, &next).await.1);
    let (outcome, follows) = step(&person, Wanted::Removed, &next).await;
    assert_eq!(outcome, Outcome::Deleted);
    assert_eq!(plan(Wanted::Removed, &again(follows)), Step::Nothing);
}

#[tokio::test]
async fn a_meeting_link_is_made_and_answers_survive_a_change_of_the_guest_list() {
    let person = Person::with_tokens().await;
    let content = Content {
        conference: Conference::Wanted,
        ..lesson()
    };
    let wanted = Wanted::Shown(&content);
    let (outcome, follows) = step(&person, wanted, &LinkState::new(key())).await;
    assert!(matches!(
        outcome.made().unwrap().meeting,
        Meeting::Pending | Meeting::Ready(_)
    ));
    let link = again(follows);

    let mut more = content.clone();
    more.attendees.push(Attendee {
        email: "bo@example.net".to_owned(),
        name: None,
        optional: false,
    });
    let link = again(step(&person, Wanted::Shown(&more), &link).await.1);
    assert_eq!(plan(Wanted::Shown(&more), &link), Step::Nothing);
    let there = fetched(&person).await;
    assert_eq!(there.made.answers.len(), 2);
    assert!(!matches!(there.made.meeting, Meeting::Absent | Meeting::Failed));
    for call in person.calls("/events").await {
        let query = call["query"].as_str().unwrap();
        assert!(
            query.contains("sendUpdates=none") && query.contains("conferenceDataVersion=1"),
            "{query}"
        );
    }
}

#[tokio::test]
async fn refusals_that_stay_say_why() {
    let person = Person::with_tokens().await;
    let content = plain();
    let create = plan(Wanted::Shown(&content), &LinkState::new(key()));
    let nowhere = "c_gone@group.calendar.google.com";
    let lost = Outcome::Refused(Refusal::CalendarLost);
    assert_eq!(take(&person, nowhere, &create).await.unwrap(), lost);
    let look = Step::Fetch {
        at: At::Key(key()),
        why: Why::Changed,
    };
    assert_eq!(take(&person, nowhere, &look).await.unwrap(), lost);

    let reader = Person::with_scopes(&[
        "openid",
        "https://www.googleapis.com/auth/calendar.events.readonly",
    ])
    .await;
    let refused = Outcome::Refused(Refusal::NeedsConsent);
    assert_eq!(take(&reader, CALENDAR, &create).await.unwrap(), refused);

    let mut wrong = plain();
    wrong.recurrence = vec!["RRULE:FREQ=SOMETIMES".to_owned()];
    let wrong = plan(Wanted::Shown(&wrong), &LinkState::new(key()));
    assert_eq!(
        take(&person, CALENDAR, &wrong).await.unwrap(),
        Outcome::Refused(Refusal::Rejected)
    );
}
