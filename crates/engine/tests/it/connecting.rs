//! From consent to a calendar, and back out.

use std::time::Duration;

use jiff::SignedDuration;
use kalends_core::{
    provider::{Feature, ProviderKind},
    time::Interval,
};
use kalends_engine::{
    availability::{self, AvailabilityQuery, Freshness},
    changes,
    connect::{self, Binding, Callback, ConnectError, Connected, FinishError, Finished, Start},
    connections::{self, State, Wait},
    page::Page,
    users,
};
use kalends_testkit::both;
use secrecy::{ExposeSecret, SecretString};

use crate::harness::{Decision, READ, Simulated, while_draining};

const ADA: &str = "ada@example.com";

fn page() -> Page {
    Page {
        limit: 50,
        after: None,
    }
}

async fn news(world: &Simulated) -> Vec<String> {
    let feed = changes::list(&world.engine, world.tenant, 0, 200).await.unwrap();
    feed.changes.into_iter().map(|change| change.kind).collect()
}

async fn all(world: &Simulated) -> Vec<connections::Connection> {
    connections::list(&world.engine, world.tenant, Some(&world.user), page())
        .await
        .unwrap()
        .items
}

/// Whether everything is known of the user's next hour.
async fn is_known(world: &Simulated) -> bool {
    let now = world.engine.ambient().now();
    let query = AvailabilityQuery {
        users: vec![world.user.clone()],
        calendars: Vec::new(),
        window: Interval::new(now, now + SignedDuration::from_hours(1)).unwrap(),
        freshness: Freshness::default(),
    };
    let answer = availability::read(&world.engine, world.tenant, &query)
        .await
        .unwrap();
    answer.users[0].unknown.is_empty()
}

#[track_caller]
fn connected(finished: Finished) -> Connected {
    match finished {
        Finished::Connected(connected) => connected,
        Finished::Again(_) => panic!("sent back to the provider"),
    }
}

