//! A person at the simulated Google, and what happens in their calendar behind the adapter's back.

use std::sync::Arc;

use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt, ready};
use http::{Method, Request};
use kalends_egress::{AccountKey, Answer, Auth, Call, Egress, Service, TokenError, TokenSource};
use kalends_providers::{
    Provider,
    google::{self, Google, GoogleSettings},
    oauth::{AuthorizationRequest, Identity, OAuthClient, OAuthEndpoints, Prompt, TokenGrant, new_verifier},
    provider::{Access, Cursor, Listing, Next, ProviderError, PullFrom, RemoteItem},
};
use kalends_simulator::{Running, Simulator, SimulatorConfig, World};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use crate::world;

const EMAIL: &str = "teacher@example.com";
const STATE: &str = "a state";

/// A whole pass.
pub(super) struct Pulled {
    pub(super) items: Vec<RemoteItem>,
    pub(super) listing: Listing,
    pub(super) cursor: Cursor,
}

pub(super) struct Person {
    simulator: Running,
    token: SecretString,
    pub(super) oauth: OAuthClient,
}

#[derive(Debug)]
struct OneToken(SecretString);

impl TokenSource for OneToken {
    fn token<'a>(
        &'a self,
        _account: AccountKey,
        _refused: Option<&'a SecretString>,
    ) -> BoxFuture<'a, Result<SecretString, TokenError>> {
        ready(Ok(self.0.clone())).boxed()
    }
}

pub(super) fn name(item: &RemoteItem) -> String {
    match item {
        RemoteItem::Upsert { event, .. } => event.provider_id.clone(),
        RemoteItem::Gone { provider_id, .. } => format!("-{provider_id}"),
    }
}

impl Person {
    /// Has not connected yet, and has a calendar of their own without events.
    pub(super) async fn at_simulator() -> Self {
        Self::within(World::Empty).await
    }

    /// Has not connected yet.
    pub(super) async fn within(world: World) -> Self {
        let config = SimulatorConfig {
            world,
            record: recording(),
            ..SimulatorConfig::new(world::ambient())
        };
        let simulator = Simulator::start(config).await.unwrap();
        let oauth = oauth(&simulator);
        Self {
            simulator,
            token: "none yet".into(),
            oauth,
        }
    }

    /// Has granted everything that calendars need.
    pub(super) async fn with_tokens() -> Self {
        Self::with_scopes(&["openid", "email", "https://www.googleapis.com/auth/calendar"]).await
    }

    pub(super) async fn with_scopes(scopes: &[&str]) -> Self {
        let mut person = Self::at_simulator().await;
        person.become_account(EMAIL, scopes).await;
        person
    }

    /// From now on has the tokens of that account.
    pub(super) async fn become_account(&mut self, email: &str, scopes: &[&str]) {
        let wish = json!({"provider": "google", "email": email, "scopes": scopes});
        let tokens = self.control("/_sim/tokens", &wish).await;
        self.token = tokens["accessToken"].as_str().unwrap().into();
    }

