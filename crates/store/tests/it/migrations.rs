//! Bringing the tables up to date.

use kalends_store::{Store, StoreConfig, StoreError};

use crate::harness::{RING, both, ring};

both! {
    async fn migrating_again_changes_nothing(world) {
        assert_eq!(world.store.pending_migrations().await.unwrap(), 0);
        let tenant = world.tenant("a").await;
        world.store.migrate().await.unwrap();
        assert_eq!(world.store.tenant(tenant).await.unwrap().name, "a");
        world.store.ping().await.unwrap();
    }
}

#[tokio::test]
async fn an_empty_file_lacks_every_migration_until_they_are_applied() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("new.db").display());
    let ambient = crate::harness::ambient();
    let store = Store::connect(&StoreConfig::new(url), ring(RING), ambient)
        .await
        .unwrap();
    assert!(store.pending_migrations().await.unwrap() > 0);
    store.migrate().await.unwrap();
    assert_eq!(store.pending_migrations().await.unwrap(), 0);
}

#[tokio::test]
async fn addresses_that_make_no_sense_say_what_would() {
    for url in [
        "",
        "kalends.db",
        "mysql://root@localhost/kalends",
        "sqlite::memory:",
        "postgres://:bad:port",
    ] {
        let ambient = crate::harness::ambient();
        let error = Store::connect(&StoreConfig::new(url), ring(RING), ambient)
            .await
            .unwrap_err();
        assert!(
            matches!(error, StoreError::Configuration { .. }),
            "{url}: {error:?}"
        );
        assert!(error.to_string().contains("sqlite:kalends.db"), "{url}: {error}");
    }
}
