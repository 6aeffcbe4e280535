//! The adapter against the simulated Google, which was built from Google's documentation alone: from consent to the
//! tombstone.

mod bulks;
mod meetings;
mod occurrences;
mod person;
mod recognising;
mod writing;

use kalends_core::{
    external_event::{EventStatus, SeriesRole},
    time::Interval,
};
use kalends_providers::{
    Provider,
    oauth::{Prompt, ScopeSet},
    provider::{Access, Listing, ProviderError, RemoteItem},
};
use kalends_simulator::World;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::world;
use person::{Person, Pulled};

const MEMBERS: &str = "openid https://www.googleapis.com/auth/userinfo.email";

#[tokio::test]
async fn consent_to_revocation() {
    let person = Person::at_simulator().await;
    let (grant, identity) = person
        .connect(
            Prompt::AsNeeded,
            "https://www.googleapis.com/auth/calendar.events",
        )
        .await;
    assert_eq!(identity.email.as_deref(), Some("teacher@example.com"));
    let scopes = grant.scopes.unwrap();
    let wanted = format!("{MEMBERS} https://www.googleapis.com/auth/calendar.events");
    assert_eq!(scopes, ScopeSet::parse(&wanted), "the others were unticked");
    let refresh_token = grant.refresh_token.unwrap();
    let renewed = person
        .oauth
        .refresh(&refresh_token, world::deadline())
        .await
        .unwrap();
    assert!(
        renewed.refresh_token.is_none(),
        "Google gives one at the first consent only"
    );
    assert_ne!(
        renewed.access_token.expose_secret(),
        grant.access_token.expose_secret()
    );

    let (again, same) = person.connect(Prompt::AsNeeded, "").await;
    assert!(again.refresh_token.is_none());
    assert_eq!(same.account_id, identity.account_id);
    let (third, _) = person.connect(Prompt::Consent, "").await;
    assert!(third.refresh_token.is_some());

    person
        .oauth
        .revoke(&refresh_token, world::deadline())
        .await
        .unwrap();
    person
        .oauth
        .revoke(&refresh_token, world::deadline())
        .await
        .unwrap();
    let dead = person
        .oauth
        .refresh(&refresh_token, world::deadline())
        .await
        .unwrap_err();
    assert!(matches!(dead, ProviderError::Reauth { .. }), "{dead}");
}

#[tokio::test]
async fn full_pass_delta_exception_tombstone_and_lost_cursor() {
    let person = Person::with_tokens().await;
    let google = person.google();
    let calendars = google.calendars(&world::ask(Access::OAuth)).await.unwrap();
    let primary: Vec<_> = calendars.iter().filter(|calendar| calendar.primary).collect();
    assert_eq!(primary.len(), 1);
    assert_eq!(primary[0].provider_id, "teacher@example.com", "never the alias");

    let at = |hour: u8| json!({"dateTime": format!("2026-12-01T{hour:02}:00:00+01:00"), "timeZone": "Europe/Zurich"});
    for hour in 8..13 {
        person
            .insert(&json!({"id": format!("lesson{hour}"), "start": at(hour), "end": at(hour + 1)}))
            .await;
    }
    let rule = json!({"id": "series", "start": at(16), "end": at(17), "recurrence": ["RRULE:FREQ=WEEKLY"]});
    person.insert(&rule).await;
    let Pulled {
        mut items,
        listing,
        cursor,
    } = person.pull(None).await.unwrap();
    assert_eq!(listing, Listing::Complete);
    items.sort_by_key(person::name);
    let names: Vec<_> = items.iter().map(person::name).collect();
    assert_eq!(
        names,
        ["lesson10", "lesson11", "lesson12", "lesson8", "lesson9", "series"]
    );

    let Pulled {
        items,
        listing,
        cursor,
    } = person.pull(Some(cursor)).await.unwrap();
    assert_eq!((items.len(), listing), (0, Listing::Delta));

    person.delete("lesson9").await;
    person.delete("series_20261208T150000Z").await;
    person
        .patch("lesson8", &json!({"transparency": "transparent"}))
        .await;
    let Pulled { items, cursor, .. } = person.pull(Some(cursor)).await.unwrap();
    assert_eq!(items.len(), 3);
    assert!(items.contains(&RemoteItem::Gone {
        provider_id: "lesson9".to_owned(),
        ours: None,
    }));
    let exception = items.iter().find_map(|item| match item {
        RemoteItem::Upsert { event, .. } if event.status == EventStatus::Cancelled => Some(event),
        _ => None,
    });
    let SeriesRole::Override {
        master,
        original_start,
        ..
    } = &exception.unwrap().role
    else {
        panic!("a cancelled occurrence is an override")
    };
    let utc = kalends_core::time::Zone::UTC;
    assert_eq!(
        (master.as_str(), original_start.instant(&utc).to_string()),
        ("series", "2026-12-08T15:00:00Z".into())
    );

    person.control("/_sim/sync-tokens/expire", &json!({})).await;
    assert!(matches!(
        person.pull(Some(cursor)).await,
        Err(ProviderError::CursorInvalid)
    ));
    let Pulled { items, .. } = person.pull(None).await.unwrap();
    assert!(items.iter().map(person::name).any(|name| name == "lesson8"));

    let calls = person.calls("/events").await;
    let deltas = calls
        .iter()
        .map(|call| call["query"].as_str().unwrap())
        .filter(|query| query.contains("syncToken="));
    let deltas: Vec<_> = deltas.collect();
    assert!(deltas.len() >= 3, "{deltas:?}");
    for forbidden in [
        "timeMin",
        "timeMax",
        "updatedMin",
        "orderBy",
        "q=",
        "iCalUID=",
        "ExtendedProperty=",
    ] {
        assert!(
            !deltas.iter().any(|query| query.contains(forbidden)),
            "{forbidden} in {deltas:?}"
        );
    }
}

