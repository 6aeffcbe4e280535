//! Refreshes of the built binary at a strict OAuth server: one for a whole fleet, and `kill -9` at each step of one.
//!
//! ```text
//! lease --1--> ask --2--> consumed there --3--> answered --4--> stored --5--> used
//! ```
//!
//! Killed at 1 or 2 the refresh token is unused, at 4 the statement is with the database, at 5 it is done. At 3 the new token dies
//! on its way: no client can survive that where a used token ends the grant, and the person is asked, once.

mod oauth;
mod world;

use std::time::Duration;

use kalends_testkit::{Database, DatabaseKind, HeldLocks};

use self::{oauth::Hold, world::World};
use crate::process::{Server, eventually};

/// What a worker of these tests runs at once.
const AT_ONCE: (&str, &str) = ("KALENDS_TASKS__CONCURRENCY", "100");

/// A world with one calendar that is due, and an access token that has expired.
async fn expired(database: Database) -> Option<World> {
    let world = World::new(database, 1).await?;
    world.all_are_due().await;
    Some(world)
}

/// Ends it as a power cut does, once its refresh has come to the held step.
async fn killed_while_held(world: &World, server: Server, hold: Hold) {
    world.oauth.held().await;
    server.kill();
    if hold == Hold::Arrival {
        world.oauth.release().await;
    }
}

/// Half a minute later: the leases of the dead have ended.
async fn leases_end(world: &World) {
    world
        .database
        .tamper("UPDATE tasks SET due_us = 0 WHERE state = 'running'")
        .await;
    world
        .database
        .tamper("UPDATE connections SET lease_until_us = 0")
        .await;
}

/// Waits until a process waits for the locks.
async fn somebody_waits(locks: &mut HeldLocks) {
    while locks.waiting().await == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Another process reads every calendar, asking for `refreshes` more.
async fn another_goes_on(world: &World, refreshes: &[&str]) {
    let before = world.oauth.log().await.refreshes.len();
    let _next = world.worker();
    world.all_are_read().await;
    let log = world.oauth.log().await;
    assert_eq!(log.refreshes[before..], *refreshes);
    assert_eq!(log.refused, 0, "no call went out with a dead token");
    assert_eq!(world.state().await, "active");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_processes_with_a_hundred_calls_each_refresh_once() {
    let run = DatabaseKind::Postgres.run(async |database| {
        let Some(world) = World::new(database, 400).await else {
            return;
        };
        let _fleet = [world.worker(), world.worker(), world.worker(), world.worker()];
        world.oauth.hold(Hold::Answer).await;
        world.all_are_due().await;
        world.oauth.held().await;
        // All of them have claimed their hundred and wait for the one token.
        eventually(async || {
            let running = "SELECT COUNT(*) FROM tasks WHERE kind = 'pull' AND state = 'running'";
            world.database.count(running).await == 400
        })
        .await;
        let owners =
            "SELECT COUNT(DISTINCT lease_owner) FROM tasks WHERE kind = 'pull' AND state = 'running'";
        assert_eq!(world.database.count(owners).await, 4);
        world.oauth.release().await;
        world.all_are_read().await;
        let log = world.oauth.log().await;
        assert_eq!(log.refreshes, ["granted"]);
        assert_eq!((log.calendar, log.refused), (400, 0));
    });
    run.await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_without_redis_keep_to_one_limit_together() {
    let run = DatabaseKind::Postgres.run(async |database| {
        let Some(world) = World::new(database, 400).await else {
            return;
        };
        let limit = "40 per 1000 s";
        let _fleet = [world.worker_within(limit), world.worker_within(limit)];
        // The first one learns of the second by its next beat.
        eventually(async || world.replicas_have_beaten_together().await).await;
        world.all_are_due().await;
        eventually(async || world.oauth.log().await.calendar >= 40).await;
        // Either alone would have gone on by then: a runner looks for tasks every five seconds at least.
        tokio::time::sleep(Duration::from_secs(12)).await;
        assert_eq!(world.oauth.log().await.calendar, 40);
    });
    run.await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_it_has_the_lease() {
    let run = DatabaseKind::Postgres.run(async |database| {
        let Some(world) = expired(database).await else {
            return;
        };
        let mut locks = world.database.hold("SELECT 1 FROM connections FOR UPDATE").await;
        let server = world.worker();
        somebody_waits(&mut locks).await;
        server.kill();
        locks.release().await;
        assert_eq!(world.oauth.log().await.refreshes, [""; 0]);
        leases_end(&world).await;
        another_goes_on(&world, &["granted"]).await;
    });
    run.await;
}

kalends_testkit::both! {
    async fn killed_after_it_has_the_lease_and_before_the_server_works_on_it(database) {
        let Some(world) = expired(database).await else { return };
        world.oauth.hold(Hold::Arrival).await;
        killed_while_held(&world, world.worker(), Hold::Arrival).await;
        leases_end(&world).await;
        another_goes_on(&world, &["granted"]).await;
    }

    async fn killed_after_the_token_is_consumed_and_before_the_answer_the_person_is_asked_once(database) {
        let Some(world) = expired(database).await else { return };
        world.oauth.hold(Hold::Answer).await;
        killed_while_held(&world, world.worker(), Hold::Answer).await;
        leases_end(&world).await;
        let _next = world.worker();
        eventually(async || world.state().await == "reauth_required").await;
        let told = "SELECT COUNT(*) FROM changes WHERE kind = 'connection.reauth_required'";
        assert_eq!(world.database.count(told).await, 1);
        assert_eq!(world.oauth.log().await.refreshes.len(), 2, "a dead grant is not asked for again");
    }

    async fn killed_after_the_tokens_are_stored(database) {
        let Some(world) = expired(database).await else { return };
        let server = world.worker();
        world.all_are_read().await;
        server.kill();
        world.all_are_due().await;
        another_goes_on(&world, &[]).await;
        // And the stored refresh token is the newest of its family.
        world.expire().await;
        another_goes_on(&world, &["granted"]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_the_answer_while_the_database_keeps_the_write_waiting() {
    let run = DatabaseKind::Postgres.run(async |database| {
        let Some(world) = expired(database).await else {
            return;
        };
        world.oauth.hold(Hold::Answer).await;
        let server = world.worker();
        world.oauth.held().await;
        let mut locks = world.database.hold("SELECT 1 FROM connections FOR UPDATE").await;
        world.oauth.release().await;
        somebody_waits(&mut locks).await;
        server.kill();
        locks.release().await;
        leases_end(&world).await;
        another_goes_on(&world, &[]).await;
        world.expire().await;
        another_goes_on(&world, &["granted"]).await;
    });
    run.await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_asked_to_end_stores_what_it_is_answered() {
    let run = DatabaseKind::Sqlite.run(async |database| {
        let Some(world) = expired(database).await else {
            return;
        };
        world.oauth.hold(Hold::Answer).await;
        let server = world.worker();
        world.oauth.held().await;
        server.terminate();
        // Longer than the task may take, shorter than a renewal may.
        tokio::time::sleep(Duration::from_secs(3)).await;
        world.oauth.release().await;
        assert_eq!(server.ended().await.code(), Some(0));
        another_goes_on(&world, &[]).await;
    });
    run.await;
}
