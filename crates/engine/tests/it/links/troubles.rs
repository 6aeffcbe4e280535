//! Providers, accounts and calendars that stand in the way.

use http::Method;
use jiff::SignedDuration;
use kalends_core::{
    event::{Attendee, Invitations},
    provider::Feature,
    settings::{Setting, Sync},
    time::UserId,
};
use kalends_engine::{connect::Finished, settings};
use kalends_simulator::{Fault, Trouble};
use kalends_store::LinkStatus;
use kalends_testkit::both;
use serde_json::json;

use crate::harness::{Decision, Simulated, Told, WRITE, lesson};

fn titled(title: &str) -> kalends_core::event::Event {
    let mut event = lesson(&["ada"]);
    title.clone_into(&mut event.title);
    event
}

fn refuse(world: &Simulated, method: &str, (status, reason): (u16, Option<&str>)) {
    let path = if method == "POST" { "events" } else { "events/*" };
    let route = format!("{method} /calendar/v3/calendars/*/{path}");
    let trouble = Trouble::Status {
        status,
        reason: reason.map(str::to_owned),
        retry_after_seconds: None,
    };
    world
        .simulator
        .control()
        .add_fault(Fault::new(&route, trouble))
        .unwrap();
}

fn of_kind<'a>(told: &'a [Told], kind: &str) -> Vec<&'a Told> {
    told.iter().filter(|one| one.kind == kind).collect()
}

