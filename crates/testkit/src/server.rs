//! The whole server over a throw-away database.

use std::{collections::BTreeMap, net::Ipv4Addr, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use kalends_api::{Api, ApiConfig};
use kalends_core::{ambient::Ambient, provider::ProviderKind, time::TenantId};
use kalends_egress::{Egress, EgressConfig, Surroundings};
use kalends_engine::{
    Engine, EngineSettings, Parts,
    channels::PushSettings,
    keys,
    runner::Runner,
    tenants::{self, NewTenant},
    tokens::Tokens,
};
use kalends_providers::{
    Provider,
    google::{self, Google, GoogleSettings, oauth::Registration},
    ics::Ics,
    oauth::{OAuthClient, OAuthEndpoints},
};
use kalends_simulator::{Running, Simulator, SimulatorConfig};
use kalends_store::{KeyRing, Store, StoreConfig};
use secrecy::SecretSlice;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinSet};
use url::Url;

use crate::{
    Answer, Browser, Client, Database, GoogleAccount, ManualClock, SeededEntropy, recording,
    transport::{self, Transport},
};

/// Where browsers of tests reach the server; nothing listens there.
const PUBLIC_URL: &str = "http://127.0.0.1:8080";
/// The simulator's client that is always registered.
const CLIENT_ID: &str = "kalends-demo";
/// When tests begin, a Friday.
const BEGINNING: &str = "2026-11-20T10:00:00Z";

/// The server with its surroundings; everything is gone when it is dropped.
#[derive(Debug)]
pub struct TestServer {
    /// What Kalends does.
    pub engine: Engine,
    /// The clock of server and simulator.
    pub clock: Arc<ManualClock>,
    /// The simulated Google.
    pub simulator: Running,
    runner: Runner,
    client: Client,
    http: reqwest::Client,
    _folder: Option<TempDir>,
    _listening: JoinSet<()>,
}

impl TestServer {
    /// A server on SQLite with one tenant.
    pub async fn start() -> Self {
        Self::start_on_file(&[]).await
    }

    /// A server on that database with one tenant.
    pub async fn start_on(database: Database) -> Self {
        Self::start_on_allowing(database, &[]).await
    }

    /// A server on SQLite that may fetch feeds from `host:port`, although it is this machine.
    pub async fn start_allowing(host: &str) -> Self {
        Self::start_on_file(&[host]).await
    }

    async fn start_on_file(feed_hosts: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::in_folder(&folder);
        Self::start_with(database, feed_hosts, Some(folder), None).await
    }

    /// A server on that database that may fetch feeds from these hosts, as `host:port`.
    pub async fn start_on_allowing(database: Database, feed_hosts: &[&str]) -> Self {
        Self::start_with(database, feed_hosts, None, None).await
    }

    /// A server on that database that listens on a free port, so that the simulated Google tells it of changes.
    pub async fn start_on_told(database: Database) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        Self::start_with(database, &[], None, Some(listener)).await
    }

    async fn start_with(
        database: Database,
        feed_hosts: &[&str],
        folder: Option<TempDir>,
        listener: Option<TcpListener>,
    ) -> Self {
        let clock = Arc::new(ManualClock::at(BEGINNING.parse::<Timestamp>().unwrap()));
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(1)));
        let simulator = Simulator::start(SimulatorConfig {
            record: recording(),
            ..SimulatorConfig::new(ambient.clone())
        })
        .await
        .unwrap();
        let ring = KeyRing::parse(&KeyRing::generate("test", &ambient)).unwrap();
        let store = Store::connect(&StoreConfig::new(database.url), ring, ambient.clone())
            .await
            .unwrap();
        store.migrate().await.unwrap();
        let push = listener.as_ref().map(|listener| PushSettings {
            url: format!("http://{}/v1/push/", listener.local_addr().unwrap())
                .parse()
                .unwrap(),
            pause: SignedDuration::from_secs(1),
        });
        let engine = engine(store, &simulator, (feed_hosts, push), &ambient);
        let config = ApiConfig::new(PUBLIC_URL.parse().unwrap(), SecretSlice::from(vec![7; 32])).unwrap();
        let router = Api::router(config, engine.clone());
        let mut listening = JoinSet::new();
        if let Some(listener) = listener {
            let router = router.clone();
            listening.spawn(async move { axum::serve(listener, router).await.unwrap() });
        }
        let client = tenant(&engine, Transport::Router(router), "Lyceum").await;
        Self {
            runner: Runner::new(engine.clone()),
            engine,
            clock,
            simulator,
            client,
            http: transport::http(),
            _folder: folder,
            _listening: listening,
        }
    }

    /// The tenant's backend.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The backend of a new tenant.
    pub async fn other_tenant(&self, name: &str) -> Client {
        tenant(&self.engine, self.client.transport.clone(), name).await
    }

    /// A person's browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(self.client.transport.clone(), self.http.clone())
    }

    /// An account at the simulated Google; it is made when there is none.
    pub async fn google(&self, email: &str) -> GoogleAccount {
        GoogleAccount::sign_in(self.http.clone(), self.simulator.base_url(), email).await
    }

    /// Runs background tasks until none is due.
    pub async fn drain_tasks(&self) {
        self.runner.drain().await.unwrap();
    }

    /// Waits until the simulated Google has sent all messages that are due.
    pub async fn settle_pushes(&self) {
        self.simulator.control().settle_pushes().await;
    }

    /// Connects a Google account for a user the way a person does, without running the tasks that follow; answers the
    /// callback's answer.
    pub async fn connect_google(&self, user: &str, email: &str) -> Answer {
        self.connect(json!({"userId": user, "provider": "google"}), email)
            .await
    }

    /// The same for these features.
    pub async fn connect_google_for(&self, user: &str, email: &str, features: &[&str]) -> Answer {
        let session = json!({"userId": user, "provider": "google", "features": features});
        self.connect(session, email).await
    }

    async fn connect(&self, session: Value, email: &str) -> Answer {
        let session = self
            .client
            .post("/v1/connect-sessions", session)
            .await
            .expect_status(201);
        let link = session.json()["url"].as_str().unwrap().to_owned();
        self.browser().connect(&link, email).await
    }
}

