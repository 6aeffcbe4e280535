//! The product as it is shipped, on a throw-away database: store, engine and API, with Google wherever the benchmark
//! says.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use kalends_api::{Api, ApiConfig};
use kalends_core::{
    ambient::{Ambient, Clock},
    provider::{Feature, ProviderKind},
    time::{CalendarId, ConnectionId, TenantId, UserId, Zone},
};
use kalends_egress::{Egress, EgressConfig, Surroundings};
use kalends_engine::{
    Engine, EngineSettings, Parts, keys,
    tenants::{self, NewTenant},
    tokens::Tokens,
};
use kalends_providers::{
    Provider,
    google::{self, Google, GoogleSettings, oauth::Registration},
    oauth::{OAuthClient, OAuthEndpoints},
};
use kalends_store::{
    AccessToken, Capabilities, ConnectCommit, ConnectionSecrets, Effects, FoundCalendar, KeyRing, Store,
    StoreConfig,
};
use kalends_testkit::SeededEntropy;
use secrecy::{SecretSlice, SecretString};
use url::Url;

/// The present of every benchmark.
pub const NOW: &str = "2026-11-20T10:00:00Z";
/// The account that is connected where one is enough.
pub const EMAIL: &str = "teacher@example.com";

const CLIENT_ID: &str = "kalends-demo";

/// A running product, but for its task runner.
#[derive(Debug)]
pub struct Kalends {
    /// The rows.
    pub store: Store,
    /// What it does.
    pub engine: Engine,
    /// The one tenant.
    pub tenant: TenantId,
    /// A key of the tenant.
    pub key: SecretString,
    /// The ring that opens the database's secrets.
    pub ring: SecretString,
}

/// A calendar that was connected.
#[derive(Clone, Copy, Debug)]
pub struct Connected {
    /// Its connection.
    pub connection: ConnectionId,
    /// The account's main calendar.
    pub calendar: CalendarId,
}

/// Time that begins at [`NOW`] and runs, so that ids ascend as they do in life, and randomness that repeats itself.
pub fn ambient() -> anyhow::Result<Ambient> {
    let clock = RunningClock {
        beginning: NOW.parse()?,
        began: Instant::now(),
    };
    Ok(Ambient::new(Arc::new(clock), Arc::new(SeededEntropy::new(1))))
}

/// The system's time, which a built server goes by too, and randomness that repeats itself.
pub fn real_ambient() -> Ambient {
    Ambient::new(Arc::new(SystemClock), Arc::new(SeededEntropy::new(1)))
}

#[derive(Debug)]
struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the built server lives in real time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

#[derive(Debug)]
struct RunningClock {
    beginning: Timestamp,
    began: Instant,
}

impl Clock for RunningClock {
    fn now(&self) -> Timestamp {
        self.beginning + self.began.elapsed()
    }
}

impl Kalends {
    /// The product on an empty database, with one tenant; Google's APIs are at `google`.
    pub async fn on(database: &str, google: &Url, ambient: Ambient) -> anyhow::Result<Self> {
        Self::with_settings(database, google, ambient, EngineSettings::default()).await
    }

    /// The same, as an operator has set it up.
    pub async fn with_settings(
        database: &str,
        google: &Url,
        ambient: Ambient,
        settings: EngineSettings,
    ) -> anyhow::Result<Self> {
        let ring = KeyRing::generate("bench", &ambient);
        let config = StoreConfig::new(database);
        let store = Store::connect(&config, KeyRing::parse(&ring)?, ambient.clone()).await?;
        store.migrate().await?;
        let engine = engine(store.clone(), google, ambient, settings)?;
        let new = NewTenant {
            name: "Lyceum".to_owned(),
            return_origins: Vec::new(),
        };
        let tenant = tenants::create(&engine, new).await?.id;
        let key = keys::create(&engine, tenant, "bench").await?.secret;
        Ok(Self {
            store,
            engine,
            tenant,
            key,
            ring,
        })
    }

    /// The routes with all their layers.
    pub fn router(&self) -> anyhow::Result<axum::Router> {
        let config = ApiConfig::new("http://127.0.0.1:8080".parse()?, SecretSlice::from(vec![7; 32]))?;
        Ok(Api::router(config, self.engine.clone()))
    }

