//! A process that is killed at every wait of every kind of task: afterwards all is as if it had lived.

use kalends_core::{provider::Feature, time::CalendarId};
use kalends_engine::connections;
use kalends_testkit::both;

use crate::harness::{CALENDAR, Decision, FEWEST, READ, Simulated, Stage, World, remote, single};

const DAY: &str = "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z";

/// One event of a round, at another time in each.
fn event_of(round: usize) -> kalends_core::external_event::ExternalEvent {
    let (hour, minute) = (round / 60 % 20, round % 60);
    let start = format!("2026-11-23T{hour:02}:{minute:02}:00Z");
    let end = format!("2026-11-23T{:02}:{minute:02}:00Z", hour + 1);
    single("moving", &start, &end)
}

fn span_of(round: usize) -> String {
    let (hour, minute) = (round / 60 % 20, round % 60);
    format!(
        "2026-11-23T{hour:02}:{minute:02}:00Z/2026-11-23T{:02}:{minute:02}:00Z",
        hour + 1
    )
}

async fn pull(world: &World, id: CalendarId) {
    world.enqueue("pull", &id.to_string()).await;
}

both! {
    async fn a_delta_pass_survives_a_death_at_every_wait(database) {
        let world = World::with_events(database, vec![event_of(0)]).await;
        let id = world.calendar().await.id;
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |round| {
                    world.google.put(CALENDAR, event_of(round + 1));
                    pull(&world, id).await;
                },
                async |round| assert_eq!(world.busy(DAY).await, [span_of(round + 1)]),
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn a_full_pass_survives_a_death_at_every_wait(database) {
        let fixed = single("fixed", "2026-11-23T22:00:00Z", "2026-11-23T23:00:00Z");
        let world = World::with_events(database, vec![fixed, event_of(0)]).await;
        world.google.page_size(1);
        let id = world.calendar().await.id;
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |round| {
                    world.google.put(CALENDAR, event_of(round + 1));
                    world.google.expire_cursors(CALENDAR);
                    pull(&world, id).await;
                },
                async |round| {
                    let fixed = "2026-11-23T22:00:00Z/2026-11-23T23:00:00Z".to_owned();
                    assert_eq!(world.busy(DAY).await, [span_of(round + 1), fixed]);
                },
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn a_recompilation_survives_a_death_at_every_wait(database) {
        let world = World::with_events(database, vec![event_of(0)]).await;
        let id = world.calendar().await.id;
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |_| world.enqueue("recompile", &id.to_string()).await,
                async |_| assert_eq!(world.busy(DAY).await, [span_of(0)]),
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn a_listing_survives_a_death_at_every_wait(database) {
        let world = World::with_events(database, vec![event_of(0)]).await;
        let connection = world.connection().await.id.to_string();
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |round| {
                    world.google.list(remote(&format!("extra{round}@example.com")));
                    world.enqueue("discover", &connection).await;
                },
                async |round| assert_eq!(world.calendars().await.len(), round + 2),
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn a_revocation_survives_a_death_at_every_wait(database) {
        let world = Simulated::new(database).await;
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |round| {
                    let email = format!("ada{round}@example.com");
                    let started = world.start(&[Feature::CalendarRead]).await;
                    let callback = world.consent(&started, (&email, READ), Decision::Allow).await;
                    let kalends_engine::connect::Finished::Connected(connected) =
                        world.finish(callback).await.unwrap()
                    else {
                        panic!("{email} has connected before");
                    };
                    connections::disconnect(&world.engine, world.tenant, connected.connection)
                        .await
                        .unwrap();
                },
                async |round| {
                    assert!(world.calls("/o/oauth2/revoke") + world.calls("/revoke") > round);
                    assert_eq!(world.store.next_task_due().await.unwrap(), None);
                },
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }
}
