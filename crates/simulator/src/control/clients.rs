//! OAuth clients, and the keys that sign for them.

use axum::{body::Bytes, extract::State, response::Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Control, ControlError,
    http::{Answer, done, read},
};
use crate::{
    oauth::{Audience, OAuthClient, RedirectUris},
    state::Sim,
};

/// A client as it is registered or changed; what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientOrder {
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`; a new client must have one.
    pub client_secret: Option<String>,
    /// Where consent may lead back to; without any a new client may use all loopback URIs.
    pub redirect_uris: Option<Vec<String>>,
    /// Whom the application is for.
    pub audience: Option<AudienceKind>,
    /// In testing, the only people who may consent.
    pub test_users: Option<Vec<String>>,
    /// The Workspace domain of an internal application.
    pub domain: Option<String>,
    /// Workspace domains whose administrators do not let it in.
    pub blocked_domains: Option<Vec<String>>,
    /// Whether it is deleted.
    pub deleted: Option<bool>,
}

/// The names of [`Audience`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum AudienceKind {
    /// Everybody.
    Production,
    /// Grants end after seven days; with `testUsers` only they may consent.
    Testing,
    /// People of `domain` only.
    Internal,
}

impl Control {
    /// Registers an OAuth client or changes one. Tokens that were given stay as they are.
    pub fn put_client(&self, order: ClientOrder) -> Result<(), ControlError> {
        let old = self.sim.client(&order.client_id);
        let mut client = match (&old, &order.client_secret) {
            (Some(old), _) => OAuthClient::clone(old),
            (None, Some(secret)) => OAuthClient::new(&order.client_id, secret, RedirectUris::AnyLoopback),
            (None, None) => return Err(wrong("clientSecret", "a new client needs one")),
        };
        if order.client_id.is_empty() {
            return Err(wrong("clientId", "some text"));
        }
        if let Some(secret) = order.client_secret {
            client.client_secret = secret;
        }
        if let Some(uris) = order.redirect_uris {
            client.redirect_uris = RedirectUris::exactly(uris)?;
        }
        client.audience = match (order.audience, order.test_users, order.domain) {
            (None, None, None) => client.audience,
            (Some(AudienceKind::Production), None, None) => Audience::Production,
            (Some(AudienceKind::Testing), test_users, None) => Audience::Testing { test_users },
            (Some(AudienceKind::Internal), None, Some(domain)) => Audience::Internal { domain },
            _ => {
                let expected = "production; testing, perhaps with testUsers; or internal, with domain";
                return Err(wrong("audience", expected));
            }
        };
        if let Some(domains) = order.blocked_domains {
            client.blocked_domains = domains;
        }
        client.deleted = order.deleted.unwrap_or(client.deleted);
        self.sim.put_client(client);
        Ok(())
    }

    /// Takes a new key for `id_token`s into use, as happens each week by itself; answers its id.
    pub fn rotate_signing_keys(&self) -> Result<String, ControlError> {
        let now = self.sim.now();
        let rotated = self.sim.signing().rotate(now);
        rotated.map_err(|error| ControlError::Keys(Box::new(error)))
    }
}

fn wrong(field: &'static str, expected: &'static str) -> ControlError {
    ControlError::Value { field, expected }
}

/// `GET /_sim/clients`; secrets are not told.
pub(crate) async fn clients(State(sim): State<Sim>) -> Response {
    let all: Vec<_> = sim.clients().iter().map(|client| told(client)).collect();
    done(&json!({"clients": all}))
}

fn told(client: &OAuthClient) -> serde_json::Value {
    let uris = match &client.redirect_uris {
        RedirectUris::AnyLoopback => json!("any loopback"),
        RedirectUris::Exactly(uris) => json!(uris),
    };
    let mut body = json!({"clientId": client.client_id, "redirectUris": uris, "deleted": client.deleted,
        "blockedDomains": client.blocked_domains});
    match &client.audience {
        Audience::Production => body["audience"] = json!(AudienceKind::Production),
        Audience::Testing { test_users } => {
            body["audience"] = json!(AudienceKind::Testing);
            body["testUsers"] = json!(test_users);
        }
        Audience::Internal { domain } => {
            body["audience"] = json!(AudienceKind::Internal);
            body["domain"] = json!(domain);
        }
    }
    body
}

/// `PUT /_sim/clients`.
pub(crate) async fn put_client(State(sim): State<Sim>, body: Bytes) -> Answer {
    Control::new(sim).put_client(read(&body)?)?;
    Ok(done(&json!({})))
}

/// `POST /_sim/keys/rotate`.
pub(crate) async fn rotate_keys(State(sim): State<Sim>) -> Answer {
    let kid = Control::new(sim).rotate_signing_keys()?;
    Ok(done(&json!({"kid": kid})))
}