both! {
    async fn sending_is_given_up_after_a_while_told_once_and_taken_up_with_the_next_change(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        refuse(&world, "POST", (500, None));
        world.put("lesson-7", titled("One")).await;
        world.drain().await;
        let event = world.event("lesson-7").await;
        assert_eq!((event.sync_status, event.last_error.as_deref()), (Some(LinkStatus::Pending), Some("provider_unavailable")));
        for _ in 0..16 {
            world.later(SignedDuration::from_mins(91)).await;
        }
        assert_eq!(world.event("lesson-7").await.sync_status, Some(LinkStatus::Failed));
        let (told, _) = world.told(0).await;
        let failed = of_kind(&told, "event.sync_failed");
        assert_eq!((failed.len(), &failed[0].data["error"]), (1, &json!("provider_unavailable")));
        world.simulator.control().clear_faults();
        world.put("lesson-7", titled("Two")).await;
        world.drain().await;
        assert_eq!(world.only("ada").await["summary"], "Two");
        let event = world.event("lesson-7").await;
        assert_eq!((event.sync_status, event.last_error), (Some(LinkStatus::Synced), None));
    }

    async fn what_was_given_up_is_tried_again_after_a_day(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        refuse(&world, "POST", (500, None));
        world.put("lesson-7", titled("One")).await;
        for _ in 0..16 {
            world.later(SignedDuration::from_mins(91)).await;
        }
        assert_eq!(world.event("lesson-7").await.sync_status, Some(LinkStatus::Failed));
        world.simulator.control().clear_faults();
        world.clock.advance(SignedDuration::from_hours(25));
        world.runner.sweep().await.unwrap();
        world.drain().await;
        assert_eq!(world.only("ada").await["summary"], "One");
    }

    async fn what_the_provider_does_not_take_waits_for_a_change(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        refuse(&world, "POST", (400, Some("invalid")));
        world.put("lesson-7", titled("One")).await;
        world.drain().await;
        let event = world.event("lesson-7").await;
        assert_eq!(event.sync_status, Some(LinkStatus::Blocked));
        assert_eq!(event.links[0].refusal.map(kalends_core::sync::push::Refusal::code), Some("provider_rejected"));
        assert!(event.links[0].advice().is_some());
        let from = world.last_call();
        world.runner.sweep().await.unwrap();
        world.later(SignedDuration::from_hours(2)).await;
        assert!(!world.writes_since(from).iter().any(|call| call.starts_with("POST")), "it is not asked again");
        world.simulator.control().clear_faults();
        world.put("lesson-7", titled("Two")).await;
        world.drain().await;
        assert_eq!(world.only("ada").await["summary"], "Two");
        let (told, _) = world.told(0).await;
        assert_eq!(of_kind(&told, "event.sync_failed").len(), 1);
    }

    async fn a_revoked_grant_holds_it_up_until_the_account_is_connected_again(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        world.put("lesson-7", titled("One")).await;
        world.drain().await;
        let connection = world.links("lesson-7").await[0].connection;
        let secrets = world.store.connection_secrets(world.tenant, connection).await.unwrap();
        world.revoke_at_provider(&secrets.refresh_token.unwrap()).await;
        world.clock.advance(SignedDuration::from_hours(2));
        world.put("lesson-7", titled("Two")).await;
        for _ in 0..6 {
            world.later(SignedDuration::from_mins(1)).await;
        }
        let event = world.event("lesson-7").await;
        assert_eq!(event.links[0].refusal.map(kalends_core::sync::push::Refusal::code), Some("reauth_required"));
        assert!(world.links("lesson-7").await[0].standing.owed);
        let ada = UserId::new("ada").unwrap();
        let started = world.start_for(&ada, &[Feature::CalendarRead, Feature::CalendarWrite]).await;
        let callback = world.consent(&started, ("ada@example.com", WRITE), Decision::Allow).await;
        assert!(matches!(world.finish(callback).await.unwrap(), Finished::Connected(_)));
        for _ in 0..20 {
            world.later(SignedDuration::from_secs(5)).await;
        }
        assert_eq!(world.only("ada").await["summary"], "Two");
        assert_eq!(world.event("lesson-7").await.sync_status, Some(LinkStatus::Synced));
    }

    async fn syncing_that_is_off_holds_it_up_until_it_is_on(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        let ada = UserId::new("ada").unwrap();
        let turn = async |on: bool| {
            let mut sync = Sync::default();
            sync.sync_enabled = on;
            settings::put(&world.engine, world.tenant, &ada, Setting::Sync(sync)).await.unwrap();
        };
        turn(false).await;
        let from = world.last_call();
        world.put("lesson-7", titled("One")).await;
        world.drain().await;
        assert_eq!(world.writes_since(from), [""; 0]);
        let event = world.event("lesson-7").await;
        assert_eq!(event.links[0].refusal.map(kalends_core::sync::push::Refusal::code), Some("sync_disabled"));
        turn(true).await;
        for _ in 0..20 {
            world.later(SignedDuration::from_secs(5)).await;
        }
        assert_eq!(world.only("ada").await["summary"], "One");
        let (told, _) = world.told(0).await;
        assert!(of_kind(&told, "event.sync_failed").is_empty(), "what a person chose is no failure");
    }

    async fn attendees_answers_are_told_once_and_are_no_edits(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        let (status, _) = world.act("cleo", Method::GET, "", None).await;
        assert_eq!(status, 200, "she has a calendar there");
        let mut event = titled("One");
        event.attendees = vec![Attendee { email: "cleo@example.com".to_owned(), name: None, optional: false }];
        event.invitations = Invitations::Sent;
        world.put("lesson-7", event).await;
        world.drain().await;
        world.clock.advance(SignedDuration::from_secs(60));
        let seq = world.last_seq().await;
        let id = world.only("cleo").await["id"].as_str().unwrap().to_owned();
        let answer = json!({ "attendees": [{ "email": "cleo@example.com", "responseStatus": "accepted" }] });
        world.edit("cleo", &id, answer).await;
        for _ in 0..2 {
            world.pull("ada").await;
        }
        let (told, _) = world.told(seq).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].kind, "attendee.responded");
        let data = &told[0].data;
        assert_eq!((&data["email"], &data["before"], &data["after"]), (&json!("cleo@example.com"), &json!("needs_action"), &json!("accepted")));
    }

    async fn an_event_of_an_earlier_generation_that_is_there_again_is_taken_away(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        world.put("lesson-7", titled("One")).await;
        world.drain().await;
        let first = world.only("ada").await["id"].as_str().unwrap().to_owned();
        world.cancel("lesson-7").await;
        world.drain().await;
        world.put("lesson-7", titled("Two")).await;
        world.drain().await;
        world.pull("ada").await;
        // As a write of a lost worker that arrives late would leave it.
        world.clock.advance(SignedDuration::from_secs(60));
        world.edit("ada", &first, json!({ "status": "confirmed" })).await;
        assert_eq!(world.seen("ada").await.len(), 2);
        let seq = world.last_seq().await;
        world.pull("ada").await;
        assert_eq!(world.only("ada").await["summary"], "Two");
        assert!(world.told(seq).await.0.is_empty());
        assert!(!world.links("lesson-7").await[0].standing.owed);
    }
}
