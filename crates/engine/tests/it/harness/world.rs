//! A tenant with one user whose account a scripted provider holds.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    ambient::Ambient,
    external_event::ExternalEvent,
    provider::{Feature, ProviderKind},
    time::{CalendarId, ConnectionId, Interval, TenantId, UserId, Zone},
};
use kalends_engine::{
    Engine, EngineSettings, Parts,
    availability::{self, AvailabilityQuery, Freshness, UserAvailability},
    calendars::{self, Calendar},
    changes,
    channels::PushSettings,
    connections,
    page::Page,
    runner::Runner,
    tenants::{self, NewTenant},
    tokens::Tokens,
    users::{self, PutUser},
};
use kalends_providers::{
    Provider,
    provider::{AccessRole, RemoteCalendar},
};
use kalends_store::{ConnectCommit, ConnectionSecrets, Effects, KeyRing, Store, StoreConfig};
use kalends_testkit::{Database, ManualClock, SeededEntropy};

use super::Scripted;

/// The provider's id of the user's main calendar.
pub(crate) const CALENDAR: &str = "teacher@example.com";

pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) google: Scripted,
    pub(crate) store: Store,
    pub(crate) engine: Engine,
    pub(crate) runner: Runner,
    pub(crate) tenant: TenantId,
    pub(crate) user: UserId,
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// `2026-11-20T09:00/10:00` style spans, in UTC.
pub(crate) fn interval(text: &str) -> Interval {
    let (start, end) = text.split_once('/').unwrap();
    Interval::new(at(start), at(end)).unwrap()
}

/// The clock of every world, when it begins.
pub(crate) fn beginning() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(at("2026-11-20T10:00:00Z")))
}

/// That clock, and randomness that repeats.
pub(crate) fn ambient(clock: &Arc<ManualClock>) -> Ambient {
    Ambient::new(Arc::clone(clock) as _, Arc::new(SeededEntropy::new(1)))
}

/// A store on an empty database.
pub(crate) async fn store(database: Database, ambient: &Ambient) -> Store {
    let ring = KeyRing::parse(&KeyRing::generate("test", ambient)).unwrap();
    let store = Store::connect(&StoreConfig::new(database.url), ring, ambient.clone())
        .await
        .unwrap();
    store.migrate().await.unwrap();
    store
}

impl World {
    /// Connected and not yet listed.
    pub(crate) async fn new(database: Database) -> Self {
        Self::with_settings(database, EngineSettings::default()).await
    }

    /// The same, as an operator has set it up.
    pub(crate) async fn with_settings(database: Database, settings: EngineSettings) -> Self {
        let clock = beginning();
        let ambient = ambient(&clock);
        let store = store(database, &ambient).await;
        let google = Scripted::new(ProviderKind::Google);
        google.list(remote(CALENDAR));
        let provider: Arc<dyn Provider> = Arc::new(google.clone());
        let engine = Engine::new(Parts {
            store: store.clone(),
            providers: BTreeMap::from([(ProviderKind::Google, provider)]),
            tokens: Tokens::new(store.clone(), Vec::new(), ambient.clone()),
            ambient,
            settings,
        });
        let new = NewTenant {
            name: "Lessons".to_owned(),
            return_origins: Vec::new(),
        };
        let tenant = tenants::create(&engine, new).await.unwrap().id;
        let user = UserId::new("ada").unwrap();
        let put = PutUser {
            id: user.clone(),
            display_name: None,
            time_zone: Zone::UTC,
        };
        users::put(&engine, tenant, put).await.unwrap();
        let world = Self {
            runner: Runner::new(engine.clone()),
            clock,
            google,
            store,
            engine,
            tenant,
            user,
        };
        world.connect().await;
        world
    }

    /// Connected, listed, pulled, and watched: the provider has push channels and can reach us.
    pub(crate) async fn with_push(database: Database) -> Self {
        let push = PushSettings {
            url: "https://calendars.example.com/v1/push/".parse().unwrap(),
            pause: SignedDuration::from_secs(1),
        };
        let settings = EngineSettings {
            push: Some(push),
            ..EngineSettings::default()
        };
        let world = Self::with_settings(database, settings).await;
        world.google.offer_push(&world.clock);
        world.drain().await;
        world.google.asked();
        world
    }

