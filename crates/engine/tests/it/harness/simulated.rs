//! A server whose Google is the simulator, over the real adapter, and a browser that consents there.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use kalends_core::{
    ambient::Ambient,
    provider::{Feature, ProviderKind},
    time::{TenantId, UserId},
};
use kalends_egress::{Answer, Auth, Call, Egress, EgressConfig, RetryPolicy, Service, Surroundings};
use kalends_engine::{
    Engine, EngineSettings, Parts,
    connect::{self, Binding, Callback, Finished, Start, Started, Unfinished},
    runner::Runner,
    tenants::{self, NewTenant},
    tokens::Tokens,
};
use kalends_providers::{
    Provider,
    google::{self, Google, GoogleSettings},
    ics::Ics,
    oauth::{OAuthClient, OAuthEndpoints},
};
use kalends_simulator::{Running, Simulator, SimulatorConfig};
use kalends_store::Store;
use kalends_testkit::{Database, ManualClock};
use secrecy::SecretString;
use tokio::time::Instant;
use url::{Url, form_urlencoded};

use super::world::{ambient, beginning, store};

/// Where the provider sends people back.
const REDIRECT: &str = "http://127.0.0.1:9/callback";

pub(crate) struct Simulated {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) simulator: Running,
    pub(crate) store: Store,
    pub(crate) engine: Engine,
    pub(crate) tokens: Tokens,
    pub(crate) runner: Runner,
    pub(crate) tenant: TenantId,
    pub(crate) user: UserId,
    egress: Egress,
    /// What people use at Google themselves, by their name, with the time it was issued.
    pub(super) own_tokens: Mutex<BTreeMap<String, (Timestamp, String)>>,
}

/// What a person decides at the consent page.
#[derive(Clone, Copy)]
pub(crate) enum Decision {
    Allow,
    Deny,
}

impl Simulated {
    pub(crate) async fn new(database: Database) -> Self {
        let clock = beginning();
        let ambient = ambient(&clock);
        let config = SimulatorConfig {
            record: kalends_testkit::recording(),
            ..SimulatorConfig::new(ambient.clone())
        };
        let simulator = Simulator::start(config).await.unwrap();
        let now = Arc::clone(&clock);
        let surroundings = Surroundings::new(move || kalends_core::ambient::Clock::now(&*now), || 0.0);
        let retry = RetryPolicy {
            base: Duration::from_millis(1),
            ..RetryPolicy::default()
        };
        let egress = Egress::new(EgressConfig {
            retry,
            ..EgressConfig::new(surroundings)
        })
        .unwrap();
        let store = store(database, &ambient).await;
        let client = client(&simulator, "kalends-demo-secret", &egress, &ambient);
        let tokens = Tokens::new(store.clone(), vec![client], ambient.clone());
        let with_tokens = egress.with_tokens(Arc::new(tokens.clone()));
        let settings = GoogleSettings {
            calendar_url: url(&simulator, "/calendar/v3"),
            client_id: "kalends-demo".to_owned(),
            page_size: 100,
        };
        let google: Arc<dyn Provider> = Arc::new(Google::new(settings, with_tokens.clone(), ambient.clone()));
        let ics: Arc<dyn Provider> = Arc::new(Ics::new(with_tokens));
        let engine = Engine::new(Parts {
            store: store.clone(),
            providers: BTreeMap::from([(ProviderKind::Google, google), (ProviderKind::Ics, ics)]),
            tokens: tokens.clone(),
            ambient,
            settings: EngineSettings::default(),
        });
        let return_origins = vec![Url::parse("https://app.example").unwrap()];
        let new = NewTenant {
            name: "Lessons".to_owned(),
            return_origins,
        };
        Self {
            tenant: tenants::create(&engine, new).await.unwrap().id,
            runner: Runner::new(engine.clone()),
            user: UserId::new("ada").unwrap(),
            clock,
            simulator,
            store,
            engine,
            tokens,
            egress,
            own_tokens: Mutex::default(),
        }
    }

    /// The same server, for another user.
    pub(crate) fn for_user(self, user: &str) -> Self {
        let user = UserId::new(user).unwrap();
        Self { user, ..self }
    }

    pub(crate) async fn start(&self, features: &[Feature]) -> Started {
        self.start_for(&self.user, features).await
    }

    pub(crate) async fn start_for(&self, user: &UserId, features: &[Feature]) -> Started {
        let start = Start {
            user: user.clone(),
            provider: ProviderKind::Google,
            features: features.to_vec(),
            return_to: Some("https://app.example/done".to_owned()),
            login_hint: None,
            binding: Binding::Browser,
        };
        connect::start(&self.engine, self.tenant, start).await.unwrap()
    }

