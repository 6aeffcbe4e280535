//! The feed of changes.

use jiff::SignedDuration;
use kalends_store::{Effects, StoreError};

use crate::harness::{both, change, user};

both! {
    async fn numbers_have_no_gaps_whoever_writes(world) {
        let tenant = world.tenant("a").await;
        let writers = (0..8).map(|writer| {
            let store = world.store.clone();
            tokio::spawn(async move {
                for round in 0..12_u32 {
                    let mut effects = Effects::none().change(change("x"));
                    if (writer + round) % 3 == 0 {
                        effects = effects.change(change("y"));
                    }
                    // A transaction that fails late must not leave a hole.
                    let ghost = user("nobody");
                    let value = serde_json::json!(1);
                    let failed = store
                        .put_setting(tenant, &ghost, ("sync", &value), Effects::none().change(change("lost")))
                        .await;
                    assert!(matches!(failed, Err(StoreError::NotFound { .. })));
                    store.commit_effects(tenant, effects).await.unwrap();
                }
            })
        });
        let reader = {
            let store = world.store.clone();
            tokio::spawn(async move {
                // What a reader has seen is never joined by a smaller number later, and the newest number is never
                // older than what the same answer tells.
                let mut seen = 0;
                while seen < 128 {
                    let page = store.changes(tenant, seen, 200).await.unwrap();
                    for change in page.changes {
                        assert_eq!(change.seq, seen + 1);
                        seen = change.seq;
                    }
                    assert!(seen <= page.last_seq, "{seen} was told, {} is the newest", page.last_seq);
                }
            })
        };
        for writer in futures::future::join_all(writers).await {
            writer.unwrap();
        }
        reader.await.unwrap();
        let page = world.store.changes(tenant, 0, 1000).await.unwrap();
        let seqs: Vec<i64> = page.changes.iter().map(|change| change.seq).collect();
        assert_eq!(seqs, (1..=128).collect::<Vec<_>>());
        assert_eq!((page.oldest_seq, page.last_seq), (1, 128));
        assert!(page.changes.iter().all(|change| change.kind != "lost"));
    }

    async fn pruned_entries_are_told_apart_from_none(world) {
        let store = &world.store;
        let tenant = world.tenant("a").await;
        let empty = store.changes(tenant, 0, 10).await.unwrap();
        assert_eq!((empty.oldest_seq, empty.last_seq), (1, 0));
        store.commit_effects(tenant, Effects::none().change(change("x"))).await.unwrap();
        world.advance(SignedDuration::from_hours(1));
        let cut = world.now();
        store.commit_effects(tenant, Effects::none().change(change("y"))).await.unwrap();
        assert_eq!(store.prune_changes(cut).await.unwrap(), 1);
        let page = store.changes(tenant, 1, 10).await.unwrap();
        assert_eq!((page.oldest_seq, page.last_seq), (2, 2));
        assert_eq!(page.changes[0].kind, "y");
        assert_eq!(page.changes[0].user, Some(user("ada")));
        assert_eq!(page.changes[0].at, cut);
        assert_eq!(page.changes[0].data["n"], 1);
    }
}
