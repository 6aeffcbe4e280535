//! Daily jobs, and the grants that one of them keeps alive.

use jiff::SignedDuration;
use kalends_core::time::ConnectionId;
use kalends_engine::{
    changes,
    connections::{self, State},
    replicas::{Heart, Role},
    schedules,
};
use kalends_simulator::{Fault, Trouble};
use kalends_store::{Claim, NewTask, StoreError, TaskLane};
use kalends_testkit::{Database, both};

use crate::harness::{FEWEST, Simulated, Stage};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Connected, with nothing to do but what the test enqueues: a grant that nobody uses.
async fn idle(database: &Database) -> (Simulated, ConnectionId) {
    let world = Simulated::new(database.clone()).await;
    let id = world.connect("ada@example.com").await.connection;
    world.drain().await;
    forget_tasks(database).await;
    world.simulator.control().clear_calls();
    (world, id)
}

async fn forget_tasks(database: &Database) {
    database.tamper("DELETE FROM tasks").await;
}

async fn fire(world: &Simulated) -> usize {
    schedules::fire_due(&world.engine).await.unwrap()
}

async fn enqueue(world: &Simulated, kind: &'static str, key: &str) {
    let task = NewTask {
        kind,
        key: key.to_owned(),
        lane: TaskLane::Freshness,
        group: "test".to_owned(),
        run_at: world.engine.ambient().now(),
        payload: serde_json::Value::Null,
        secret: None,
    };
    world.store.enqueue(world.tenant, vec![task]).await.unwrap();
}

/// Claims what is due and is never heard of again.
async fn lost_worker(world: &Simulated) -> Vec<kalends_store::ClaimedTask> {
    let claim = Claim {
        owner: "lost",
        lanes: &TaskLane::ALL,
        batch: 10,
        lease: std::time::Duration::from_secs(30),
    };
    world.store.claim_tasks(claim).await.unwrap()
}

/// The jobs of a day.
const JOBS: usize = 2;

/// As a fault of somebody's would leave the row.
async fn found_dead(database: &Database) {
    database
        .tamper("UPDATE connections SET state = 'reauth_required', reason = 'invalid_grant', revoked_us = 1")
        .await;
}

/// How often somebody was told that a connection works again, or does not.
async fn told(world: &Simulated) -> usize {
    let feed = changes::list(&world.engine, world.tenant, 0, 200).await.unwrap();
    let of_state = ["connection.recovered", "connection.reauth_required"];
    let told = feed
        .changes
        .iter()
        .filter(|change| of_state.contains(&change.kind.as_str()));
    told.count()
}