both! {
    async fn consent_connects_lists_and_reads(database) {
        let world = Simulated::new(database).await;
        let connected = world.connect(ADA).await;
        assert_eq!((connected.tenant, &connected.user), (world.tenant, &world.user));
        assert!(connected.needs_consent.is_empty());
        assert_eq!(connected.return_to.unwrap().as_str(), "https://app.example/done");
        world.drain().await;
        let connection = &all(&world).await[0];
        assert_eq!(
            (connection.provider, connection.account.as_str()),
            (ProviderKind::Google, ADA)
        );
        assert_eq!(connection.state, State::Active);
        assert_eq!(
            news(&world).await,
            ["connection.created", "calendar.added", "calendar.synced"]
        );
    }

    async fn a_state_is_good_once_for_ten_minutes_and_in_its_own_browser(database) {
        let world = Simulated::new(database).await;
        let refused = async |callback: Callback| world.finish(callback).await.unwrap_err();

        let started = world.start(&[Feature::CalendarRead]).await;
        let callback = world.consent(&started, (ADA, READ), Decision::Allow).await;
        let other = Callback {
            nonce: Some(SecretString::from("another")),
            ..callback.clone()
        };
        let error = refused(other).await;
        assert!(matches!(error.error, FinishError::OtherBrowser));
        assert!(error.return_to.is_some());
        assert!(
            matches!(refused(callback).await.error, FinishError::UnknownState),
            "it is used up"
        );

        let started = world.start(&[Feature::CalendarRead]).await;
        let callback = world.consent(&started, (ADA, READ), Decision::Allow).await;
        let without = Callback {
            nonce: None,
            ..callback
        };
        assert!(matches!(refused(without).await.error, FinishError::OtherBrowser));

        let started = world.start(&[Feature::CalendarRead]).await;
        let callback = world.consent(&started, (ADA, READ), Decision::Allow).await;
        world.clock.advance(SignedDuration::from_mins(11));
        assert!(matches!(refused(callback).await.error, FinishError::UnknownState));

        let forged = Callback {
            provider: ProviderKind::Google,
            state: Some(SecretString::from("forged")),
            code: Some(SecretString::from("code")),
            error: None,
            nonce: None,
        };
        assert!(matches!(
            refused(forged.clone()).await.error,
            FinishError::UnknownState
        ));
        assert!(matches!(
            refused(Callback {
                state: None,
                ..forged
            })
            .await
            .error,
            FinishError::UnknownState
        ));
        assert!(all(&world).await.is_empty());
    }

    async fn a_person_may_decline_and_codes_cannot_be_made_up(database) {
        let world = Simulated::new(database).await;
        let started = world.start(&[Feature::CalendarRead]).await;
        let callback = world.consent(&started, (ADA, READ), Decision::Deny).await;
        let error = world.finish(callback).await.unwrap_err();
        assert!(matches!(error.error, FinishError::Declined));

        let started = world.start(&[Feature::CalendarRead]).await;
        let callback = world.consent(&started, (ADA, READ), Decision::Allow).await;
        let made_up = Callback {
            code: Some(SecretString::from("4/made-up")),
            ..callback
        };
        assert!(matches!(
            world.finish(made_up).await.unwrap_err().error,
            FinishError::Exchange(_)
        ));
        assert!(all(&world).await.is_empty());
    }

    async fn what_was_not_ticked_needs_consent_and_nothing_else_stops(database) {
        let world = Simulated::new(database).await;
        let started = world
            .start(&[Feature::CalendarRead, Feature::CalendarWrite])
            .await;
        let callback = world.consent(&started, (ADA, READ), Decision::Allow).await;
        let first = connected(world.finish(callback).await.unwrap());
        assert_eq!(first.needs_consent, [Feature::CalendarWrite]);
        world.drain().await;
        assert_eq!(all(&world).await[0].needs_consent, [Feature::CalendarWrite]);

        // The same account again: no new refresh token comes, the stored one goes on.
        let started = world.start(&[Feature::CalendarWrite]).await;
        let ticks = [READ, &["calendar.events"]].concat();
        let callback = world.consent(&started, (ADA, &ticks), Decision::Allow).await;
        let second = connected(world.finish(callback).await.unwrap());
        assert_eq!(second.connection, first.connection);
        assert!(second.needs_consent.is_empty());
        assert_eq!(all(&world).await.len(), 1);
    }

    async fn a_calendar_that_may_no_longer_be_read_is_not_taken_for_free(database) {
        let world = Simulated::new(database).await;
        let id = world.connect(ADA).await.connection;
        world.drain().await;
        assert!(is_known(&world).await);

        let secrets = world.store.connection_secrets(world.tenant, id).await.unwrap();
        world.revoke_at_provider(&secrets.refresh_token.unwrap()).await;
        let started = world.start(&[Feature::CalendarRead, Feature::CalendarWrite]).await;
        let callback = world.consent(&started, (ADA, &["calendar.events"]), Decision::Allow).await;
        let back = connected(world.finish(callback).await.unwrap());
        assert_eq!((back.connection, back.needs_consent), (id, vec![Feature::CalendarRead]));
        for _ in 0..3 {
            world.clock.advance(SignedDuration::from_hours(1));
            world.runner.sweep().await.unwrap();
            world.drain().await;
        }
        assert!(!is_known(&world).await);
        let told = news(&world).await;
        let failures = told.iter().filter(|kind| *kind == "calendar.sync_failed").count();
        assert_eq!(failures, 2, "once that it fails, once that it is overdue");
        let wait = Wait::UpTo(Duration::from_secs(10));
        let answer = connections::sync(&world.engine, world.tenant, id, wait);
        let answer = while_draining(&world.runner, answer).await.unwrap();
        assert!(answer.is_complete(), "whoever waits is told");

        let started = world.start(&[Feature::CalendarRead]).await;
        let callback = world.consent(&started, (ADA, READ), Decision::Allow).await;
        connected(world.finish(callback).await.unwrap());
        world.drain().await;
        assert!(is_known(&world).await);
    }

    async fn a_sync_of_everything_leaves_out_what_is_no_longer_connected(database) {
        let world = Simulated::new(database).await;
        let first = world.connect(ADA).await.connection;
        let second = world.connect("ada@work.example").await.connection;
        world.drain().await;
        let sync = async || {
            let answer = connections::sync_user(&world.engine, world.tenant, &world.user, Wait::No);
            answer.await.unwrap().calendars.len()
        };
        assert_eq!(sync().await, 2);
        connections::disconnect(&world.engine, world.tenant, first).await.unwrap();
        assert_eq!(sync().await, 1);
        connections::disconnect(&world.engine, world.tenant, second).await.unwrap();
        assert_eq!(sync().await, 0);
    }

    async fn an_account_that_was_never_opened_for_reading_leaves_its_user_free(database) {
        let world = Simulated::new(database).await;
        let started = world.start(&[Feature::CalendarRead, Feature::CalendarWrite]).await;
        let callback = world.consent(&started, (ADA, &["calendar.events"]), Decision::Allow).await;
        connected(world.finish(callback).await.unwrap());
        world.drain().await;
        assert!(is_known(&world).await);
    }

    async fn without_any_refresh_token_the_person_is_sent_to_consent_again(database) {
        let world = Simulated::new(database).await;
        let first = world.connect(ADA).await;
        // Another user of the same account: Google gives its refresh token at the first consent only.
        let other = world.for_user("grace");
        let started = other.start(&[Feature::CalendarRead]).await;
        let callback = other.consent(&started, (ADA, READ), Decision::Allow).await;
        let Finished::Again(again) = other.finish(callback).await.unwrap() else {
            panic!("no refresh token came")
        };
        assert!(again.authorize_url.query().unwrap().contains("prompt=consent"));
        let callback = other.consent(&again, (ADA, READ), Decision::Allow).await;
        let second = connected(other.finish(callback).await.unwrap());
        assert_ne!(second.connection, first.connection);
        assert_eq!(second.user.as_str(), "grace");
    }

    async fn another_account_is_a_second_connection(database) {
        let world = Simulated::new(database).await;
        let first = world.connect(ADA).await;
        let second = world.connect("ada@work.example").await;
        assert_ne!(first.connection, second.connection);
        assert_eq!(all(&world).await.len(), 2);
    }

    async fn disconnecting_deletes_at_once_revokes_later_and_reconnecting_adopts(database) {
        let world = Simulated::new(database).await;
        let first = world.connect(ADA).await;
        world.drain().await;
        let calendar = world
            .store
            .calendars(world.tenant, kalends_store::CalendarFilter::default())
            .await
            .unwrap()
            .remove(0);

        connections::disconnect(&world.engine, world.tenant, first.connection)
            .await
            .unwrap();
        connections::disconnect(&world.engine, world.tenant, first.connection)
            .await
            .unwrap();
        assert_eq!(all(&world).await[0].state, State::Disconnected);
        let secrets = world
            .store
            .connection_secrets(world.tenant, first.connection)
            .await
            .unwrap();
        assert!(secrets.refresh_token.is_none() && secrets.access_token.is_none());
        let cleared = world.store.calendar(world.tenant, calendar.id).await.unwrap();
        assert!(cleared.sync.as_of.is_none() && cleared.selected);
        assert_eq!(world.calls("/revoke"), 0);
        world.drain().await;
        assert_eq!(world.calls("/revoke"), 1);

        let again = world.connect(ADA).await;
        world.drain().await;
        assert_eq!(again.connection, first.connection);
        let adopted = world.store.calendar(world.tenant, calendar.id).await.unwrap();
        assert!(adopted.sync.as_of.is_some(), "its calendars are read again");
        assert_eq!(
            news(&world)
                .await
                .iter()
                .filter(|kind| kind.starts_with("connection"))
                .collect::<Vec<_>>(),
            [
                "connection.created",
                "connection.disconnected",
                "connection.created"
            ]
        );
    }

    async fn a_grant_that_another_connection_lives_by_is_not_revoked(database) {
        let world = Simulated::new(database).await;
        let first = world.connect(ADA).await;
        let other = world.for_user("grace");
        let started = other.start(&[Feature::CalendarRead]).await;
        let callback = other.consent(&started, (ADA, READ), Decision::Allow).await;
        let Finished::Again(again) = other.finish(callback).await.unwrap() else {
            panic!("no refresh token came")
        };
        let callback = other.consent(&again, (ADA, READ), Decision::Allow).await;
        connected(other.finish(callback).await.unwrap());

        connections::disconnect(&other.engine, other.tenant, first.connection)
            .await
            .unwrap();
        other.drain().await;
        assert_eq!(other.calls("/revoke"), 0);
        users::delete(&other.engine, other.tenant, &other.user)
            .await
            .unwrap();
        other.drain().await;
        assert_eq!(
            other.calls("/revoke"),
            1,
            "the last one ends it, though its rows are gone"
        );
    }

    async fn a_provider_that_is_down_does_not_keep_a_person_connected(database) {
        let world = Simulated::new(database).await;
        let connected = world.connect(ADA).await;
        world.drain().await;
        let fault = kalends_simulator::Fault {
            times: Some(2),
            ..kalends_simulator::Fault::new("/revoke", kalends_simulator::Trouble::Reset)
        };
        world.simulator.control().add_fault(fault).unwrap();
        connections::disconnect(&world.engine, world.tenant, connected.connection)
            .await
            .unwrap();
        world.drain().await;
        world.clock.advance(SignedDuration::from_secs(30));
        world.drain().await;
        let revoked = world.simulator.control().calls_after(0);
        assert!(
            revoked
                .iter()
                .any(|call| call.path == "/revoke" && call.status == Some(200))
        );
    }

    async fn a_revocation_whose_worker_is_lost_runs_again_and_twice_does_no_harm(database) {
        let world = Simulated::new(database).await;
        let connected = world.connect(ADA).await;
        world.drain().await;
        connections::disconnect(&world.engine, world.tenant, connected.connection)
            .await
            .unwrap();
        let claim = kalends_store::Claim {
            owner: "lost",
            lanes: &kalends_store::TaskLane::ALL,
            batch: 10,
            lease: std::time::Duration::from_secs(30),
        };
        let claimed = world.store.claim_tasks(claim).await.unwrap();
        let lost = claimed.iter().find(|task| task.kind == "revoke").unwrap();
        // The worker was lost after the provider had done it, before that was recorded.
        let token = world.store.task_secret(lost).await.unwrap().unwrap();
        world.revoke_at_provider(&token).await;
        assert_eq!(world.drain().await, 0, "the lost worker's claim still holds");
        world.clock.advance(SignedDuration::from_secs(31));
        assert_eq!(world.drain().await, claimed.len());
        assert_eq!(world.calls("/revoke"), 2);
        let late = world.store.complete_task(lost.lease).await.unwrap_err();
        assert!(matches!(late, kalends_store::StoreError::Fenced { .. }));
        world.clock.advance(SignedDuration::from_hours(2));
        world.drain().await;
        assert_eq!(world.calls("/revoke"), 2, "a grant that had ended already is no failure");
        assert_eq!(all(&world).await[0].state, State::Disconnected);
    }

    async fn wrong_wishes_are_said_before_anybody_is_sent_away(database) {
        let world = Simulated::new(database).await;
        let wish = Start {
            user: world.user.clone(),
            provider: ProviderKind::Google,
            features: vec![Feature::CalendarRead],
            return_to: None,
            login_hint: None,
            binding: Binding::StateOnly,
        };
        let start = async |start: Start| connect::start(&world.engine, world.tenant, start).await;
        assert!(start(wish.clone()).await.unwrap().nonce.is_none());
        let error = start(Start {
            features: Vec::new(),
            ..wish.clone()
        })
        .await
        .unwrap_err();
        assert!(matches!(error, ConnectError::NoFeature));
        let error = start(Start {
            provider: ProviderKind::Microsoft,
            ..wish.clone()
        })
        .await
        .unwrap_err();
        assert!(matches!(error, ConnectError::ProviderNotConfigured { .. }));
        let error = start(Start {
            provider: ProviderKind::Ics,
            ..wish.clone()
        })
        .await
        .unwrap_err();
        assert!(matches!(error, ConnectError::NotOAuth { .. }));
        let return_to = Some("https://evil.example/".to_owned());
        let error = start(Start { return_to, ..wish }).await.unwrap_err();
        assert!(error.to_string().contains("https://evil.example"), "{error}");
    }

    async fn a_ticket_shows_a_page_many_times_and_connects_once(database) {
        let world = Simulated::new(database).await;
        let new = connect::NewSession {
            user: world.user.clone(),
            provider: None,
            features: Vec::new(),
            return_to: None,
            login_hint: None,
        };
        let opened = connect::open_session(&world.engine, world.tenant, new)
            .await
            .unwrap();
        for _ in 0..2 {
            let session = connect::session(&world.engine, &opened.ticket)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(
                (session.tenant, session.features.as_slice()),
                (world.tenant, &[Feature::CalendarRead][..])
            );
        }
        assert!(
            connect::use_session(&world.engine, &opened.ticket)
                .await
                .unwrap()
                .is_some()
        );
        assert!(
            connect::use_session(&world.engine, &opened.ticket)
                .await
                .unwrap()
                .is_none()
        );
        let other = SecretString::from(format!("{}x", opened.ticket.expose_secret()));
        assert!(connect::session(&world.engine, &other).await.unwrap().is_none());
    }
}