    /// Signs in as `email` at the consent page, ticks the scopes and decides; answers with what comes back.
    pub(crate) async fn consent(
        &self,
        started: &Started,
        (email, ticks): (&str, &[&str]),
        decision: Decision,
    ) -> Callback {
        let page = &started.authorize_url;
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("request", page.query().unwrap())
            .append_pair("new_account", email);
        for tick in ticks {
            form.append_pair("scope", &format!("https://www.googleapis.com/auth/{tick}"));
        }
        form.append_pair(
            "decision",
            match decision {
                Decision::Allow => "allow",
                Decision::Deny => "deny",
            },
        );
        let request =
            Request::post(page.as_str()).header("content-type", "application/x-www-form-urlencoded");
        let answer = self.send(request.body(Bytes::from(form.finish())).unwrap()).await;
        assert_eq!(answer.status, 302, "{:?}", answer.body);
        let back = Url::parse(answer.headers["location"].to_str().unwrap()).unwrap();
        let parameter = |name: &str| {
            back.query_pairs()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.into_owned())
        };
        Callback {
            provider: ProviderKind::Google,
            state: parameter("state").map(SecretString::from),
            code: parameter("code").map(SecretString::from),
            error: parameter("error"),
            nonce: started.nonce.clone(),
        }
    }

    pub(crate) async fn finish(&self, callback: Callback) -> Result<Finished, Unfinished> {
        connect::finish(&self.engine, callback).await
    }

    /// Connects an account that allows reading.
    pub(crate) async fn connect(&self, email: &str) -> connect::Connected {
        let started = self.start(&[Feature::CalendarRead]).await;
        let callback = self.consent(&started, (email, READ), Decision::Allow).await;
        match self.finish(callback).await.unwrap() {
            Finished::Connected(connected) => connected,
            Finished::Again(_) => panic!("{email} has connected before"),
        }
    }

    pub(crate) async fn drain(&self) -> usize {
        self.runner.drain().await.unwrap()
    }

    /// How many calls the simulator saw on a path.
    pub(crate) fn calls(&self, path: &str) -> usize {
        self.simulator
            .control()
            .calls_after(0)
            .iter()
            .filter(|call| call.path == path)
            .count()
    }

    /// The tokens as another process sees them: by the rows alone.
    pub(crate) fn another_process(&self) -> Tokens {
        self.tokens_with("kalends-demo-secret")
    }

    /// The tokens of a process that is set up with a wrong secret.
    pub(crate) fn with_wrong_secret(&self) -> Tokens {
        self.tokens_with("wrong")
    }

    fn tokens_with(&self, secret: &str) -> Tokens {
        let ambient = self.engine.ambient();
        let client = client(&self.simulator, secret, &self.egress, ambient);
        Tokens::new(self.store.clone(), vec![client], ambient.clone())
    }

    /// Ends a grant behind our back, as a person does on their account's page.
    pub(crate) async fn revoke_at_provider(&self, refresh_token: &SecretString) {
        let client = client(
            &self.simulator,
            "kalends-demo-secret",
            &self.egress,
            self.engine.ambient(),
        );
        client
            .revoke(refresh_token, Instant::now() + Duration::from_secs(20))
            .await
            .unwrap();
    }

    pub(super) async fn send(&self, request: Request<Bytes>) -> Answer {
        let call = Call {
            auth: Auth::None,
            ..Call::new(Service("browser"), "person".into(), request)
        };
        self.egress.send(call).await.unwrap()
    }
}

/// The scopes that reading needs, without their prefix.
pub(crate) const READ: &[&str] = &["calendar.calendarlist.readonly", "calendar.events.readonly"];

fn url(simulator: &Running, path: &str) -> Url {
    Url::parse(simulator.base_url()).unwrap().join(path).unwrap()
}

fn client(simulator: &Running, secret: &str, egress: &Egress, ambient: &Ambient) -> OAuthClient {
    let registration = google::oauth::Registration {
        client_id: "kalends-demo".to_owned(),
        client_secret: secret.into(),
        redirect_uri: REDIRECT.to_owned(),
    };
    let endpoints = OAuthEndpoints {
        authorize: url(simulator, "/o/oauth2/v2/auth"),
        token: url(simulator, "/token"),
        revoke: Some(url(simulator, "/revoke")),
        userinfo: url(simulator, "/v1/userinfo"),
        keys: url(simulator, "/oauth2/v3/certs"),
        issuer: "https://accounts.google.com".to_owned(),
    };
    let settings = google::oauth::settings(registration, endpoints, google::oauth::minimal_scopes());
    OAuthClient::new(settings, egress.clone(), ambient.clone())
}