    /// The addresses of everyone at the simulator.
    pub(super) async fn everyone(&self) -> Vec<String> {
        let users = self.get("/_sim/users").await;
        let users = users["users"].as_array().unwrap();
        users
            .iter()
            .map(|user| user["email"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Goes to the consent page, ticks only one scope of those that can be ticked, allows, and comes back.
    pub(super) async fn connect(&self, prompt: Prompt, tick: &str) -> (TokenGrant, Identity) {
        let features = [
            kalends_core::provider::Feature::CalendarRead,
            kalends_core::provider::Feature::CalendarWrite,
        ];
        let scopes = self.oauth.scopes_for(&features);
        let (state, verifier) = (STATE.into(), new_verifier(&world::ambient()));
        let login_hint = None;
        let request = AuthorizationRequest {
            scopes: &scopes,
            state: &state,
            verifier: &verifier,
            login_hint,
            prompt,
        };
        let page = self.oauth.authorization_url(&request);
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("request", page.query().unwrap())
            .append_pair("new_account", EMAIL)
            .append_pair("scope", tick)
            .append_pair("decision", "allow")
            .finish();
        let request =
            Request::post(page.as_str()).header("content-type", "application/x-www-form-urlencoded");
        let answer = self
            .send(request.body(Bytes::from(form)).unwrap(), Auth::None)
            .await;
        assert_eq!(answer.status, 302, "{:?}", answer.body);
        let back = Url::parse(answer.headers["location"].to_str().unwrap()).unwrap();
        let parameter = |name: &str| {
            back.query_pairs()
                .find(|(known, _)| known == name)
                .unwrap()
                .1
                .into_owned()
        };
        assert_eq!(parameter("state"), STATE);
        let code = parameter("code").into();
        self.oauth
            .exchange(&code, &verifier, world::deadline())
            .await
            .unwrap()
    }

    pub(super) fn google(&self) -> Google {
        let settings = GoogleSettings {
            calendar_url: self.url("/calendar/v3"),
            client_id: "kalends-demo".to_owned(),
            page_size: 2,
        };
        let egress = world::bare_egress(&[]).with_tokens(Arc::new(OneToken(self.token.clone())));
        Google::new(settings, egress, world::ambient())
    }

    /// A whole pass over the person's main calendar.
    pub(super) async fn pull(&self, cursor: Option<Cursor>) -> Result<Pulled, ProviderError> {
        self.pull_of(EMAIL, cursor).await
    }

    pub(super) async fn pull_of(
        &self,
        calendar: &str,
        cursor: Option<Cursor>,
    ) -> Result<Pulled, ProviderError> {
        let not_before = "2026-10-21T00:00:00Z".parse().unwrap();
        let mut from = match cursor {
            None => PullFrom::Start { not_before },
            Some(cursor) => PullFrom::Cursor { cursor, not_before },
        };
        let (google, ask, calendar) = (
            self.google(),
            world::ask(Access::OAuth),
            world::calendar(calendar),
        );
        let mut items = Vec::new();
        loop {
            let page = google.changes(&ask, &calendar, from).await?;
            assert!(page.quarantined.is_empty(), "{:?}", page.quarantined);
            items.extend(page.items);
            match page.next {
                Next::Page(token) => from = PullFrom::Page(token),
                Next::Done { cursor, .. } => {
                    return Ok(Pulled {
                        items,
                        listing: page.listing,
                        cursor,
                    });
                }
            }
        }
    }

    pub(super) async fn insert(&self, event: &Value) {
        self.write(Method::POST, "", event).await;
    }

    pub(super) async fn patch(&self, id: &str, event: &Value) {
        self.write(Method::PATCH, &format!("/{id}"), event).await;
    }

    pub(super) async fn delete(&self, id: &str) {
        self.write(Method::DELETE, &format!("/{id}"), &Value::Null).await;
    }

    /// Puts something at the control plane.
    pub(super) async fn order(&self, path: &str, body: &Value) {
        let request = Request::put(self.url(path).as_str()).header("content-type", "application/json");
        let request = request.body(Bytes::from(body.to_string())).unwrap();
        let answer = self.send(request, Auth::None).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
    }

    /// What the person sees of an event; `None` when they see none.
    pub(super) async fn look(&self, id: &str) -> Option<Value> {
        let url = self.url(&format!("/calendar/v3/calendars/primary/events/{id}"));
        let request = Request::get(url.as_str()).body(Bytes::new()).unwrap();
        let answer = self.send(request, Auth::Bearer(self.token.clone())).await;
        let seen: Value = serde_json::from_slice(&answer.body).unwrap();
        (answer.status.is_success() && seen["status"] != "cancelled").then_some(seen)
    }

    /// Asks the control plane for something.
    pub(super) async fn control(&self, path: &str, body: &Value) -> Value {
        let request = Request::post(self.url(path).as_str()).header("content-type", "application/json");
        let answer = self
            .send(request.body(Bytes::from(body.to_string())).unwrap(), Auth::None)
            .await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// The calls that the simulator saw on paths that end so.
    pub(super) async fn calls(&self, end: &str) -> Vec<Value> {
        let answer = self.get("/_sim/calls").await;
        let calls = answer["calls"].as_array().unwrap().clone();
        calls
            .into_iter()
            .filter(|call| call["path"].as_str().unwrap().ends_with(end))
            .collect()
    }

    async fn get(&self, path: &str) -> Value {
        let request = Request::get(self.url(path).as_str()).body(Bytes::new()).unwrap();
        serde_json::from_slice(&self.send(request, Auth::None).await.body).unwrap()
    }

    async fn write(&self, method: Method, path: &str, body: &Value) {
        let url = self.url(&format!("/calendar/v3/calendars/primary/events{path}"));
        let request = Request::builder()
            .method(method)
            .uri(url.as_str())
            .header("content-type", "application/json");
        let body = if body.is_null() {
            Bytes::new()
        } else {
            Bytes::from(body.to_string())
        };
        let answer = self
            .send(request.body(body).unwrap(), Auth::Bearer(self.token.clone()))
            .await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
    }

    async fn send(&self, request: Request<Bytes>, auth: Auth) -> Answer {
        let egress: Egress = world::bare_egress(&[]);
        egress
            .send(Call {
                auth,
                ..Call::new(Service("behind"), "test".into(), request)
            })
            .await
            .unwrap()
    }

    fn url(&self, path: &str) -> Url {
        url(&self.simulator, path)
    }
}

fn url(simulator: &Running, path: &str) -> Url {
    Url::parse(simulator.base_url()).unwrap().join(path).unwrap()
}

fn oauth(simulator: &Running) -> OAuthClient {
    let registration = google::oauth::Registration {
        client_id: "kalends-demo".to_owned(),
        client_secret: "kalends-demo-secret".into(),
        redirect_uri: "http://127.0.0.1:9/callback".to_owned(),
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
    OAuthClient::new(settings, world::bare_egress(&[]), world::ambient())
}

/// Where the calls are kept, for the check that ends `cargo xtask test`.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by the environment what is wanted of them"
)]
fn recording() -> Option<std::path::PathBuf> {
    std::env::var_os("KALENDS_RECORD_CALLS").map(Into::into)
}
