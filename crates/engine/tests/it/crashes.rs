//! Workers that are lost, and handlers that run twice.

use jiff::SignedDuration;
use kalends_providers::provider::ProviderError;
use kalends_store::{BeginPass, Claim, EventUpsert, PassKind, PullPage, StoreError, TaskLane, Trigger};
use kalends_testkit::both;

use crate::harness::{CALENDAR, World, single};

const DAY: &str = "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z";

fn hours(hours: std::ops::Range<u32>) -> Vec<kalends_core::external_event::ExternalEvent> {
    hours
        .map(|hour| {
            let (start, end) = (
                format!("2026-11-23T{hour:02}:00:00Z"),
                format!("2026-11-23T{hour:02}:30:00Z"),
            );
            single(&format!("e{hour:02}"), &start, &end)
        })
        .collect()
}

/// How many looks for conflicts follow a task when nothing has changed.
fn looks(kind: &str) -> usize {
    usize::from(kind == "recompile")
}

/// Claims what is due and is never heard of again.
async fn lost_worker(world: &World) -> Vec<kalends_store::ClaimedTask> {
    let claim = Claim {
        owner: "lost",
        lanes: &TaskLane::ALL,
        batch: 10,
        lease: std::time::Duration::from_mins(1),
    };
    world.store.claim_tasks(claim).await.unwrap()
}

both! {
    async fn a_full_pass_that_breaks_between_pages_begins_anew(database) {
        let world = World::new(database).await;
        world.google.page_size(2);
        for event in hours(0..7) {
            world.google.put(CALENDAR, event);
        }
        // The listing and two pages pass.
        world
            .google
            .fail_after(3, ProviderError::Unavailable { source: None });
        world.drain().await;
        let calendar = world.calendar().await;
        assert_eq!(calendar.sync.last_error.as_deref(), Some("provider_unavailable"));
        assert!(calendar.sync.next_retry_at.is_some());
        assert!(!world.is_known(DAY).await, "half a calendar is no answer");

        world.later(SignedDuration::from_secs(10)).await;
        assert_eq!(world.busy(DAY).await.len(), 7);
        assert!(world.calendar().await.sync.last_error.is_none());
    }

    async fn a_delta_pass_that_breaks_between_pages_changes_nothing_until_it_is_whole(database) {
        let world = World::with_events(database, hours(0..6)).await;
        world.google.page_size(2);
        for hour in 0..6 {
            world.google.remove(CALENDAR, &format!("e{hour:02}"));
        }
        world
            .google
            .fail_after(2, ProviderError::Unavailable { source: None });
        world.pull().await;
        assert_eq!(world.busy(DAY).await.len(), 6);
        world.later(SignedDuration::from_secs(10)).await;
        assert!(world.busy(DAY).await.is_empty());
    }

    async fn a_lost_worker_s_pull_runs_again_when_its_lease_has_ended(database) {
        let world = World::new(database).await;
        for event in hours(0..3) {
            world.google.put(CALENDAR, event);
        }
        let lost = lost_worker(&world).await;
        assert_eq!(lost.len(), 1, "the listing");
        assert_eq!(world.drain().await, 0);
        world.later(SignedDuration::from_secs(61)).await;
        assert_eq!(world.busy(DAY).await.len(), 3);
    }

    async fn a_pass_killed_after_its_first_page_completes_elsewhere_and_can_write_nothing_more(database) {
        let world = World::with_events(database, hours(0..3)).await;
        world.google.remove(CALENDAR, "e00");
        world.google.expire_cursors(CALENDAR);
        let calendar = world.calendar().await.id;
        world.enqueue("pull", &calendar.to_string()).await;
        let lost = lost_worker(&world).await;
        let begin = BeginPass {
            kind: PassKind::Full,
            trigger: Trigger::Poll,
            lease: Some(lost[0].lease),
        };
        let pass = world
            .store
            .begin_pass(world.tenant, calendar, begin)
            .await
            .unwrap();
        let moved = single("e01", "2026-11-23T20:00:00Z", "2026-11-23T21:00:00Z");
        let page = || PullPage {
            upserts: vec![EventUpsert::new(moved.clone(), &kalends_core::time::Zone::UTC)],
            requests: 1,
            ..PullPage::default()
        };
        world.store.store_page(&pass, page()).await.unwrap();

        world.later(SignedDuration::from_secs(61)).await;
        assert_eq!(
            world.busy(DAY).await,
            [
                "2026-11-23T01:00:00Z/2026-11-23T01:30:00Z",
                "2026-11-23T02:00:00Z/2026-11-23T02:30:00Z"
            ]
        );
        let late = world.store.store_page(&pass, page()).await.unwrap_err();
        assert!(matches!(late, StoreError::Fenced { .. }));
    }

    async fn every_handler_may_run_twice(database) {
        let world = World::with_events(database, hours(0..3)).await;
        let news = world.news().await;
        let (calendar, connection) = (
            world.calendar().await.id.to_string(),
            world.connection().await.id.to_string(),
        );
        for _ in 0..2 {
            for (kind, key) in [
                ("pull", &calendar),
                ("recompile", &calendar),
                ("discover", &connection),
            ] {
                world.enqueue(kind, key).await;
                assert_eq!(world.drain().await, 1 + looks(kind), "{kind}");
            }
            assert_eq!(world.busy(DAY).await.len(), 3);
            assert_eq!(world.news().await, news);
            assert_eq!(world.calendars().await.len(), 1);
        }
    }

    async fn every_task_of_a_lost_worker_runs_again(database) {
        let world = World::with_events(database, hours(0..3)).await;
        let (calendar, connection) = (
            world.calendar().await.id.to_string(),
            world.connection().await.id.to_string(),
        );
        for (kind, key) in [
            ("pull", &calendar),
            ("recompile", &calendar),
            ("discover", &connection),
        ] {
            world.enqueue(kind, key).await;
            let lost = lost_worker(&world).await;
            assert_eq!(lost.len(), 1, "{kind}");
            assert_eq!(world.later(SignedDuration::from_secs(59)).await, 0, "{kind}");
            assert_eq!(world.later(SignedDuration::from_secs(2)).await, 1 + looks(kind), "{kind}");
            let late = world.store.complete_task(lost[0].lease).await.unwrap_err();
            assert!(matches!(late, StoreError::Fenced { .. }), "{kind}");
            assert_eq!(world.busy(DAY).await.len(), 3, "{kind}");
        }
    }

    async fn a_recompilation_waits_for_a_pass_under_way(database) {
        let world = World::with_events(database, hours(0..3)).await;
        let calendar = world.calendar().await.id;
        let begin = BeginPass {
            kind: PassKind::Delta,
            trigger: Trigger::Poll,
            lease: None,
        };
        let pass = world
            .store
            .begin_pass(world.tenant, calendar, begin)
            .await
            .unwrap();
        world.enqueue("recompile", &calendar.to_string()).await;
        world.drain().await;
        let failure = kalends_store::PassFailure {
            error: "provider_unavailable".to_owned(),
            retry_at: None,
            requests: 1,
            suspected: None,
            effects: kalends_store::Effects::none(),
        };
        world.store.fail_pass(&pass, failure).await.unwrap();
        assert_eq!(
            world.later(SignedDuration::from_secs(10)).await,
            1 + looks("recompile"),
            "it was put off, not given up"
        );
        assert_eq!(world.busy(DAY).await.len(), 3);
    }
}
