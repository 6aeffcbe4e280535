//! Access tokens: one refresh at a time, and who is asked when there is none.

use jiff::SignedDuration;
use kalends_core::time::ConnectionId;
use kalends_egress::{AccountKey, TokenError, TokenSource};
use kalends_engine::{
    changes,
    connections::{self, State},
    tokens::Tokens,
};
use kalends_simulator::{Fault, Trouble};
use kalends_store::RefreshLease;
use kalends_testkit::{Database, DatabaseKind, both};
use secrecy::{ExposeSecret, SecretString};

use crate::harness::Simulated;

async fn token(tokens: &Tokens, id: ConnectionId) -> Result<SecretString, TokenError> {
    tokens.token(AccountKey(id.0), None).await
}

async fn state(world: &Simulated, id: ConnectionId) -> State {
    connections::get(&world.engine, world.tenant, id)
        .await
        .unwrap()
        .state
}

fn trouble(route: &str, times: u32, trouble: Trouble) -> Fault {
    Fault {
        times: Some(times),
        ..Fault::new(route, trouble)
    }
}

/// Connected, with an access token that has expired.
async fn expired(database: Database) -> (Simulated, ConnectionId) {
    let world = Simulated::new(database).await;
    let id = world.connect("ada@example.com").await.connection;
    world.clock.advance(SignedDuration::from_hours(2));
    world.simulator.control().clear_calls();
    (world, id)
}

