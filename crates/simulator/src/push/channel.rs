//! An open, stopped or expired channel.

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{letter::PushState, resource::Resource};

/// A channel from its `watch` on. It is kept after its end, because its id is never free again.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Channel {
    /// Unique in the project.
    pub(crate) id: String,
    /// Only this client ...
    pub(crate) client_id: String,
    /// ... and this person may stop it.
    pub(crate) email: String,
    pub(crate) project: String,
    pub(crate) resource: Resource,
    pub(crate) resource_id: String,
    pub(crate) resource_uri: String,
    pub(crate) address: String,
    pub(crate) token: Option<String>,
    pub(crate) expires: Timestamp,
    pub(crate) stopped: Option<Timestamp>,
    /// The version of the resource that was told last.
    pub(crate) told: Option<u64>,
    /// The number of the latest message.
    pub(crate) last_number: u64,
}

/// Which header of a forged message lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Forgery {
    /// Another channel token.
    Token,
    /// The id of a channel that nobody opened.
    Channel,
    /// The id of another resource.
    Resource,
}

impl Channel {
    /// Whether messages about changes are made.
    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        self.stopped.is_none() && now < self.expires
    }

    /// The headers of a message (reference: push guide, "Understanding the notification message format").
    pub(crate) fn headers(&self, number: u64, state: PushState, forgery: Option<Forgery>) -> HeaderMap {
        let lie = |what: Forgery, truth: &str| match forgery {
            Some(lie) if lie == what => format!("forged-{}", truth.chars().rev().collect::<String>()),
            _ => truth.to_owned(),
        };
        let expires = self.expires.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let token = match (&self.token, forgery) {
            (None, Some(Forgery::Token)) => Some("forged".to_owned()),
            (token, _) => token.as_ref().map(|token| lie(Forgery::Token, token)),
        };
        let headers = [
            ("x-goog-channel-id", Some(lie(Forgery::Channel, &self.id))),
            ("x-goog-channel-token", token),
            ("x-goog-channel-expiration", Some(expires)),
            (
                "x-goog-resource-id",
                Some(lie(Forgery::Resource, &self.resource_id)),
            ),
            ("x-goog-resource-uri", Some(self.resource_uri.clone())),
            ("x-goog-resource-state", Some(state.name().to_owned())),
            ("x-goog-message-number", Some(number.to_string())),
        ];
        let headers = headers.into_iter().filter_map(|(name, value)| {
            let value = HeaderValue::from_bytes(value?.as_bytes()).ok()?;
            Some((HeaderName::from_static(name), value))
        });
        headers.collect()
    }
}
