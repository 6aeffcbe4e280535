//! The body of a `watch` or `stop` request and its rules (schema `Channel` of the discovery document).

use std::collections::BTreeMap;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use url::Url;

use crate::{google::GoogleError, oauth::is_on_this_machine};

/// How long a channel lives when the request does not say.
const USUAL_LIFE: SignedDuration = SignedDuration::from_hours(24 * 7);
/// Google does not document its limit; longer wishes were seen cut to 30 days.
const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(24 * 30);
const LONGEST_ID: usize = 64;
const LONGEST_TOKEN: usize = 256;

/// What a caller sends.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ChannelBody {
    pub(crate) id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    address: Option<String>,
    pub(crate) token: Option<String>,
    expiration: Option<Number>,
    params: BTreeMap<String, Number>,
    pub(crate) resource_id: Option<String>,
}

/// An `int64`, which Google writes as text and takes either way.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Number {
    Bare(i64),
    Text(String),
}

/// A request that keeps the rules.
#[derive(Debug)]
pub(crate) struct Wish {
    pub(crate) id: String,
    pub(crate) address: String,
    pub(crate) token: Option<String>,
    pub(crate) expires: Timestamp,
}

impl ChannelBody {
    pub(crate) fn read(body: &[u8]) -> Result<Self, GoogleError> {
        serde_json::from_slice(body).map_err(|_| GoogleError::bad("parseError", "Parse Error"))
    }

    /// Checks everything that does not depend on other channels.
    pub(crate) fn check(self, now: Timestamp) -> Result<Wish, GoogleError> {
        let expires = self.expires(now)?;
        let id = given(self.id, "id")?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_+/=".contains(c);
        if id.chars().count() > LONGEST_ID || !id.chars().all(allowed) {
            let message = "Channel id must match [A-Za-z0-9\\-_\\+/=]+ and have at most 64 characters.";
            return Err(push_error("push.channelIdInvalid", message));
        }
        match given(self.kind, "type")?.as_str() {
            "web_hook" | "webhook" => {}
            other => {
                let message = format!("Unsupported channel type: {other}");
                return Err(push_error("push.channelTypeNotSupported", &message));
            }
        }
        let token = self.token.filter(|token| !token.is_empty());
        if let Some(token) = &token
            && (token.chars().count() > LONGEST_TOKEN || token.chars().any(char::is_control))
        {
            let message =
                "Channel token must have at most 256 characters and none that headers cannot carry.";
            return Err(GoogleError::bad("invalid", message));
        }
        Ok(Wish {
            address: address(given(self.address, "address")?)?,
            id,
            token,
            expires,
        })
    }

    /// The earliest of what the request says and what is allowed.
    fn expires(&self, now: Timestamp) -> Result<Timestamp, GoogleError> {
        let later = |by: SignedDuration| now.checked_add(by).unwrap_or(Timestamp::MAX);
        let ttl = match self.params.get("ttl") {
            None => None,
            Some(text) => {
                let seconds = text.read().filter(|seconds| *seconds > 0);
                let seconds =
                    seconds.ok_or_else(|| GoogleError::bad("invalid", "Invalid value for: params.ttl"))?;
                Some(later(SignedDuration::from_secs(seconds)))
            }
        };
        let stated = match &self.expiration {
            None => None,
            Some(text) => {
                let at = text
                    .read()
                    .and_then(|millis| Timestamp::from_millisecond(millis).ok())
                    .filter(|at| *at > now);
                Some(at.ok_or_else(|| GoogleError::bad("invalid", "Invalid value for: expiration"))?)
            }
        };
        let wished = ttl.into_iter().chain(stated).min();
        Ok(wished.map_or_else(|| later(USUAL_LIFE), |wished| wished.min(later(LONGEST_LIFE))))
    }
}

impl Number {
    fn read(&self) -> Option<i64> {
        match self {
            Self::Bare(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
        }
    }
}

/// Google wants https everywhere; here http may lead to this machine, where tests listen.
fn address(text: String) -> Result<String, GoogleError> {
    let url = Url::parse(&text).ok().filter(|url| url.host().is_some());
    let url = url.ok_or_else(|| {
        push_error(
            "push.webhookUrlNoHostOrAddress",
            &format!("WebHook callback has no host: {text}"),
        )
    })?;
    match url.scheme() {
        "https" => Ok(text),
        "http" if is_on_this_machine(&url) => Ok(text),
        _ => Err(push_error(
            "push.webhookUrlNotHttps",
            &format!("WebHook callback must be HTTPS: {text}"),
        )),
    }
}

pub(crate) fn given(text: Option<String>, name: &str) -> Result<String, GoogleError> {
    let text = text.filter(|text| !text.is_empty());
    text.ok_or_else(|| GoogleError::bad("required", &format!("Required parameter: {name}")))
}

pub(crate) fn push_error(reason: &str, message: &str) -> GoogleError {
    GoogleError::new(StatusCode::BAD_REQUEST, "global", reason, message)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn now() -> Timestamp {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    /// The lifetime in seconds that a request gets.
    #[track_caller]
    fn check(with: &Value, expect: i64) {
        let mut body = json!({"id": "a", "type": "web_hook", "address": "https://app.example/hook"});
        for (name, value) in with.as_object().unwrap() {
            body[name] = value.clone();
        }
        let body = ChannelBody::read(body.to_string().as_bytes()).unwrap();
        let life = now().duration_until(body.check(now()).unwrap().expires);
        assert_eq!(life.as_secs(), expect, "{with}");
    }

    /// Reference: 3.1, `expiration` and `params.ttl`: the most restrictive wins, seven days without both.
    #[test]
    fn the_shortest_wish_within_thirty_days_wins() {
        let in_an_hour = (now().as_millisecond() + 3_600_000).to_string();
        check(&json!({}), 604_800);
        check(&json!({"params": {"ttl": "60"}}), 60);
        check(&json!({"params": {"ttl": 60}}), 60);
        check(&json!({"expiration": in_an_hour}), 3600);
        check(&json!({"expiration": now().as_millisecond() + 5000}), 5);
        check(&json!({"expiration": in_an_hour, "params": {"ttl": "60"}}), 60);
        check(
            &json!({"expiration": in_an_hour, "params": {"ttl": "7200"}}),
            3600,
        );
        check(&json!({"params": {"ttl": "99999999"}}), 30 * 86_400);
    }
}