both! {
    async fn a_good_token_is_used_until_shortly_before_its_end(database) {
        let world = Simulated::new(database).await;
        let id = world.connect("ada@example.com").await.connection;
        world.simulator.control().clear_calls();
        let first = token(&world.tokens, id).await.unwrap();
        world.clock.advance(SignedDuration::from_mins(55));
        assert_eq!(
            token(&world.tokens, id).await.unwrap().expose_secret(),
            first.expose_secret()
        );
        assert_eq!(world.calls("/token"), 0);
        world.clock.advance(SignedDuration::from_mins(4));
        assert_ne!(
            token(&world.tokens, id).await.unwrap().expose_secret(),
            first.expose_secret()
        );
        assert_eq!(world.calls("/token"), 1);
    }

    async fn a_hundred_callers_and_two_processes_refresh_once(database) {
        let (world, id) = expired(database).await;
        // Another process knows only the rows.
        let second = world.another_process();
        let callers = (0..100).map(|caller| {
            let tokens = if caller % 2 == 0 {
                world.tokens.clone()
            } else {
                second.clone()
            };
            tokio::spawn(async move { token(&tokens, id).await.unwrap().expose_secret().to_owned() })
        });
        let mut seen: Vec<String> = futures::future::try_join_all(callers).await.unwrap();
        seen.dedup();
        assert_eq!(seen.len(), 1);
        assert_eq!(world.calls("/token"), 1);
    }

    async fn a_refused_token_is_replaced(database) {
        let world = Simulated::new(database).await;
        let id = world.connect("ada@example.com").await.connection;
        let first = token(&world.tokens, id).await.unwrap();
        let second = world.tokens.token(AccountKey(id.0), Some(&first)).await.unwrap();
        assert_ne!(first.expose_secret(), second.expose_secret());
        let again = world.tokens.token(AccountKey(id.0), Some(&first)).await.unwrap();
        assert_eq!(
            again.expose_secret(),
            second.expose_secret(),
            "whoever was refused late takes the new one"
        );
    }

    async fn a_caller_who_leaves_does_not_cut_off_a_refresh(database) {
        let (world, id) = expired(database).await;
        world
            .simulator
            .control()
            .add_fault(trouble("/token", 1, Trouble::Delay { milliseconds: 100 }))
            .unwrap();
        {
            let waiting = token(&world.tokens, id);
            tokio::pin!(waiting);
            let left = tokio::time::timeout(std::time::Duration::from_millis(20), &mut waiting).await;
            assert!(left.is_err());
        }
        token(&world.tokens, id).await.unwrap();
        assert_eq!(world.calls("/token"), 1);
    }

    async fn a_token_that_cannot_be_stored_for_longer_than_its_lease_is_not_lost(database) {
        // A SQLite file is served by one process.
        if database.kind == DatabaseKind::Sqlite {
            return;
        }
        let (world, id) = expired(database.clone()).await;
        // No disk space: the provider's answer cannot be stored.
        let no_room = "CREATE OR REPLACE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '53100'; END $$;
            CREATE TRIGGER no_room BEFORE UPDATE OF access_token ON connections FOR EACH ROW EXECUTE FUNCTION no_room()";
        database.tamper(no_room).await;
        let (ours, theirs) = (world.tokens.clone(), world.another_process());
        let holder = tokio::spawn(async move { token(&ours, id).await.unwrap() });
        while world.calls("/token") == 0 {
            assert!(!holder.is_finished());
            tokio::task::yield_now().await;
        }
        // Everybody sees that the lease has run out.
        world.clock.advance(SignedDuration::from_mins(5));
        let mut other = tokio::spawn(async move { token(&theirs, id).await.unwrap() });
        let looked = tokio::time::timeout(std::time::Duration::from_millis(700), &mut other).await;
        assert!(looked.is_err(), "it waits for the holder");
        database.tamper("DROP TRIGGER no_room ON connections").await;
        assert_eq!(holder.await.unwrap().expose_secret(), other.await.unwrap().expose_secret());
        assert_eq!(world.calls("/token"), 1, "the old refresh token is not used again");
    }

    async fn a_lease_of_the_dead_is_taken_over(database) {
        let (world, id) = expired(database).await;
        let lease = std::time::Duration::from_secs(45);
        let dead = world.store.lease_refresh(world.tenant, id, lease, None).await.unwrap();
        assert!(matches!(dead, RefreshLease::Won(_)));
        world.clock.advance(SignedDuration::from_mins(1));
        token(&world.tokens, id).await.unwrap();
        assert_eq!(world.calls("/token"), 1);
    }

    async fn a_dead_grant_asks_the_person_once(database) {
        let (world, id) = expired(database).await;
        let secrets = world.store.connection_secrets(world.tenant, id).await.unwrap();
        world.revoke_at_provider(&secrets.refresh_token.unwrap()).await;
        world.simulator.control().clear_calls();
        for _ in 0..3 {
            assert!(matches!(token(&world.tokens, id).await, Err(TokenError::Reauth)));
        }
        assert_eq!(world.calls("/token"), 1, "a dead grant is not tried again");
        let State::ReauthRequired { reason, revoked_at } = state(&world, id).await else {
            panic!("it is dead")
        };
        assert_eq!(reason, "invalid_grant");
        assert!(revoked_at.is_some());
        let feed = changes::list(&world.engine, world.tenant, 0, 200)
            .await
            .unwrap()
            .changes;
        assert_eq!(
            feed.iter()
                .filter(|change| change.kind == "connection.reauth_required")
                .count(),
            1
        );

        // A new consent brings it back, with its calendars.
        world.drain().await;
        let back = world.connect("ada@example.com").await;
        assert_eq!(back.connection, id);
        assert_eq!(state(&world, id).await, State::Active);
        token(&world.tokens, id).await.unwrap();
    }

    async fn trouble_at_the_provider_asks_nobody(database) {
        let (world, id) = expired(database).await;
        let down = Trouble::Status {
            status: 503,
            reason: None,
            retry_after_seconds: None,
        };
        world
            .simulator
            .control()
            .add_fault(trouble("/token", 2, down))
            .unwrap();
        assert!(matches!(
            token(&world.tokens, id).await,
            Err(TokenError::Unavailable(_))
        ));
        assert_eq!(state(&world, id).await, State::Active);
        world.simulator.control().clear_faults();
        token(&world.tokens, id).await.unwrap();
    }

    async fn suspended_refreshes_postpone_and_are_no_attempt(database) {
        let (world, id) = expired(database).await;
        let down = Trouble::Status {
            status: 503,
            reason: None,
            retry_after_seconds: None,
        };
        world
            .simulator
            .control()
            .add_fault(trouble("/token", 100, down))
            .unwrap();
        let mut outcome = token(&world.tokens, id).await;
        for _ in 0..4 {
            outcome = token(&world.tokens, id).await;
        }
        let Err(TokenError::Suspended { retry_at }) = outcome else {
            panic!("five refreshes failed twice each and the next is not suspended: {outcome:?}");
        };
        assert!(retry_at > world.engine.ambient().now());
        assert_eq!(state(&world, id).await, State::Active);
    }

    async fn a_refused_client_is_the_operators_and_asks_nobody(database) {
        let world = Simulated::new(database).await;
        let id = world.connect("ada@example.com").await.connection;
        world.clock.advance(SignedDuration::from_hours(2));
        let wrong = world.with_wrong_secret();
        assert!(matches!(
            token(&wrong, id).await,
            Err(TokenError::ClientRefused(_))
        ));
        assert_eq!(state(&world, id).await, State::Active);
        token(&world.tokens, id).await.unwrap();
    }
}
