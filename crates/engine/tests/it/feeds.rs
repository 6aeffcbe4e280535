//! Feeds, read whole each time.

use jiff::SignedDuration;
use kalends_core::provider::ProviderKind;
use kalends_engine::{
    Engine, EngineSettings, Parts,
    connect::{self, ConnectError, ConnectFeed},
    connections::{Outcome, RunKind, State, SyncRun, sync_runs},
    page::Page,
    tokens::Tokens,
};
use kalends_providers::provider::ProviderError;
use kalends_testkit::{Database, both};
use secrecy::SecretString;
use std::{collections::BTreeMap, sync::Arc};

use crate::harness::{Scripted, World, remote, single};

const DAY: &str = "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z";

/// A world whose user has no account, with a scripted host of one feed.
async fn world(database: Database) -> (World, Scripted) {
    let mut world = World::new(database).await;
    world.drain().await;
    let feed = Scripted::new(ProviderKind::Ics);
    feed.list(remote("feed"));
    let provider: Arc<dyn kalends_providers::Provider> = Arc::new(feed.clone());
    let ambient = world.engine.ambient().clone();
    world.engine = Engine::new(Parts {
        store: world.store.clone(),
        providers: BTreeMap::from([(ProviderKind::Ics, provider)]),
        tokens: Tokens::new(world.store.clone(), Vec::new(), ambient.clone()),
        ambient,
        settings: EngineSettings::default(),
    });
    world.runner = kalends_engine::runner::Runner::new(world.engine.clone());
    let account = world.connection().await.id;
    kalends_engine::connections::disconnect(&world.engine, world.tenant, account)
        .await
        .unwrap();
    (world, feed)
}

fn wish(world: &World, url: &str) -> ConnectFeed {
    ConnectFeed {
        user: world.user.clone(),
        url: SecretString::from(url),
        name: None,
    }
}

both! {
    async fn a_feed_is_connected_by_its_address_and_the_same_address_is_the_same_feed(database) {
        let (world, feed) = world(database).await;
        feed.put(
            "feed",
            single("a", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"),
        );
        let url = "https://calendar.example/private/basic.ics";
        let first = connect::feed(&world.engine, world.tenant, wish(&world, url))
            .await
            .unwrap();
        assert_eq!(
            (first.provider, first.account.as_str()),
            (ProviderKind::Ics, "calendar.example")
        );
        world.drain().await;
        assert_eq!(world.busy(DAY).await.len(), 1);
        let again = connect::feed(&world.engine, world.tenant, wish(&world, url))
            .await
            .unwrap();
        assert_eq!(again.id, first.id);
        world.drain().await;
        assert_eq!(world.busy(DAY).await.len(), 1);
    }

    async fn a_wrong_address_is_said_at_once_and_nothing_is_stored(database) {
        let (world, feed) = world(database).await;
        let refused = async |url: &str| {
            connect::feed(&world.engine, world.tenant, wish(&world, url))
                .await
                .unwrap_err()
        };
        assert!(matches!(
            refused("calendar.example/basic.ics").await,
            ConnectError::FeedAddress { .. }
        ));
        feed.fail_after(0, ProviderError::NotFound);
        assert!(matches!(
            refused("https://calendar.example/gone.ics").await,
            ConnectError::Feed(_)
        ));
        let connections = world.store.connections(
            world.tenant,
            kalends_store::ConnectionFilter {
                user: None,
                after: None,
                limit: 10,
            },
        );
        assert_eq!(
            connections.await.unwrap().len(),
            1,
            "only the account that was disconnected"
        );
    }

    async fn what_a_complete_listing_leaves_out_is_gone(database) {
        let (world, feed) = world(database).await;
        feed.complete();
        for hour in 9..12 {
            let (start, end) = (
                format!("2026-11-23T{hour:02}:00:00Z"),
                format!("2026-11-23T{hour:02}:30:00Z"),
            );
            feed.put("feed", single(&format!("e{hour}"), &start, &end));
        }
        let url = "https://calendar.example/basic.ics";
        let connection = connect::feed(&world.engine, world.tenant, wish(&world, url))
            .await
            .unwrap();
        world.drain().await;
        assert_eq!(world.busy(DAY).await.len(), 3);
        feed.forget("feed", "e9");
        world.later(SignedDuration::from_mins(30)).await;
        assert_eq!(world.busy(DAY).await.len(), 2);
        let page = Page {
            limit: 10,
            after: None,
        };
        let runs = sync_runs(&world.engine, world.tenant, connection.id, page)
            .await
            .unwrap();
        let whole = |run: &SyncRun| (run.kind, &run.outcome) == (RunKind::Full, &Outcome::Completed);
        assert!(runs.items.len() == 2 && runs.items.iter().all(whole), "{runs:?}");
    }

    async fn a_feed_whose_secret_was_withdrawn_asks_its_person_after_several_tries(database) {
        let (world, feed) = world(database).await;
        let url = "https://calendar.example/basic.ics";
        let connection = connect::feed(&world.engine, world.tenant, wish(&world, url))
            .await
            .unwrap()
            .id;
        world.drain().await;
        for _ in 0..5 {
            feed.fail_after(
                0,
                ProviderError::Reauth {
                    reason: "http_401".to_owned(),
                },
            );
        }
        let state = async || {
            kalends_engine::connections::get(&world.engine, world.tenant, connection)
                .await
                .unwrap()
                .state
        };
        world.later(SignedDuration::from_mins(20)).await;
        assert_eq!(state().await, State::Active, "one refusal is no proof");
        for _ in 0..5 {
            world.later(SignedDuration::from_mins(2)).await;
        }
        assert!(matches!(state().await, State::ReauthRequired { .. }));
    }
}