    /// Connected, listed, and its calendar pulled with these events.
    pub(crate) async fn with_events(database: Database, events: Vec<ExternalEvent>) -> Self {
        let world = Self::new(database).await;
        for event in events {
            world.google.put(CALENDAR, event);
        }
        world.drain().await;
        world.google.asked();
        world
    }

    async fn connect(&self) -> ConnectionId {
        let id = ConnectionId::new(self.engine.ambient());
        let commit = self.connect_commit(id);
        self.store.commit_connect(self.tenant, commit).await.unwrap();
        self.enqueue("discover", &id.to_string()).await;
        id
    }

    /// What connecting the user's account writes, without calendars.
    pub(crate) fn connect_commit(&self, id: ConnectionId) -> ConnectCommit {
        ConnectCommit {
            id,
            user: self.user.clone(),
            provider: ProviderKind::Google,
            account_id: "1001".to_owned(),
            account_label: CALENDAR.to_owned(),
            oauth_client: None,
            features: vec![Feature::CalendarRead],
            scopes: Vec::new(),
            secrets: ConnectionSecrets::default(),
            calendars: Vec::new(),
            effects: Effects::none(),
        }
    }

    /// Enqueues a task by hand.
    pub(crate) async fn enqueue(&self, kind: &'static str, key: &str) {
        let task = kalends_store::NewTask {
            kind,
            key: key.to_owned(),
            lane: kalends_store::TaskLane::Freshness,
            group: "test".to_owned(),
            run_at: self.engine.ambient().now(),
            payload: serde_json::json!({ "trigger": "request" }),
            secret: None,
        };
        self.store.enqueue(self.tenant, vec![task]).await.unwrap();
    }

    pub(crate) async fn drain(&self) -> usize {
        self.runner.drain().await.unwrap()
    }

    /// Moves the clock and runs what has become due.
    pub(crate) async fn later(&self, by: SignedDuration) -> usize {
        self.clock.advance(by);
        self.drain().await
    }

    pub(crate) async fn calendars(&self) -> Vec<Calendar> {
        let page = Page {
            limit: 200,
            after: None,
        };
        calendars::list(&self.engine, self.tenant, Some(&self.user), page)
            .await
            .unwrap()
            .items
    }

    /// The user's main calendar.
    pub(crate) async fn calendar(&self) -> Calendar {
        self.calendars()
            .await
            .into_iter()
            .find(|calendar| calendar.primary)
            .unwrap()
    }

    pub(crate) async fn connection(&self) -> connections::Connection {
        let page = Page {
            limit: 50,
            after: None,
        };
        connections::list(&self.engine, self.tenant, None, page)
            .await
            .unwrap()
            .items
            .remove(0)
    }

    pub(crate) async fn pull(&self) {
        let id: CalendarId = self.calendar().await.id;
        // Runs of one millisecond have no order.
        self.clock.advance(SignedDuration::from_secs(1));
        self.enqueue("pull", &id.to_string()).await;
        self.drain().await;
    }

    pub(crate) async fn availability(&self, window: &str, freshness: Freshness) -> UserAvailability {
        let query = AvailabilityQuery {
            users: vec![self.user.clone()],
            calendars: Vec::new(),
            window: interval(window),
            freshness,
        };
        availability::read(&self.engine, self.tenant, &query)
            .await
            .unwrap()
            .users
            .remove(0)
    }

    /// The busy time of a window, as texts.
    pub(crate) async fn busy(&self, window: &str) -> Vec<String> {
        let answer = self.availability(window, Freshness::default()).await;
        answer
            .busy
            .iter()
            .map(|span| format!("{}/{}", span.start(), span.end()))
            .collect()
    }

    /// Whether all of the window is known.
    pub(crate) async fn is_known(&self, window: &str) -> bool {
        self.availability(window, Freshness::default())
            .await
            .unknown
            .is_empty()
    }

    /// The kinds of the feed's entries.
    pub(crate) async fn news(&self) -> Vec<String> {
        let feed = changes::list(&self.engine, self.tenant, 0, 200).await.unwrap();
        feed.changes.into_iter().map(|change| change.kind).collect()
    }
}

/// A calendar that its account owns; the main one when it has the account's name.
pub(crate) fn remote(id: &str) -> RemoteCalendar {
    RemoteCalendar {
        provider_id: id.to_owned(),
        name: id.to_owned(),
        zone: Some(Zone::UTC),
        role: AccessRole::Own,
        primary: id == CALENDAR,
        color: None,
        can_create_meet: true,
    }
}
