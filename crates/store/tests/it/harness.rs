//! A store on a throw-away database, with time moved by hand.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    ambient::{Ambient, Clock as _},
    provider::{Feature, ProviderKind},
    time::{CalendarId, ConnectionId, TenantId, UserId, Zone},
};
use kalends_store::{
    Capabilities, ConnectCommit, ConnectionSecrets, Effects, FoundCalendar, KeyRing, NewChange, NewTask,
    Store, StoreConfig, TaskLane,
};
use kalends_testkit::{Database, ManualClock, SeededEntropy};
use secrecy::SecretString;

/// When every test begins.
pub(crate) const START: &str = "2026-03-02T08:00:00Z";

/// A store with its surroundings.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) config: StoreConfig,
    pub(crate) ambient: Ambient,
    pub(crate) database: Database,
    clock: Arc<ManualClock>,
}

/// Makes a test for each database from one body.
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident) $body:block)+) => {
        kalends_testkit::both! {$(
            $(#[$meta])*
            async fn $name(database) {
                let $world = $crate::harness::World::on(database).await;
                $body
            }
        )+}
    };
}
pub(crate) use both;

fn clock() -> Arc<ManualClock> {
    let start: Timestamp = START.parse().unwrap();
    Arc::new(ManualClock::at(start))
}

/// Time and randomness for a store outside of a [`World`].
pub(crate) fn ambient() -> Ambient {
    Ambient::new(clock(), Arc::new(SeededEntropy::new(99)))
}

/// The ring that every world uses unless a test makes its own.
pub(crate) fn ring(text: &str) -> KeyRing {
    KeyRing::parse(&SecretString::from(text)).unwrap()
}

/// The text of [`World`]'s ring.
pub(crate) const RING: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

impl World {
    pub(crate) async fn on(database: Database) -> Self {
        let clock = clock();
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(7)));
        let config = StoreConfig::new(database.url.clone());
        let store = Store::connect(&config, ring(RING), ambient.clone())
            .await
            .unwrap();
        store.migrate().await.unwrap();
        Self {
            store,
            config,
            ambient,
            database,
            clock,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn advance(&self, by: SignedDuration) {
        self.clock.advance(by);
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
