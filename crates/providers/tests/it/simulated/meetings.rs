//! Meeting links: made at once or later, refused, or asked for once more.

use kalends_core::{
    event::{Conference, Content},
    sync::push::{After, At, LinkState, Meeting, MeetingLink, Outcome, Step, Wanted, Why, after, plan},
};
use kalends_providers::{Provider, provider::Access};
use serde_json::json;

use super::{
    person::Person,
    writing::{CALENDAR, key, plain, push, take_for},
};
use crate::world;

fn with_meeting() -> Content {
    Content {
        conference: Conference::Wanted,
        ..plain()
    }
}

/// What a pull that saw another version leads to.
async fn look_again(person: &Person, wanted: Wanted<'_>, link: &LinkState) -> (Meeting, LinkState) {
    let step = Step::Fetch {
        at: At::Key(link.key),
        why: Why::Changed,
    };
    let found = take_for(person, CALENDAR, link, &step).await.unwrap();
    let meeting = found.made().unwrap().meeting.clone();
    match after(wanted, link, &step, found) {
        After::Again(link) => (meeting, link),
        other => panic!("{other:?}"),
    }
}

/// The names of the requests that were made for meeting links.
async fn requests(person: &Person) -> Vec<String> {
    let calls = person.calls("").await;
    let request = |call: &serde_json::Value| {
        let name = &call["body"]["conferenceData"]["createRequest"]["requestId"];
        name.as_str().map(str::to_owned)
    };
    calls.iter().filter_map(request).collect()
}

#[tokio::test]
async fn a_meeting_link_is_pending_and_then_ready() {
    let person = Person::with_tokens().await;
    person
        .order("/_sim/conferences", &json!({"pendingReads": 1}))
        .await;
    let content = with_meeting();
    let wanted = Wanted::Shown(&content);
    let create = plan(wanted, &LinkState::new(key()));
    let link = LinkState::new(key()).attempting(&create);
    let outcome = take_for(&person, CALENDAR, &link, &create).await.unwrap();
    assert_eq!(outcome.made().unwrap().meeting, Meeting::Pending);
    let After::Again(link) = after(wanted, &link, &create, outcome) else {
        panic!("it is written")
    };
    assert_eq!(plan(wanted, &link), Step::Nothing);
    let mut seen = Meeting::Pending;
    let mut link = link;
    for _ in 0..3 {
        (seen, link) = look_again(&person, wanted, &link).await;
    }
    assert!(
        matches!(&seen, Meeting::Ready(url) if url.starts_with("https://meet.google.com/")),
        "{seen:?}"
    );
    assert_eq!(plan(wanted, &link), Step::Nothing);
    assert_eq!(link.meeting_link.code(), None);
}

#[tokio::test]
async fn a_calendar_that_makes_no_meeting_links_takes_the_event_without_and_says_why() {
    let person = Person::with_tokens().await;
    person
        .order("/_sim/conferences", &json!({"refusedCalendars": [CALENDAR]}))
        .await;
    let calendars = person
        .google()
        .calendars(&world::ask(Access::OAuth))
        .await
        .unwrap();
    assert!(
        calendars.iter().all(|calendar| !calendar.can_create_meet),
        "it says so of itself"
    );
    let content = with_meeting();
    let wanted = Wanted::Shown(&content);
    let create = plan(wanted, &LinkState::new(key()));
    let refused = take_for(&person, CALENDAR, &LinkState::new(key()), &create)
        .await
        .unwrap();
    assert_eq!(refused, Outcome::MeetingLinkRefused);
    assert!(
        person.look(&key().google_id()).await.is_none(),
        "nothing was written"
    );
    let link = push(&person, wanted, LinkState::new(key())).await.unwrap();
    assert_eq!(link.meeting_link, MeetingLink::Refused);
    assert_eq!(link.meeting_link.code(), Some("meeting_link_refused"));
    let there = person.look(&key().google_id()).await.unwrap();
    assert!(there["summary"] == "Lesson" && there["conferenceData"].is_null());
    // An event that is there gets none later either.
    let plain = plain();
    let without = push(&person, Wanted::Shown(&plain), LinkState::new(key().next()))
        .await
        .unwrap();
    let link = push(&person, wanted, without).await.unwrap();
    assert_eq!(link.meeting_link, MeetingLink::Refused);
}

#[tokio::test]
async fn a_request_that_failed_is_made_once_more_under_another_name() {
    let person = Person::with_tokens().await;
    person.order("/_sim/calls", &json!({"recordBodies": true})).await;
    person
        .order("/_sim/conferences", &json!({"outcome": "failure"}))
        .await;
    let content = with_meeting();
    let wanted = Wanted::Shown(&content);
    let create = plan(wanted, &LinkState::new(key()));
    let link = LinkState::new(key()).attempting(&create);
    let outcome = take_for(&person, CALENDAR, &link, &create).await.unwrap();
    assert_eq!(outcome.made().unwrap().meeting, Meeting::Failed);
    let After::Again(link) = after(wanted, &link, &create, outcome) else {
        panic!("it is written")
    };
    assert_eq!(link.meeting_link, MeetingLink::Again);
    person.order("/_sim/conferences", &json!({})).await;
    let link = push(&person, wanted, link).await.unwrap();
    assert_eq!(link.meeting_link, MeetingLink::Again);
    let (meeting, _) = look_again(&person, wanted, &link).await;
    assert!(matches!(meeting, Meeting::Ready(_)), "{meeting:?}");
    let names = [key().conference_request(0), key().conference_request(1)];
    assert_eq!(requests(&person).await, names);
}

#[tokio::test]
async fn a_request_that_failed_twice_is_given_up_with_a_reason() {
    let person = Person::with_tokens().await;
    person.order("/_sim/calls", &json!({"recordBodies": true})).await;
    person
        .order("/_sim/conferences", &json!({"outcome": "failure"}))
        .await;
    let content = with_meeting();
    let wanted = Wanted::Shown(&content);
    let link = push(&person, wanted, LinkState::new(key())).await.unwrap();
    assert_eq!(link.meeting_link.code(), Some("meeting_link_failed"));
    assert_eq!(requests(&person).await.len(), 2);
    let (_, link) = look_again(&person, wanted, &link).await;
    assert_eq!(plan(wanted, &link), Step::Nothing);
}
