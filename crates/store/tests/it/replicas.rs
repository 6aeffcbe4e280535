//! Who serves the database: replicas that beat, clocks that differ, and the one process of a SQLite file.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use kalends_core::ambient::Ambient;
use kalends_store::{Beat, ServingLock, Store, StoreConfig, StoreError};
use kalends_testkit::{DatabaseKind, ManualClock, SeededEntropy};

use crate::harness::{RING, World, both, ring};

const ALIVE: Duration = Duration::from_secs(15);

async fn beat(store: &Store, id: &str) -> u32 {
    let beat = Beat {
        id,
        role: "all",
        alive_for: ALIVE,
    };
    store.beat(beat).await.unwrap()
}

/// A further process on the same database, with a clock of its own.
async fn process(world: &World, ahead: SignedDuration) -> (Store, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(world.now() + ahead));
    let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(3)));
    let store = Store::connect(&world.config, ring(RING), ambient).await.unwrap();
    (store, clock)
}

both! {
    async fn replicas_are_counted_and_dead_ones_forgotten_after_15_s(world) {
        let (second, _) = process(&world, SignedDuration::ZERO).await;
        let (third, _) = process(&world, SignedDuration::ZERO).await;
        assert_eq!(beat(&world.store, "1").await, 1);
        assert_eq!(beat(&second, "2").await, 2);
        assert_eq!(beat(&third, "3").await, 3);
        assert_eq!(beat(&world.store, "1").await, 3);
        // As after 15 seconds without a beat.
        let silent = "UPDATE replicas SET beat_us = beat_us - 15000000 WHERE id = '3'";
        world.database.tamper(silent).await;
        assert_eq!(beat(&world.store, "1").await, 2, "the third is dead");
        assert_eq!(beat(&second, "2").await, 2);
        assert_eq!(beat(&third, "3").await, 3, "and may come back");
    }

    async fn a_replica_that_ends_is_not_counted_any_more(world) {
        let (second, _) = process(&world, SignedDuration::ZERO).await;
        beat(&world.store, "1").await;
        assert_eq!(beat(&second, "2").await, 2);
        second.leave("2").await.unwrap();
        assert_eq!(beat(&world.store, "1").await, 1);
    }

    async fn a_ring_that_lacks_a_key_in_use_opens_nothing(world) {
        assert!(world.store.opens_secrets().await.unwrap(), "there is nothing to open yet");
        world.tenant("a").await;
        assert!(world.store.opens_secrets().await.unwrap());
        for other in [
            "k2:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "k1:HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        ] {
            let store = Store::connect(&world.config, ring(other), world.ambient.clone()).await.unwrap();
            assert!(!store.opens_secrets().await.unwrap(), "{other}");
        }
    }

    async fn a_migration_that_is_missing_is_seen_without_writing(world) {
        assert!(world.store.is_migrated().await.unwrap());
        world.database.tamper("DELETE FROM _sqlx_migrations WHERE version = 5").await;
        assert!(!world.store.is_migrated().await.unwrap());
    }
}

both! {
    async fn a_process_learns_how_far_its_clock_is_off(world) {
        let (other, clock) = process(&world, SignedDuration::ZERO).await;
        let before = other.clock_ahead().await.unwrap();
        clock.advance(SignedDuration::from_mins(10));
        let late = before - other.clock_ahead().await.unwrap();
        let expect = match world.database.kind {
            DatabaseKind::Postgres => 600,
            DatabaseKind::Sqlite => 0,
        };
        assert!((late.as_secs() - expect).abs() <= 5, "{late}");
    }
}

#[test]
fn a_sqlite_file_is_served_by_one_process_and_freed_by_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig::new(format!("sqlite:{}", folder.path().join("k.db").display()));
    let first = ServingLock::take(&config).unwrap();
    assert!(matches!(
        ServingLock::take(&config),
        Err(StoreError::Conflict { .. })
    ));
    drop(first);
    let again = ServingLock::take(&config).unwrap();
    let elsewhere = StoreConfig::new("postgres://kalends@db.example/kalends");
    let _many = [
        again,
        ServingLock::take(&elsewhere).unwrap(),
        ServingLock::take(&elsewhere).unwrap(),
    ];
}
