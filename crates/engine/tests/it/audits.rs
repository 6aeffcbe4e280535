//! What is stored is held against what the provider lists, and healed.

use jiff::SignedDuration;
use kalends_core::external_event::ExternalEvent;
use kalends_providers::provider::ProviderError;
use kalends_store::DriftAudit;
use kalends_testkit::{Database, both};

use crate::harness::{CALENDAR, FEWEST, Stage, World, single};

const DAY: &str = "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z";

fn event(id: &str, hour: u32, etag: &str) -> ExternalEvent {
    let (start, end) = (
        format!("2026-11-23T{hour:02}:00:00Z"),
        format!("2026-11-23T{hour:02}:30:00Z"),
    );
    ExternalEvent {
        etag: Some(etag.to_owned()),
        ..single(id, &start, &end)
    }
}

async fn three(database: Database) -> World {
    let events = vec![event("a", 9, "1"), event("b", 11, "1"), event("c", 13, "1")];
    World::with_events(database, events).await
}

async fn audit(world: &World) -> DriftAudit {
    world.clock.advance(SignedDuration::from_secs(1));
    world
        .enqueue("audit", &world.calendar().await.id.to_string())
        .await;
    world.drain().await;
    audits(world).await[0]
}

async fn audits(world: &World) -> Vec<DriftAudit> {
    let id = world.calendar().await.id;
    world.store.drift_audits(world.tenant, id, 100).await.unwrap()
}

/// Missing, surplus, different.
fn counts(audit: DriftAudit) -> (u64, u64, u64) {
    (audit.missing, audit.surplus, audit.different)
}

async fn starts(world: &World) -> Vec<String> {
    let busy = world.busy(DAY).await;
    busy.iter().map(|span| span[11..13].to_owned()).collect()
}

both! {
    async fn a_calendar_that_agrees_is_left_as_it_is(database) {
        let world = three(database).await;
        let news = world.news().await;
        let audit = audit(&world).await;
        assert_eq!((counts(audit), audit.listed, audit.requests), ((0, 0, 0), 3, 1));
        let calendar = world.calendar().await;
        assert_eq!((calendar.sync.drift, calendar.sync.audited_at), (Some(0), Some(audit.finished_at)));
        assert_eq!(world.news().await, news);
        assert_eq!(world.google.asked().len(), 1, "one delta");
    }

    async fn changes_that_no_delta_named_are_counted_by_cause_and_healed(database) {
        let world = three(database).await;
        world.google.slip_in(CALENDAR, event("a", 15, "2"));
        world.google.forget(CALENDAR, "b");
        world.google.slip_in(CALENDAR, event("d", 17, "1"));
        world.google.forget(CALENDAR, "c");
        world.pull().await;
        assert_eq!(starts(&world).await, ["09", "11", "13"], "the cursor lies");
        assert_eq!(counts(audit(&world).await), (1, 2, 1));
        assert_eq!(starts(&world).await, ["15", "17"]);
        assert_eq!(world.calendar().await.sync.drift, Some(4));
        assert_eq!(counts(audit(&world).await), (0, 0, 0));
    }

    async fn rows_that_were_damaged_are_healed(database) {
        let tampering = database.clone();
        let world = three(database).await;
        tampering.tamper("DELETE FROM external_events WHERE provider_id = 'a'").await;
        tampering.tamper("UPDATE external_events SET etag = '0' WHERE provider_id = 'b'").await;
        assert_eq!(counts(audit(&world).await), (1, 0, 1));
        assert_eq!(starts(&world).await, ["09", "11", "13"]);
        assert_eq!(counts(audit(&world).await), (0, 0, 0));
    }

    async fn what_changes_under_way_and_what_cannot_be_read_is_no_drift(database) {
        let world = three(database).await;
        world.google.put(CALENDAR, event("a", 16, "2"));
        world.google.remove(CALENDAR, "b");
        world.google.put(CALENDAR, event("x", 18, "1"));
        world.google.poison(CALENDAR, "x");
        assert_eq!(counts(audit(&world).await), (0, 0, 0));
        assert_eq!(starts(&world).await, ["13", "16"]);
    }

    async fn each_calendar_is_audited_once_a_week(database) {
        let world = three(database).await;
        let day = SignedDuration::from_hours(24);
        for _ in 0..21 {
            world.clock.advance(day);
            world.drain().await;
            world.runner.sweep().await.unwrap();
            world.drain().await;
        }
        let audits = audits(&world).await;
        assert!((2..=3).contains(&audits.len()), "{}", audits.len());
    }

    async fn an_audit_may_run_twice(database) {
        let world = three(database).await;
        world.google.slip_in(CALENDAR, event("a", 15, "2"));
        audit(&world).await;
        let (news, busy) = (world.news().await, starts(&world).await);
        audit(&world).await;
        assert_eq!((world.news().await, starts(&world).await), (news, busy));
    }

    async fn an_audit_whose_listing_fails_is_tried_again(database) {
        let world = three(database).await;
        world.google.fail_after(1, ProviderError::Unavailable { source: None });
        world.enqueue("audit", &world.calendar().await.id.to_string()).await;
        world.drain().await;
        assert_eq!(audits(&world).await, []);
        assert_eq!(world.calendar().await.sync.last_error, None, "the calendar itself is well");
        world.later(SignedDuration::from_secs(20)).await;
        assert_eq!(audits(&world).await.len(), 1);
    }

    async fn an_audit_survives_a_death_at_every_wait(database) {
        let world = three(database).await;
        let id = world.calendar().await.id.to_string();
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |round| {
                    world.google.slip_in(CALENDAR, event("a", 15, &format!("r{round}")));
                    world.enqueue("audit", &id).await;
                },
                async |_| {
                    assert_eq!(starts(&world).await, ["11", "13", "15"]);
                    let stored = world.store.stored_versions(world.tenant, world.calendar().await.id).await.unwrap();
                    assert_eq!(stored.len(), 3);
                },
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }
}