#[tokio::test]
async fn every_calendar_of_the_demo_world_can_be_read() {
    let mut person = Person::within(World::Demo).await;
    let everyone = person.everyone().await;
    assert_eq!(everyone.len(), 3);
    for email in everyone {
        person
            .become_account(&email, &["https://www.googleapis.com/auth/calendar.readonly"])
            .await;
        let calendars = person
            .google()
            .calendars(&world::ask(Access::OAuth))
            .await
            .unwrap();
        assert!(
            calendars.iter().all(|calendar| calendar.zone.is_some()),
            "{calendars:?}"
        );
        for calendar in calendars {
            let Pulled { items, listing, .. } = person.pull_of(&calendar.provider_id, None).await.unwrap();
            assert!(!items.is_empty(), "{} has no events", calendar.provider_id);
            assert_eq!(listing, Listing::Complete);
        }
    }
}

#[tokio::test]
async fn busy_time_and_an_unknown_calendar() {
    let person = Person::with_tokens().await;
    let body =
        json!({"start": {"dateTime": "2026-12-01T08:00:00Z"}, "end": {"dateTime": "2026-12-01T09:00:00Z"}});
    person.insert(&body).await;
    let window =
        |start: &str, end: &str| Interval::new(start.parse().unwrap(), end.parse().unwrap()).unwrap();
    let ids = ["teacher@example.com", "nobody@example.com"].map(str::to_owned);
    let asked = window("2026-11-20T00:00:00Z", "2027-03-01T00:00:00Z");
    let found = person
        .google()
        .free_busy(&world::ask(Access::OAuth), &ids, asked)
        .await
        .unwrap();
    let lesson = window("2026-12-01T08:00:00Z", "2026-12-01T09:00:00Z");
    assert_eq!(*found[0].busy.as_ref().unwrap(), [lesson]);
    assert!(matches!(found[1].busy, Err(ProviderError::NotFound)));
}

#[tokio::test]
async fn what_was_not_granted_needs_consent() {
    let person = Person::with_scopes(&[
        "openid",
        "https://www.googleapis.com/auth/calendar.events.readonly",
    ])
    .await;
    let error = person
        .google()
        .calendars(&world::ask(Access::OAuth))
        .await
        .unwrap_err();
    assert!(matches!(error, ProviderError::MissingScope), "{error}");
    let gone: Result<_, ProviderError> = person.pull_of("c_gone@group.calendar.google.com", None).await;
    assert!(matches!(gone, Err(ProviderError::NotFound)));
    let calls: Vec<Value> = person.calls("/calendarList").await;
    assert_eq!(calls.len(), 1);
}
