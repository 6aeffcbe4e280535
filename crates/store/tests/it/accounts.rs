//! Tenants, keys, users, settings, blocks, round trips.

use jiff::SignedDuration;
use kalends_core::{
    provider::{Feature, ProviderKind},
    time::{Interval, Zone},
};
use kalends_store::{ConnectSession, Effects, NewApiKey, OauthState, StoreError, UserProfile};
use kalends_testkit::DatabaseKind;
use secrecy::ExposeSecret;

use crate::harness::{World, both, change, user};

fn span(from: &str, to: &str) -> Interval {
    Interval::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
}

fn state(world: &World, tenant: kalends_core::time::TenantId) -> OauthState {
    OauthState {
        tenant,
        user: user("ada"),
        provider: ProviderKind::Google,
        oauth_client: "client-1".to_owned(),
        features: vec![Feature::CalendarRead, Feature::Meet],
        state_hash: [1; 32],
        nonce_hash: Some([2; 32]),
        pkce_verifier: "verifier".into(),
        return_to: Some("https://app.example/done".to_owned()),
        expires_at: world.now() + SignedDuration::from_mins(10),
    }
}

both! {
    async fn tenants_have_unique_names_and_go_with_all_they_have(world) {
        let store = &world.store;
        let (tenant, connection, _) = world.synced_user("a").await;
        let error = store.create_tenant("a").await.unwrap_err();
        assert!(matches!(error, StoreError::Conflict { what: "tenant's name" }));
        store.put_tenant_settings(tenant, &serde_json::json!({"x": 1})).await.unwrap();
        assert_eq!(store.tenant_named("a").await.unwrap().unwrap().settings["x"], 1);
        assert_eq!(store.tenants().await.unwrap().len(), 1);

        store.delete_tenant(tenant).await.unwrap();
        assert!(matches!(store.tenant(tenant).await, Err(StoreError::NotFound { .. })));
        assert!(matches!(store.connection(tenant, connection).await, Err(StoreError::NotFound { .. })));
        assert!(matches!(store.delete_tenant(tenant).await, Err(StoreError::NotFound { .. })));
        assert!(store.tenant_named("a").await.unwrap().is_none());
    }

    async fn keys_are_found_by_hash_until_they_are_revoked(world) {
        let store = &world.store;
        let tenant = world.tenant("a").await;
        let key = NewApiKey { name: "ci".to_owned(), prefix: "kal_abc".to_owned(), hash: [9; 32] };
        let made = store.create_api_key(tenant, key.clone()).await.unwrap();
        assert_eq!(store.api_key_by_hash([9; 32]).await.unwrap(), Some(made.clone()));
        assert_eq!(store.api_key_by_hash([8; 32]).await.unwrap(), None);
        let again = store.create_api_key(tenant, key).await.unwrap_err();
        assert!(matches!(again, StoreError::Conflict { .. }));

        store.touch_api_key(tenant, made.id).await.unwrap();
        world.advance(SignedDuration::from_secs(59));
        store.touch_api_key(tenant, made.id).await.unwrap();
        let used = store.api_keys(tenant).await.unwrap()[0].last_used_at;
        assert_eq!(used, Some(made.created_at));
        world.advance(SignedDuration::from_secs(1));
        store.touch_api_key(tenant, made.id).await.unwrap();
        assert_eq!(store.api_keys(tenant).await.unwrap()[0].last_used_at, Some(world.now()));

        store.revoke_api_key(tenant, made.id).await.unwrap();
        let revoked = store.api_keys(tenant).await.unwrap()[0].revoked_at;
        world.advance(SignedDuration::from_secs(1));
        store.revoke_api_key(tenant, made.id).await.unwrap();
        assert_eq!(store.api_keys(tenant).await.unwrap()[0].revoked_at, revoked);
        assert_eq!(store.api_key_by_hash([9; 32]).await.unwrap(), None);
    }

    async fn users_are_put_listed_and_deleted_with_all_they_have(world) {
        let store = &world.store;
        let (tenant, connection, _) = world.synced_user("a").await;
        let zurich = Zone::iana("Europe/Zurich").unwrap();
        let profile = UserProfile { display_name: Some("Zoë".to_owned()), zone: zurich.clone() };
        for id in ["zoë", "Zed", "bob"] {
            store.put_user(tenant, &user(id), &profile).await.unwrap();
        }
        world.advance(SignedDuration::from_secs(5));
        let put = store.put_user(tenant, &user("zoë"), &profile).await.unwrap();
        assert_eq!((put.zone.clone(), put.display_name.as_deref()), (zurich, Some("Zoë")));
        assert_eq!(put.updated_at.duration_since(put.created_at), SignedDuration::from_secs(5));
        store.ensure_user(tenant, &user("zoë"), &Zone::UTC).await.unwrap();
        assert_eq!(store.user(tenant, &user("zoë")).await.unwrap(), put);

        // Bytewise order on both databases, so that a page ends at the same user.
        let first = store.users(tenant, None, 3).await.unwrap();
        let names: Vec<_> = first.iter().map(|user| user.id.as_str()).collect();
        assert_eq!(names, ["Zed", "ada", "bob"]);
        let second = store.users(tenant, Some(&user("bob")), 3).await.unwrap();
        assert_eq!(second.len(), 1);

        store.delete_user(tenant, &user("ada")).await.unwrap();
        assert!(matches!(store.connection(tenant, connection).await, Err(StoreError::NotFound { .. })));
        assert!(matches!(store.delete_user(tenant, &user("ada")).await, Err(StoreError::NotFound { .. })));
    }

    async fn settings_are_read_for_many_users_at_once(world) {
        let store = &world.store;
        let tenant = world.tenant("a").await;
        store.ensure_user(tenant, &user("bob"), &Zone::UTC).await.unwrap();
        let ada = user("ada");
        let (sync, hours) = (serde_json::json!({"every": 5}), serde_json::json!({"zone": "UTC"}));
        store.put_setting(tenant, &ada, ("sync", &serde_json::json!(0)), Effects::none()).await.unwrap();
        store.put_setting(tenant, &ada, ("sync", &sync), Effects::none().change(change("x"))).await.unwrap();
        store.put_setting(tenant, &ada, ("working_hours", &hours), Effects::none()).await.unwrap();
        assert_eq!(store.setting(tenant, &ada, "sync").await.unwrap(), Some(sync.clone()));
        assert_eq!(store.setting(tenant, &ada, "drive").await.unwrap(), None);
        let both = store.users_with_settings(tenant, &[user("bob"), ada, user("nobody")]).await.unwrap();
        assert_eq!(both.len(), 2);
        assert_eq!(both[0].settings.len(), 2);
        assert_eq!(both[0].settings["working_hours"], hours);
        assert!(both[1].settings.is_empty());
        assert_eq!(store.users_with_settings(tenant, &[]).await.unwrap(), []);
        assert_eq!(store.changes(tenant, 0, 10).await.unwrap().changes.len(), 1);

        let nobody = user("nobody");
        let unknown = store.put_setting(tenant, &nobody, ("sync", &sync), Effects::none().change(change("y")));
        assert!(matches!(unknown.await, Err(StoreError::NotFound { .. })));
        assert_eq!(store.changes(tenant, 0, 10).await.unwrap().changes.len(), 1);
    }

    async fn blocks_are_found_by_overlap(world) {
        let store = &world.store;
        let tenant = world.tenant("a").await;
        let day = span("2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z");
        let block = store
            .create_manual_block(tenant, &user("ada"), (day, Some("dentist".to_owned())), Effects::none())
            .await
            .unwrap();
        let found = |from, to| {
            let (store, window) = (store.clone(), span(from, to));
            async move { store.manual_blocks(tenant, &[user("ada"), user("bob")], window).await.unwrap() }
        };
        assert_eq!(found("2026-03-02T09:59:59Z", "2026-03-03T00:00:00Z").await, std::slice::from_ref(&block));
        assert_eq!(found("2026-03-02T10:00:00Z", "2026-03-03T00:00:00Z").await, []);
        assert_eq!(found("2026-03-01T00:00:00Z", "2026-03-02T09:00:00Z").await, []);
        let listed = store.manual_blocks_of_user(tenant, &user("ada"), None, 10).await.unwrap();
        assert_eq!(listed, std::slice::from_ref(&block));
        store.delete_manual_block(tenant, &user("ada"), block.id, Effects::none()).await.unwrap();
        let again = store.delete_manual_block(tenant, &user("ada"), block.id, Effects::none()).await;
        assert!(matches!(again, Err(StoreError::NotFound { .. })));
        let unknown = store.create_manual_block(tenant, &user("nobody"), (day, None), Effects::none()).await;
        assert!(matches!(unknown, Err(StoreError::NotFound { .. })));
    }

    async fn of_many_callbacks_one_gets_the_round_trip(world) {
        let tenant = world.tenant("a").await;
        world.store.put_oauth_state(&state(&world, tenant)).await.unwrap();
        let takers = (0..8).map(|_| {
            let store = world.store.clone();
            tokio::spawn(async move { store.take_oauth_state([1; 32]).await.unwrap() })
        });
        let taken: Vec<_> = futures::future::join_all(takers).await;
        let taken: Vec<_> = taken.into_iter().filter_map(Result::unwrap).collect();
        assert_eq!(taken.len(), 1);
        let expect = state(&world, tenant);
        assert_eq!(taken[0].pkce_verifier.expose_secret(), "verifier");
        assert_eq!((taken[0].tenant, &taken[0].user), (tenant, &expect.user));
        assert_eq!((&taken[0].features, taken[0].nonce_hash), (&expect.features, Some([2; 32])));
        assert_eq!(taken[0].return_to, expect.return_to);
    }

    async fn round_trips_and_sessions_expire(world) {
        let store = &world.store;
        let tenant = world.tenant("a").await;
        store.put_oauth_state(&state(&world, tenant)).await.unwrap();
        let session = ConnectSession {
            ticket_hash: [3; 32],
            tenant,
            user: user("ada"),
            provider: None,
            features: vec![Feature::CalendarRead],
            return_to: None,
            login_hint: Some("ada@example.com".to_owned()),
            expires_at: world.now() + SignedDuration::from_mins(10),
        };
        store.put_connect_session(&session).await.unwrap();
        assert_eq!(store.connect_session([3; 32]).await.unwrap(), Some(session.clone()));
        assert_eq!(store.take_connect_session([3; 32]).await.unwrap(), Some(session.clone()));
        assert_eq!(store.take_connect_session([3; 32]).await.unwrap(), None);
        store.put_connect_session(&session).await.unwrap();

        world.advance(SignedDuration::from_mins(10));
        assert_eq!(store.connect_session([3; 32]).await.unwrap(), None);
        assert!(store.take_oauth_state([1; 32]).await.unwrap().is_none());
        store.put_oauth_state(&state(&world, tenant)).await.unwrap();
        world.advance(SignedDuration::from_mins(10));
        assert_eq!(store.prune_oauth_states().await.unwrap(), 2);
        assert_eq!(store.prune_oauth_states().await.unwrap(), 0);
    }
    async fn a_refusal_of_the_database_is_no_trouble_that_passes(world) {
        // The code of a missing privilege, which PostgreSQL states as a number.
        let refuse = match world.database.kind {
            DatabaseKind::Sqlite => {
                "CREATE TRIGGER refuse BEFORE INSERT ON tenants BEGIN SELECT RAISE(ABORT, 'no'); END"
            }
            DatabaseKind::Postgres => {
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                     $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '42501'; END $$;
                 CREATE TRIGGER refuse BEFORE INSERT ON tenants FOR EACH ROW EXECUTE FUNCTION refuse()"
            }
        };
        world.database.tamper(refuse).await;
        let error = world.store.create_tenant("a").await.unwrap_err();
        assert!(matches!(error, StoreError::Database(_)) && !error.is_transient(), "{error:?}");
    }
}
