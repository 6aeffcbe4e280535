//! A scope that the provider granted and refuses all the same: its feature needs consent, and nothing else stops.

use jiff::SignedDuration;
use kalends_core::provider::{Feature, ProviderKind};
use kalends_egress::{AccountKey, TokenSource as _};
use kalends_engine::{
    changes,
    connect::Finished,
    connections::{self, State},
};
use kalends_simulator::{Fault, Trouble};
use kalends_store::{CalendarFilter, LinkStatus};
use kalends_testkit::both;

use crate::harness::{Decision, READ, Simulated, lesson};

const ADA: &str = "ada@example.com";
const EVENTS: &str = "GET /calendar/v3/calendars/*/events";

/// Google refuses these calls as if the scope for them were not granted.
fn refuse(world: &Simulated, calls: &str) {
    let trouble = Trouble::Status {
        status: 403,
        reason: Some("insufficientPermissions".to_owned()),
        retry_after_seconds: None,
    };
    let control = world.simulator.control();
    control.add_fault(Fault::new(calls, trouble)).unwrap();
}

/// So long that every poll is due.
async fn hour(world: &Simulated) {
    world.clock.advance(SignedDuration::from_hours(1));
    world.runner.sweep().await.unwrap();
    world.drain().await;
}

async fn connection(world: &Simulated) -> connections::Connection {
    let id = calendar(world).await.connection;
    connections::get(&world.engine, world.tenant, id).await.unwrap()
}

async fn calendar(world: &Simulated) -> kalends_store::Calendar {
    let filter = CalendarFilter::default();
    world
        .store
        .calendars(world.tenant, filter)
        .await
        .unwrap()
        .remove(0)
}

/// How often the connection's change was told.
async fn updates(world: &Simulated) -> usize {
    let feed = changes::list(&world.engine, world.tenant, 0, 200).await.unwrap();
    let updated = feed
        .changes
        .iter()
        .filter(|change| change.kind == "connection.updated");
    updated.count()
}

both! {
    async fn a_refused_scope_needs_consent_and_a_new_consent_heals_it(database) {
        let world = Simulated::new(database).await;
        world.connect(ADA).await;
        world.drain().await;
        refuse(&world, EVENTS);
        for _ in 0..3 {
            // The token is refreshed on the way, so that the refusal is proved by another one; that the refresh
            // states the scopes anew proves nothing.
            hour(&world).await;
            world.clock.advance(SignedDuration::from_secs(10));
            world.drain().await;
            let connection = connection(&world).await;
            assert_eq!((connection.state, connection.needs_consent), (State::Active, vec![Feature::CalendarRead]));
            assert_eq!(calendar(&world).await.sync.last_error.as_deref(), Some("needs_consent"));
            assert_eq!(updates(&world).await, 1);
        }
        let asked = world.calls("/calendar/v3/calendars/ada%40example.com/events")
            + world.calls("/calendar/v3/calendars/ada@example.com/events");
        assert_eq!(asked, 3, "once before, and twice to be refused");

        world.simulator.control().clear_faults();
        hour(&world).await;
        assert_eq!(connection(&world).await.needs_consent, [Feature::CalendarRead], "nobody has consented");
        let started = world.start(&[Feature::CalendarRead]).await;
        let callback = world.consent(&started, (ADA, READ), Decision::Allow).await;
        let Finished::Connected(back) = world.finish(callback).await.unwrap() else {
            panic!("sent back to the provider");
        };
        assert!(back.needs_consent.is_empty());
        world.drain().await;
        assert!(connection(&world).await.needs_consent.is_empty());
        assert_eq!(calendar(&world).await.sync.last_error, None);
        assert_eq!(updates(&world).await, 2);
    }

    async fn a_refused_scope_for_writing_leaves_reading_alone(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        refuse(&world, "POST /calendar/v3/calendars/*/events");
        world.put("lesson-7", lesson(&["ada"])).await;
        world.drain().await;
        let event = world.event("lesson-7").await;
        assert_eq!(event.sync_status, Some(LinkStatus::Blocked));
        let connection = connection(&world).await;
        assert_eq!((connection.state, connection.needs_consent), (State::Active, vec![Feature::CalendarWrite]));
        hour(&world).await;
        assert_eq!(calendar(&world).await.sync.last_error, None);
        assert_eq!(updates(&world).await, 1);
    }

    async fn a_token_of_an_older_grant_says_nothing_of_the_new_one(database) {
        let world = Simulated::new(database).await;
        let id = world.connect(ADA).await.connection;
        world.drain().await;
        // Another process has a newer token, and this one does not know.
        let secrets = world.store.connection_secrets(world.tenant, id).await.unwrap();
        let old = secrets.access_token.unwrap().token;
        world.another_process().token(AccountKey(id.0), Some(&old)).await.unwrap();
        refuse(&world, EVENTS);
        world.clock.advance(SignedDuration::from_mins(20));
        world.drain().await;
        assert!(connection(&world).await.needs_consent.is_empty());
        assert_eq!(calendar(&world).await.sync.last_error.as_deref(), Some("token_refused"));
        assert_eq!(updates(&world).await, 0);

        // With the newest token it would count.
        world.simulator.control().clear_faults();
        world.clock.advance(SignedDuration::from_secs(10));
        world.drain().await;
        assert_eq!(calendar(&world).await.sync.last_error, None);
        refuse(&world, EVENTS);
        world.clock.advance(SignedDuration::from_mins(20));
        world.drain().await;
        let connection = connection(&world).await;
        assert_eq!((connection.provider, connection.needs_consent), (ProviderKind::Google, vec![Feature::CalendarRead]));
    }
}
