//! Connecting, refreshing, disconnecting.

use std::time::Duration;

use jiff::SignedDuration;
use kalends_core::{
    provider::{Feature, ProviderKind},
    time::{ConnectionId, Zone},
};
use kalends_store::{
    AccessToken, CalendarFilter, ConnectCommit, ConnectionFilter, ConnectionSecrets, ConnectionState,
    Discovery, Effects, NewTokens, RefreshLease, StateChange, StoreError,
};
use secrecy::ExposeSecret;

use crate::harness::{World, both, change, connect, user};

const LEASE: Duration = Duration::from_secs(30);

fn tokens(world: &World, access: &str, refresh: Option<&str>) -> NewTokens {
    NewTokens {
        access_token: AccessToken {
            token: access.into(),
            expires_at: world.now() + SignedDuration::from_hours(1),
        },
        refresh_token: refresh.map(Into::into),
        scopes: None,
    }
}

both! {
    async fn the_same_account_is_taken_up_again_and_another_becomes_a_second(world) {
        let store = &world.store;
        let (tenant, id, calendar) = world.synced_user("a").await;
        store.deselect_calendar(tenant, calendar, Effects::none()).await.unwrap();
        store.set_write_target(tenant, calendar, Effects::none()).await.unwrap();
        store.disconnect(tenant, id, Effects::none()).await.unwrap();

        let known = store
            .connection_to_account(tenant, &user("ada"), ProviderKind::Google, "ada@example.com")
            .await
            .unwrap()
            .unwrap();
        assert_eq!((known.id, known.state), (id, ConnectionState::Disconnected));
        let commit = ConnectCommit {
            calendars: vec![world.found("primary", true)],
            effects: Effects::none().change(change("connection.created")),
            ..connect(id, "ada", "ada@example.com")
        };
        store.commit_connect(tenant, commit).await.unwrap();
        let again = store.connection(tenant, id).await.unwrap();
        assert_eq!(again.state, ConnectionState::Active);
        assert_eq!(again.scopes, ["openid", "calendar.readonly"]);
        let kept = store.calendar(tenant, calendar).await.unwrap();
        assert_eq!((kept.id, kept.selected, kept.write_target), (calendar, false, true));

        // Another id for the same account is a race that was lost: nothing is written.
        let stranger = ConnectCommit {
            effects: Effects::none().change(change("connection.created")),
            ..connect(ConnectionId::new(&world.ambient), "ada", "ada@example.com")
        };
        let lost = store.commit_connect(tenant, stranger).await;
        assert!(matches!(lost, Err(StoreError::Conflict { what: "connection" })));
        assert_eq!(store.changes(tenant, 0, 10).await.unwrap().last_seq, 1);

        world.connection(tenant, "ada", "second@example.com").await;
        let filter = ConnectionFilter { user: Some(&user("ada")), after: None, limit: 10 };
        assert_eq!(store.connections(tenant, filter).await.unwrap().len(), 2);
        let after = ConnectionFilter { after: Some(id), ..filter };
        let rest = store.connections(tenant, after).await.unwrap();
        assert!(rest.iter().all(|connection| connection.id > id));
    }

    async fn an_absent_refresh_token_keeps_the_stored_one(world) {
        let store = &world.store;
        let (tenant, id, _) = world.synced_user("a").await;
        let commit = ConnectCommit { secrets: ConnectionSecrets::default(), ..connect(id, "ada", "ada@example.com") };
        store.commit_connect(tenant, commit).await.unwrap();
        let secrets = store.connection_secrets(tenant, id).await.unwrap();
        assert_eq!(secrets.refresh_token.unwrap().expose_secret(), "refresh-1");
    }

    async fn one_process_refreshes_at_a_time(world) {
        let (tenant, id, _) = world.synced_user("a").await;
        let asks = (0..8).map(|_| {
            let store = world.store.clone();
            tokio::spawn(async move { store.lease_refresh(tenant, id, LEASE, None).await.unwrap() })
        });
        let mut won = Vec::new();
        for lease in futures::future::join_all(asks).await {
            match lease.unwrap() {
                RefreshLease::Won(grant) => won.push(grant),
                RefreshLease::Held { until } => assert_eq!(until, world.now() + SignedDuration::from_secs(30)),
                RefreshLease::Abandoned { .. } => panic!("its holder has just got it"),
            }
        }
        assert_eq!(won.len(), 1);
        assert_eq!(won[0].secrets.refresh_token.as_ref().unwrap().expose_secret(), "refresh-1");

        let store = &world.store;
        store.store_tokens(tenant, id, won[0].fence, tokens(&world, "access-2", Some("refresh-2"))).await.unwrap();
        let RefreshLease::Won(next) = store.lease_refresh(tenant, id, LEASE, None).await.unwrap() else {
            panic!("the lease ended with the tokens");
        };
        assert_eq!(next.secrets.refresh_token.unwrap().expose_secret(), "refresh-2");
        let access = next.secrets.access_token.unwrap();
        assert_eq!(access.token.expose_secret(), "access-2");
        assert_eq!(access.expires_at, world.now() + SignedDuration::from_hours(1));
        store.release_refresh(tenant, id, next.fence).await.unwrap();
        assert!(matches!(store.lease_refresh(tenant, id, LEASE, None).await.unwrap(), RefreshLease::Won(_)));
    }

    async fn a_refresh_that_lost_its_lease_writes_nothing(world) {
        let store = &world.store;
        let (tenant, id, _) = world.synced_user("a").await;
        let RefreshLease::Won(slow) = store.lease_refresh(tenant, id, LEASE, None).await.unwrap() else { panic!() };
        world.advance(SignedDuration::from_secs(30));
        let again = store.lease_refresh(tenant, id, LEASE, Some(slow.fence)).await.unwrap();
        let RefreshLease::Won(fast) = again else { panic!() };
        store.store_tokens(tenant, id, fast.fence, tokens(&world, "fast", Some("fast-refresh"))).await.unwrap();
        let late = store.store_tokens(tenant, id, slow.fence, tokens(&world, "slow", Some("slow-refresh"))).await;
        assert!(matches!(late, Err(StoreError::Fenced { .. })));

        let RefreshLease::Won(old) = store.lease_refresh(tenant, id, LEASE, None).await.unwrap() else { panic!() };
        store.commit_connect(tenant, connect(id, "ada", "ada@example.com")).await.unwrap();
        let late = store.store_tokens(tenant, id, old.fence, tokens(&world, "old", Some("old-refresh"))).await;
        assert!(matches!(late, Err(StoreError::Fenced { .. })));
        let secrets = store.connection_secrets(tenant, id).await.unwrap();
        assert_eq!(secrets.refresh_token.unwrap().expose_secret(), "refresh-1");
        assert!(secrets.access_token.is_none());
    }

    async fn who_holds_a_lease_that_ran_out_may_store_until_another_takes_it_over(world) {
        let store = &world.store;
        let (tenant, id, _) = world.synced_user("a").await;
        let ask = |abandoned| store.lease_refresh(tenant, id, LEASE, abandoned);
        let RefreshLease::Won(slow) = ask(None).await.unwrap() else { panic!() };
        world.advance(SignedDuration::from_secs(30));
        for number in [None, Some(slow.fence - 1)] {
            let RefreshLease::Abandoned { fence } = ask(number).await.unwrap() else { panic!() };
            assert_eq!(fence, slow.fence);
        }
        store.store_tokens(tenant, id, slow.fence, tokens(&world, "late", Some("rotated"))).await.unwrap();
        let RefreshLease::Won(next) = ask(None).await.unwrap() else { panic!("the lease has ended") };
        assert_eq!(next.secrets.refresh_token.unwrap().expose_secret(), "rotated");

        world.advance(SignedDuration::from_secs(30));
        let RefreshLease::Won(taken) = ask(Some(next.fence)).await.unwrap() else { panic!("nobody is heard of") };
        let late = store.store_tokens(tenant, id, next.fence, tokens(&world, "later", None)).await;
        assert!(matches!(late, Err(StoreError::Fenced { .. })));
        store.store_tokens(tenant, id, taken.fence, tokens(&world, "taken", None)).await.unwrap();
    }

    async fn a_change_of_state_is_told_once(world) {
        let store = &world.store;
        let (tenant, id, _) = world.synced_user("a").await;
        let revoked = || StateChange {
            from: ConnectionState::Active,
            fence: None,
            to: ConnectionState::ReauthRequired,
            reason: Some("invalid_grant".to_owned()),
            revoked_at: Some(world.now()),
            effects: Effects::none().change(change("connection.reauth_required")),
        };
        assert!(store.change_connection_state(tenant, id, revoked()).await.unwrap());
        assert!(!store.change_connection_state(tenant, id, revoked()).await.unwrap());
        assert_eq!(store.changes(tenant, 0, 10).await.unwrap().last_seq, 1);
        let now = store.connection(tenant, id).await.unwrap();
        assert_eq!((now.state, now.reason.as_deref()), (ConnectionState::ReauthRequired, Some("invalid_grant")));
        assert_eq!(now.revoked_at, Some(world.now()));
    }

    async fn a_dead_grant_says_nothing_of_the_one_that_followed_it(world) {
        let store = &world.store;
        let (tenant, id, _) = world.synced_user("a").await;
        let RefreshLease::Won(old) = store.lease_refresh(tenant, id, LEASE, None).await.unwrap() else { panic!() };
        let dead = || StateChange {
            from: ConnectionState::Active,
            fence: Some(old.fence),
            to: ConnectionState::ReauthRequired,
            reason: Some("invalid_grant".to_owned()),
            revoked_at: Some(world.now()),
            effects: Effects::none(),
        };
        store.commit_connect(tenant, connect(id, "ada", "ada@example.com")).await.unwrap();
        assert!(!store.change_connection_state(tenant, id, dead()).await.unwrap());
        assert_eq!(store.connection(tenant, id).await.unwrap().state, ConnectionState::Active);
        let RefreshLease::Won(new) = store.lease_refresh(tenant, id, LEASE, None).await.unwrap() else { panic!() };
        let dead = StateChange { fence: Some(new.fence), ..dead() };
        assert!(store.change_connection_state(tenant, id, dead).await.unwrap());
    }

    async fn a_refused_feature_is_told_once_until_a_new_consent(world) {
        let store = &world.store;
        let (tenant, id, _) = world.synced_user("a").await;
        let before = store.connection(tenant, id).await.unwrap();
        let feature = Feature::CalendarRead;
        let news = || Effects::none().change(change("connection.updated"));
        assert!(store.refuse_feature(&before, feature, news()).await.unwrap());
        let noted = store.connection(tenant, id).await.unwrap();
        assert_eq!(noted.refused, [feature]);
        for seen in [&before, &noted] {
            assert!(!store.refuse_feature(seen, feature, news()).await.unwrap(), "it is known");
        }

        store.commit_connect(tenant, connect(id, "ada", "ada@example.com")).await.unwrap();
        let anew = store.connection(tenant, id).await.unwrap();
        assert!(anew.refused.is_empty() && anew.fence > noted.fence);
        assert!(!store.refuse_feature(&before, feature, news()).await.unwrap(), "it was about the old grant");
        assert!(store.connection(tenant, id).await.unwrap().refused.is_empty());
        assert_eq!(store.changes(tenant, 0, 10).await.unwrap().last_seq, 1);
    }

    async fn a_connection_is_unlisted_until_it_has_a_calendar(world) {
        let store = &world.store;
        let tenant = world.tenant("a").await;
        store.ensure_user(tenant, &user("ada"), &Zone::UTC).await.unwrap();
        let id = ConnectionId::new(&world.ambient);
        store.commit_connect(tenant, connect(id, "ada", "ada@example.com")).await.unwrap();
        let unlisted = async || {
            let users = [user("ada"), user("bob")];
            let found = store.connections_without_calendars(tenant, &users).await.unwrap();
            found.into_iter().map(|connection| connection.id).collect::<Vec<_>>()
        };
        assert_eq!(unlisted().await, [id]);
        let discovery = Discovery { found: vec![world.found("x", true)], lost: vec![], effects: Effects::none() };
        store.commit_discovery(tenant, id, discovery).await.unwrap();
        assert_eq!(unlisted().await, []);
        let second = ConnectionId::new(&world.ambient);
        store.commit_connect(tenant, connect(second, "ada", "ada@home.example")).await.unwrap();
        assert_eq!(unlisted().await, [second]);
        store.disconnect(tenant, second, Effects::none()).await.unwrap();
        assert_eq!(unlisted().await, []);
    }

    async fn disconnecting_forgets_secrets_and_happens_once(world) {
        let store = &world.store;
        let (tenant, id, _) = world.synced_user("a").await;
        assert!(store.is_account_in_use(ProviderKind::Google, "client-1", "ada@example.com").await.unwrap());
        assert!(!store.is_account_in_use(ProviderKind::Google, "client-2", "ada@example.com").await.unwrap());
        let told = || Effects::none().change(change("connection.disconnected"));
        assert!(store.disconnect(tenant, id, told()).await.unwrap());
        assert!(!store.disconnect(tenant, id, told()).await.unwrap());
        assert_eq!(store.changes(tenant, 0, 10).await.unwrap().last_seq, 1);
        assert!(!store.is_account_in_use(ProviderKind::Google, "client-1", "ada@example.com").await.unwrap());
        let secrets = store.connection_secrets(tenant, id).await.unwrap();
        assert!(secrets.refresh_token.is_none());
        let lease = store.lease_refresh(tenant, id, LEASE, None).await;
        assert!(matches!(lease, Err(StoreError::NotFound { .. })));
        assert_eq!(store.calendars_to_sync(None, 10).await.unwrap(), []);
        let unknown = store.disconnect(tenant, ConnectionId::new(&world.ambient), told()).await;
        assert!(matches!(unknown, Err(StoreError::NotFound { .. })));
    }

    async fn discovery_keeps_choices_and_marks_what_is_lost(world) {
        let store = &world.store;
        let (tenant, connection, calendar) = world.synced_user("a").await;
        store.set_write_target(tenant, calendar, Effects::none()).await.unwrap();
        let other = world.calendar(tenant, connection, "other").await;
        let mut renamed = world.found("primary", false);
        "renamed".clone_into(&mut renamed.name);
        let discovery = Discovery {
            found: vec![renamed.clone(), world.found("third", true)],
            lost: vec![other],
            effects: Effects::none().change(change("calendar.added")),
        };
        store.commit_discovery(tenant, connection, discovery).await.unwrap();
        let calendars = store.calendars(tenant, CalendarFilter::default()).await.unwrap();
        assert_eq!(calendars.len(), 3);
        let kept = store.calendar(tenant, calendar).await.unwrap();
        assert_eq!((kept.name.as_str(), kept.selected, kept.write_target), ("renamed", true, true));
        assert_eq!(kept.zone.name(), "Europe/Zurich");
        assert_eq!(store.calendar(tenant, other).await.unwrap().lost_at, Some(world.now()));
        assert_eq!(store.calendars_to_sync(None, 10).await.unwrap().len(), 2);

        let back = Discovery { found: vec![world.found("other", true)], lost: vec![], effects: Effects::none() };
        store.commit_discovery(tenant, connection, back).await.unwrap();
        let back = store.calendar(tenant, other).await.unwrap();
        assert_eq!((back.lost_at, back.selected), (None, false));

        store.disconnect(tenant, connection, Effects::none()).await.unwrap();
        let late = Discovery { found: vec![renamed], lost: vec![], effects: Effects::none() };
        let late = store.commit_discovery(tenant, connection, late).await;
        assert!(matches!(late, Err(StoreError::NotFound { .. })));
    }

    async fn a_user_has_one_write_target(world) {
        let store = &world.store;
        let (tenant, connection, calendar) = world.synced_user("a").await;
        let other = world.calendar(tenant, connection, "other").await;
        let mut read_only = world.found("readable", false);
        read_only.capabilities.can_write = false;
        let id = read_only.id;
        let discovery = Discovery { found: vec![read_only], lost: vec![], effects: Effects::none() };
        store.commit_discovery(tenant, connection, discovery).await.unwrap();
        for target in [calendar, other] {
            store.set_write_target(tenant, target, Effects::none()).await.unwrap();
        }
        let refused = store.set_write_target(tenant, id, Effects::none().change(change("x"))).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })));
        let targets = |calendars: Vec<kalends_store::Calendar>| {
            calendars.into_iter().filter(|calendar| calendar.write_target).map(|calendar| calendar.id).collect::<Vec<_>>()
        };
        let all = store.calendars(tenant, CalendarFilter::default()).await.unwrap();
        assert_eq!(targets(all), [other]);
        store.clear_write_target(tenant, other, Effects::none()).await.unwrap();
        let all = store.calendars(tenant, CalendarFilter::default()).await.unwrap();
        assert_eq!(targets(all), []);
        assert_eq!(store.changes(tenant, 0, 10).await.unwrap().last_seq, 0);
    }
}