fn engine(
    store: Store,
    simulator: &Running,
    (feed_hosts, push): (&[&str], Option<PushSettings>),
    ambient: &Ambient,
) -> Engine {
    let at = |path: &str| -> Url { format!("{}{path}", simulator.base_url()).parse().unwrap() };
    let (now, dice) = (ambient.clone(), ambient.clone());
    let surroundings = Surroundings::new(
        move || now.now(),
        move || f64::from(u32::from_le_bytes(dice.bytes())) / f64::from(u32::MAX),
    );
    let mut config = EgressConfig::new(surroundings);
    config.user_urls.allowed = feed_hosts.iter().map(|host| host.parse().unwrap()).collect();
    let egress = Egress::new(config).unwrap();
    let endpoints = OAuthEndpoints {
        authorize: at("/o/oauth2/v2/auth"),
        token: at("/token"),
        revoke: Some(at("/revoke")),
        userinfo: at("/v1/userinfo"),
        keys: at("/oauth2/v3/certs"),
        issuer: "https://accounts.google.com".to_owned(),
    };
    let registration = Registration {
        client_id: CLIENT_ID.to_owned(),
        client_secret: "kalends-demo-secret".into(),
        redirect_uri: format!("{PUBLIC_URL}/v1/oauth/google/callback"),
    };
    let oauth = google::oauth::settings(registration, endpoints, google::oauth::minimal_scopes());
    let oauth = OAuthClient::new(oauth, egress.clone(), ambient.clone());
    let tokens = Tokens::new(store.clone(), vec![oauth], ambient.clone());
    let egress = egress.with_tokens(Arc::new(tokens.clone()));
    let settings = GoogleSettings {
        calendar_url: at("/calendar/v3"),
        client_id: CLIENT_ID.to_owned(),
        page_size: google::PAGE_SIZE,
    };
    let google: Arc<dyn Provider> = Arc::new(Google::new(settings, egress.clone(), ambient.clone()));
    let ics: Arc<dyn Provider> = Arc::new(Ics::new(egress));
    Engine::new(Parts {
        store,
        providers: BTreeMap::from([(ProviderKind::Google, google), (ProviderKind::Ics, ics)]),
        tokens,
        ambient: ambient.clone(),
        settings: EngineSettings {
            return_origins: vec![Url::parse("https://app.example.com").unwrap().origin()],
            push,
            ..EngineSettings::default()
        },
    })
}

async fn tenant(engine: &Engine, transport: Transport, name: &str) -> Client {
    let new = NewTenant {
        name: name.to_owned(),
        return_origins: Vec::new(),
    };
    let id: TenantId = tenants::create(engine, new).await.unwrap().id;
    let key = keys::create(engine, id, "tests").await.unwrap().secret;
    Client { transport, key }
}
