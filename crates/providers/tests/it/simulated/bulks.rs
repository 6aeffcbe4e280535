//! Many writes at once travel together, and each has its own answer.

use futures::future::join_all;
use kalends_core::{
    event::Invitations,
    sync::push::{LinkKey, LinkState, MeetingLink, Outcome, Wanted, plan},
};
use kalends_egress::Lane;
use kalends_providers::{
    Provider,
    provider::{Access, Ask, EventOrder, ProviderError},
};
use serde_json::{Value, json};

use super::{
    person::Person,
    writing::{CALENDAR, plain},
};
use crate::world;

fn keys() -> Vec<LinkKey> {
    (1..=10_u8)
        .map(|number| LinkKey::first(format!("0190f1c2-0000-7abc-8def-{number:012}").parse().unwrap()))
        .collect()
}

/// Creates all of them at once.
async fn create(person: &Person, lane: Lane) -> Vec<Result<Outcome, ProviderError>> {
    let (google, calendar) = (person.google(), world::calendar(CALENDAR));
    let ask = Ask {
        lane,
        ..world::ask(Access::OAuth)
    };
    let content = plain();
    let (google, calendar, ask, content) = (&google, &calendar, &ask, &content);
    let one = async move |key: LinkKey| {
        let step = plan(Wanted::Shown(content), &LinkState::new(key));
        let order = EventOrder {
            step: &step,
            key,
            meeting_link: MeetingLink::Possible,
            invitations: Invitations::NotSent,
        };
        google.write(ask, calendar, order).await
    };
    join_all(keys().into_iter().map(one)).await
}

fn are_written(outcomes: &[Result<Outcome, ProviderError>]) -> bool {
    outcomes
        .iter()
        .zip(keys())
        .all(|(outcome, key)| matches!(outcome, Ok(Outcome::Written(remote)) if remote.key == Some(key)))
}

fn statuses(calls: &[Value]) -> Vec<u64> {
    let mut statuses: Vec<u64> = calls
        .iter()
        .map(|call| call["status"].as_u64().unwrap())
        .collect();
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn ten_creates_at_once_are_one_request() {
    let person = Person::with_tokens().await;
    let outcomes = create(&person, Lane::Backfill).await;
    assert!(are_written(&outcomes), "{outcomes:?}");
    assert_eq!(statuses(&person.calls("/batch/calendar/v3").await), [200]);
    assert_eq!(statuses(&person.calls("/events").await), [200; 10]);
    // Again: each is told that it is there already.
    let outcomes = create(&person, Lane::Backfill).await;
    let taken = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(Outcome::Taken)));
    assert_eq!(taken.count(), 10);
}

#[tokio::test]
async fn a_limit_or_a_refusal_inside_a_bulk_is_that_of_one() {
    let person = Person::with_tokens().await;
    let limit = json!({
        "route": "POST /calendar/v3/calendars/*/events", "skip": 3, "times": 1,
        "trouble": {"kind": "status", "status": 429, "reason": "rateLimitExceeded"},
    });
    person.control("/_sim/faults", &limit).await;
    let refusal = json!({
        "route": "POST /calendar/v3/calendars/*/events", "skip": 6, "times": 1,
        "trouble": {"kind": "status", "status": 403, "reason": "requiredAccessLevel"},
    });
    person.control("/_sim/faults", &refusal).await;
    let outcomes = create(&person, Lane::Backfill).await;
    let refused = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(Outcome::Refused(_))));
    let written = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(Outcome::Written(_))));
    assert_eq!((refused.count(), written.count()), (1, 9), "{outcomes:?}");
    let mut expect = vec![200; 9];
    expect.extend([403, 429]);
    assert_eq!(statuses(&person.calls("/events").await), expect);
    assert_eq!(
        statuses(&person.calls("/batch/calendar/v3").await),
        [200, 200],
        "only the one that was limited is sent again"
    );
}

#[tokio::test]
async fn what_somebody_waits_for_travels_alone() {
    let person = Person::with_tokens().await;
    let outcomes = create(&person, Lane::Push).await;
    assert!(are_written(&outcomes), "{outcomes:?}");
    assert_eq!(person.calls("/batch/calendar/v3").await.len(), 0);
    assert_eq!(statuses(&person.calls("/events").await), [200; 10]);
}