    /// Stores a Google account as a person's consent leaves it, with its main calendar selected and never read. The
    /// user must exist.
    pub async fn connect(
        &self,
        user: &UserId,
        (email, token): (&str, &str),
        zone: &Zone,
    ) -> anyhow::Result<Connected> {
        let account = (email, token, zone);
        self.connect_for(user, account, &[Feature::CalendarRead]).await
    }

    /// The same, for more than reading.
    pub async fn connect_for(
        &self,
        user: &UserId,
        (email, token, zone): (&str, &str, &Zone),
        features: &[Feature],
    ) -> anyhow::Result<Connected> {
        let ambient = self.engine.ambient();
        let connected = Connected {
            connection: ConnectionId::new(ambient),
            calendar: CalendarId::new(ambient),
        };
        let known = google::oauth::minimal_scopes();
        let scopes = features.iter().filter_map(|feature| known.get(feature));
        let commit = ConnectCommit {
            id: connected.connection,
            user: user.clone(),
            provider: ProviderKind::Google,
            account_id: email.to_owned(),
            account_label: email.to_owned(),
            oauth_client: Some(CLIENT_ID.to_owned()),
            features: features.to_vec(),
            scopes: scopes
                .flat_map(|scopes| scopes.iter().map(str::to_owned))
                .collect(),
            secrets: ConnectionSecrets {
                refresh_token: Some("refresh".into()),
                access_token: Some(AccessToken {
                    token: token.into(),
                    expires_at: ambient.now() + SignedDuration::from_hours(1),
                }),
                url: None,
            },
            calendars: vec![FoundCalendar {
                id: connected.calendar,
                provider_id: email.to_owned(),
                name: "Lessons".to_owned(),
                zone: zone.clone(),
                color: None,
                access_role: "owner".to_owned(),
                primary: true,
                capabilities: Capabilities {
                    free_busy_only: false,
                    can_write: true,
                    can_create_meet: true,
                },
                selected_if_new: true,
            }],
            effects: Effects::none(),
        };
        self.store.commit_connect(self.tenant, commit).await?;
        Ok(connected)
    }
}

fn engine(store: Store, google: &Url, ambient: Ambient, settings: EngineSettings) -> anyhow::Result<Engine> {
    let (now, dice) = (ambient.clone(), ambient.clone());
    let surroundings = Surroundings::new(
        move || now.now(),
        move || f64::from(u32::from_le_bytes(dice.bytes())) / f64::from(u32::MAX),
    );
    // Without limits of calls, which would be what is measured.
    let egress = Egress::new(EgressConfig::new(surroundings))?;
    let endpoints = OAuthEndpoints {
        authorize: google.join("/o/oauth2/v2/auth")?,
        token: google.join("/token")?,
        revoke: None,
        userinfo: google.join("/v1/userinfo")?,
        keys: google.join("/oauth2/v3/certs")?,
        issuer: "https://accounts.google.com".to_owned(),
    };
    let registration = Registration {
        client_id: CLIENT_ID.to_owned(),
        client_secret: "kalends-demo-secret".into(),
        redirect_uri: "http://127.0.0.1:8080/v1/oauth/google/callback".to_owned(),
    };
    let oauth = google::oauth::settings(registration, endpoints, google::oauth::minimal_scopes());
    let oauth = OAuthClient::new(oauth, egress.clone(), ambient.clone());
    let tokens = Tokens::new(store.clone(), vec![oauth], ambient.clone());
    let adapter = GoogleSettings {
        calendar_url: google.join("/calendar/v3").context("Google's address")?,
        client_id: CLIENT_ID.to_owned(),
        page_size: google::PAGE_SIZE,
    };
    let egress = egress.with_tokens(Arc::new(tokens.clone()));
    let google: Arc<dyn Provider> = Arc::new(Google::new(adapter, egress, ambient.clone()));
    Ok(Engine::new(Parts {
        store,
        providers: BTreeMap::from([(ProviderKind::Google, google)]),
        tokens,
        ambient,
        settings,
    }))
}
