//! A store on a throw-away database, with time moved by hand.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    ambient::{Ambient, Clock, Entropy},
    provider::{Feature, ProviderKind},
    time::{CalendarId, ConnectionId, TenantId, UserId, Zone},
};
use kalends_store::{
    Capabilities, ConnectCommit, ConnectionSecrets, Effects, FoundCalendar, KeyRing, NewChange, NewTask,
    Store, StoreConfig, TaskLane,
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};

/// When every test begins.
pub(crate) const START: &str = "2026-03-02T08:00:00Z";

/// Which database a test runs on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

/// A store with its surroundings.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) config: StoreConfig,
    pub(crate) ambient: Ambient,
    clock: Arc<ManualClock>,
}

#[derive(Debug)]
struct ManualClock(AtomicI64);

#[derive(Debug)]
struct SeededEntropy(AtomicU64);

/// Makes a test for each database from one body.
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "not every test needs everything its file imports")]
            use super::*;

            async fn body($world: $crate::harness::World) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $crate::harness::run($crate::harness::Database::Sqlite, body).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                $crate::harness::run($crate::harness::Database::Postgres, body).await;
            }
        }
    )+};
}
pub(crate) use both;

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

impl Entropy for SeededEntropy {
    // SplitMix64: enough to be different each time, and the same in each run.
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// Runs a test's body on a fresh database and removes the database, whatever comes of it.
pub(crate) async fn run<F: Future<Output = ()>>(database: Database, body: fn(World) -> F) {
    match database {
        Database::Sqlite => {
            let directory = tempfile::tempdir().unwrap();
            let file = directory.path().join("kalends.db");
            let world = World::on(format!("sqlite:{}", file.display())).await;
            body(world).await;
        }
        Database::Postgres => {
            let Some(url) = postgres_url() else { return };
            let schema = format!("kalends_test_{}", uuid::Uuid::from_u128(unique()).simple());
            let mut admin = PgConnection::connect(&url).await.unwrap();
            admin
                .execute(AssertSqlSafe(format!("CREATE SCHEMA {schema}")))
                .await
                .unwrap();
            let separator = if url.contains('?') { '&' } else { '?' };
            let world = World::on(format!(
                "{url}{separator}options=-csearch_path%3D{schema}%20-csynchronous_commit%3Doff"
            ))
            .await;
            let store = world.store.clone();
            let outcome = AssertUnwindSafe(body(world)).catch_unwind().await;
            store.close().await;
            admin
                .execute(AssertSqlSafe(format!("DROP SCHEMA {schema} CASCADE")))
                .await
                .unwrap();
            if let Err(panic) = outcome {
                std::panic::resume_unwind(panic);
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test runner says by environment where PostgreSQL is"
)]
fn postgres_url() -> Option<String> {
    let url = std::env::var("KALENDS_TEST_POSTGRES_URL").ok();
    if url.is_none() {
        let required = std::env::var("KALENDS_TEST_REQUIRE_ALL").is_ok_and(|value| value == "1");
        assert!(
            !required,
            "KALENDS_TEST_REQUIRE_ALL=1, but KALENDS_TEST_POSTGRES_URL is not set"
        );
        println!("skipped: PostgreSQL (KALENDS_TEST_POSTGRES_URL is not set)");
    }
    url
}

/// A number that no other run and no other test of this run has.
fn unique() -> u128 {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&aws_lc_random());
    u128::from_le_bytes(bytes)
}

#[expect(
    clippy::disallowed_methods,
    reason = "names of schemas must differ between runs"
)]
fn aws_lc_random() -> [u8; 16] {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    bytes
}

fn clock() -> Arc<ManualClock> {
    let start: Timestamp = START.parse().unwrap();
    Arc::new(ManualClock(AtomicI64::new(start.as_microsecond())))
}

/// Time and randomness for a store outside of a [`World`].
pub(crate) fn ambient() -> Ambient {
    Ambient::new(clock(), Arc::new(SeededEntropy(AtomicU64::new(99))))
}

/// The ring that every world uses unless a test makes its own.
pub(crate) fn ring(text: &str) -> KeyRing {
    KeyRing::parse(&SecretString::from(text)).unwrap()
}

/// The text of [`World`]'s ring.
pub(crate) const RING: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