both! {
    async fn a_job_is_done_once_a_day_over_two_processes_and_once_for_days_without_any(database) {
        let (world, _) = idle(&database).await;
        assert_eq!(fire(&world).await, 0, "it is planned");
        assert_eq!(fire(&world).await, 0);
        for days in [1, 1, 5, 1] {
            world.clock.advance(DAY * days);
            let (one, other) = tokio::join!(fire(&world), fire(&world));
            assert_eq!(one + other, JOBS, "after {days} days");
            assert_eq!(fire(&world).await, 0);
        }
    }

    async fn an_idle_grant_is_used_within_the_day_and_a_used_one_is_left_alone(database) {
        let (world, id) = idle(&database).await;
        fire(&world).await;
        for day in 1..=3 {
            world.clock.advance(DAY);
            assert_eq!(fire(&world).await, JOBS);
            assert!(world.drain().await >= 1);
            world.clock.advance(DAY);
            world.drain().await;
            assert_eq!(world.calls("/token"), day, "once for each of its days");
            enqueue(&world, "keep_alive", &id.to_string()).await;
            world.drain().await;
            assert_eq!(world.calls("/token"), day, "it has just been used");
            // The job of the day that has passed since then.
            fire(&world).await;
            forget_tasks(&database).await;
        }
    }

    async fn using_a_grant_twice_renews_it_once(database) {
        let (world, id) = idle(&database).await;
        world.clock.advance(DAY);
        for _ in 0..2 {
            enqueue(&world, "keep_alive", &id.to_string()).await;
            assert_eq!(world.drain().await, 1);
        }
        assert_eq!(world.calls("/token"), 1);
    }

    async fn the_use_of_a_grant_whose_worker_was_lost_is_made_up_for(database) {
        let (world, id) = idle(&database).await;
        world.clock.advance(DAY);
        enqueue(&world, "keep_alive", &id.to_string()).await;
        let lost = lost_worker(&world).await;
        assert_eq!((lost.len(), world.drain().await), (1, 0));
        world.clock.advance(SignedDuration::from_secs(31));
        assert_eq!(world.drain().await, 1);
        assert_eq!(world.calls("/token"), 1);
        let late = world.store.complete_task(lost[0].lease).await.unwrap_err();
        assert!(matches!(late, StoreError::Fenced { .. }));
    }

    async fn a_use_that_meets_trouble_is_tried_again_and_asks_nobody(database) {
        let (world, id) = idle(&database).await;
        world.clock.advance(DAY);
        let down = Fault {
            times: Some(2),
            ..Fault::new("/token", Trouble::Status { status: 503, reason: None, retry_after_seconds: None })
        };
        world.simulator.control().add_fault(down).unwrap();
        enqueue(&world, "keep_alive", &id.to_string()).await;
        world.drain().await;
        let state = connections::get(&world.engine, world.tenant, id).await.unwrap().state;
        assert_eq!(state, State::Active);
        world.clock.advance(SignedDuration::from_secs(10));
        assert_eq!(world.drain().await, 1);
        assert_eq!(world.store.task_counts().await.unwrap(), []);
    }

    async fn a_day_s_uses_survive_a_death_at_every_wait_of_planning_them(database) {
        let (world, id) = idle(&database).await;
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |_| {
                    forget_tasks(&database).await;
                    enqueue(&world, "daily", "keep_grants").await;
                },
                async |_| {
                    let owed = [id.to_string()];
                    let dead = kalends_store::Dead::Covers;
                    let missing = world.store.keys_without_task("keep_alive", &owed, dead).await.unwrap();
                    assert!(missing.is_empty() || world.calls("/token") > 0, "{missing:?}");
                },
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn the_use_of_a_grant_survives_a_death_at_every_wait(database) {
        let (world, id) = idle(&database).await;
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |_| {
                    world.clock.advance(DAY);
                    enqueue(&world, "keep_alive", &id.to_string()).await;
                },
                async |_| {
                    let secrets = world.store.connection_secrets(world.tenant, id).await.unwrap();
                    assert!(secrets.access_token.unwrap().expires_at > world.engine.ambient().now());
                    assert_eq!(world.store.task_counts().await.unwrap(), []);
                },
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn a_grant_that_was_found_dead_wrongly_is_tried_the_next_day_and_comes_back(database) {
        let (world, id) = idle(&database).await;
        fire(&world).await;
        found_dead(&database).await;
        world.clock.advance(DAY);
        fire(&world).await;
        world.drain().await;
        world.clock.advance(SignedDuration::from_hours(1));
        world.drain().await;
        let state = connections::get(&world.engine, world.tenant, id).await.unwrap().state;
        assert_eq!((state, told(&world).await), (State::Active, 1));
        assert_eq!(world.calls("/token"), 1);
        // Twice does no harm.
        enqueue(&world, "keep_alive", &id.to_string()).await;
        world.drain().await;
        assert_eq!((world.calls("/token"), told(&world).await), (1, 1));
    }

    async fn a_grant_that_is_dead_is_tried_and_nothing_is_told_of_it(database) {
        let (world, id) = idle(&database).await;
        let secrets = world.store.connection_secrets(world.tenant, id).await.unwrap();
        world.revoke_at_provider(&secrets.refresh_token.unwrap()).await;
        found_dead(&database).await;
        for _ in 0..2 {
            enqueue(&world, "keep_alive", &id.to_string()).await;
            world.drain().await;
        }
        let state = connections::get(&world.engine, world.tenant, id).await.unwrap().state;
        assert!(matches!(state, State::ReauthRequired { .. }), "{state:?}");
        assert_eq!((world.calls("/token"), told(&world).await), (2, 0));
    }

    async fn the_return_of_a_grant_survives_a_death_at_every_wait(database) {
        let (world, id) = idle(&database).await;
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |_| {
                    forget_tasks(&database).await;
                    found_dead(&database).await;
                    enqueue(&world, "keep_alive", &id.to_string()).await;
                },
                async |_| {
                    let state = connections::get(&world.engine, world.tenant, id).await.unwrap().state;
                    assert_eq!(state, State::Active);
                },
            )
            .await;
        assert!(deaths > 3, "{deaths}");
    }

    async fn a_replica_knows_of_the_others_from_its_first_beat(database) {
        let (world, _) = idle(&database).await;
        let heart = Heart::new(world.engine.clone(), Role::All);
        let live = heart.live();
        assert_eq!(*live.borrow(), 1);
        let other = kalends_store::Beat { id: "other", role: "worker", alive_for: std::time::Duration::from_secs(15) };
        world.store.beat(other).await.unwrap();
        assert_eq!(heart.beat().await.unwrap(), 2);
        assert_eq!(*live.borrow(), 2);

        let stop = tokio_util::sync::CancellationToken::new();
        stop.cancel();
        heart.run(stop).await;
        assert_eq!(world.store.beat(other).await.unwrap(), 1, "who ends says so");
    }
}