impl World {
    async fn on(url: String) -> Self {
        let clock = clock();
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy(AtomicU64::new(7))));
        let config = StoreConfig::new(url);
        let store = Store::connect(&config, ring(RING), ambient.clone())
            .await
            .unwrap();
        store.migrate().await.unwrap();
        Self {
            store,
            config,
            ambient,
            clock,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn advance(&self, by: SignedDuration) {
        let us = i64::try_from(by.as_micros()).unwrap();
        self.clock.0.fetch_add(us, Ordering::SeqCst);
    }

    /// A tenant with the user `ada`.
    pub(crate) async fn tenant(&self, name: &str) -> TenantId {
        let tenant = self.store.create_tenant(name).await.unwrap().id;
        self.store
            .ensure_user(tenant, &user("ada"), &Zone::UTC)
            .await
            .unwrap();
        tenant
    }

    /// A Google connection of the user, with secrets and two calendars, of which `primary` is selected.
    pub(crate) async fn connection(&self, tenant: TenantId, owner: &str, account: &str) -> ConnectionId {
        let id = ConnectionId::new(&self.ambient);
        let calendars = vec![self.found("primary", true), self.found("other", false)];
        let commit = ConnectCommit {
            calendars,
            ..connect(id, owner, account)
        };
        self.store.commit_connect(tenant, commit).await.unwrap();
        id
    }

    /// The id of a connection's calendar by the provider's id.
    pub(crate) async fn calendar(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        name: &str,
    ) -> CalendarId {
        let filter = kalends_store::CalendarFilter {
            connection: Some(connection),
            ..Default::default()
        };
        let calendars = self.store.calendars(tenant, filter).await.unwrap();
        calendars
            .iter()
            .find(|calendar| calendar.provider_id == name)
            .unwrap()
            .id
    }

    /// A tenant's user `ada` with a connection and its selected calendar.
    pub(crate) async fn synced_user(&self, name: &str) -> (TenantId, ConnectionId, CalendarId) {
        let tenant = self.tenant(name).await;
        let connection = self.connection(tenant, "ada", "ada@example.com").await;
        let calendar = self.calendar(tenant, connection, "primary").await;
        (tenant, connection, calendar)
    }

    pub(crate) fn found(&self, provider_id: &str, selected_if_new: bool) -> FoundCalendar {
        FoundCalendar {
            id: CalendarId::new(&self.ambient),
            provider_id: provider_id.to_owned(),
            name: format!("calendar {provider_id}"),
            zone: Zone::iana("Europe/Zurich").unwrap(),
            color: Some("#123456".to_owned()),
            access_role: "own".to_owned(),
            primary: provider_id == "primary",
            capabilities: Capabilities {
                free_busy_only: false,
                can_write: true,
                can_create_meet: true,
            },
            selected_if_new,
        }
    }

    pub(crate) fn task(&self, key: &str) -> NewTask {
        NewTask {
            kind: "pull",
            key: key.to_owned(),
            lane: TaskLane::Freshness,
            group: "g".to_owned(),
            run_at: self.now(),
            payload: serde_json::json!({}),
            secret: None,
        }
    }
}

/// Runs a statement behind the store's back, as somebody with access to the database could.
pub(crate) async fn tamper(world: &World, statement: &'static str) {
    let url = world.config.url.expose_secret();
    if url.starts_with("sqlite") {
        SqliteConnection::connect(url)
            .await
            .unwrap()
            .execute(statement)
            .await
            .unwrap();
    } else {
        PgConnection::connect(url)
            .await
            .unwrap()
            .execute(statement)
            .await
            .unwrap();
    }
}

pub(crate) fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

/// A finished Google round trip without calendars.
pub(crate) fn connect(id: ConnectionId, owner: &str, account: &str) -> ConnectCommit {
    ConnectCommit {
        id,
        user: user(owner),
        provider: ProviderKind::Google,
        account_id: account.to_owned(),
        account_label: account.to_owned(),
        oauth_client: Some("client-1".to_owned()),
        features: vec![Feature::CalendarRead],
        scopes: vec!["openid".to_owned(), "calendar.readonly".to_owned()],
        secrets: ConnectionSecrets {
            refresh_token: Some("refresh-1".into()),
            access_token: None,
            url: None,
        },
        calendars: Vec::new(),
        effects: Effects::none(),
    }
}

pub(crate) fn change(kind: &'static str) -> NewChange {
    NewChange {
        kind,
        user: Some(user("ada")),
        subject: "s".to_owned(),
        data: serde_json::json!({"n": 1}),
    }
}
