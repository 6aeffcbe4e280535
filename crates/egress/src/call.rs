//! One outgoing call: the HTTP request and all that the stages need to know about it.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::Method;
use secrecy::SecretString;
use uuid::Uuid;

use crate::{
    answer::{Answer, Verdict, by_status},
    batch::BatchEndpoint,
};

/// A call to be sent with [`crate::Egress::send`]. Begin with [`Call::new`] and set what differs.
#[derive(Clone)]
pub struct Call {
    /// The service called; selects the [`crate::ServicePolicy`].
    pub service: Service,
    /// Breakers and global windows are kept per service and client.
    pub client: ClientKey,
    /// Whose budget pays, and whose token is used with [`Auth::AccountToken`].
    pub account: Option<AccountKey>,
    /// What the call is for, where the service limits that on its own; [`LimitScope::Usage`] closes it.
    ///
    /// [`LimitScope::Usage`]: crate::LimitScope::Usage
    pub usage: Option<Usage>,
    /// How urgent the call is where budget is short.
    pub lane: Lane,
    /// Time for everything together: waits, token, attempts, repeats. At most a day.
    pub deadline: Duration,
    /// What goes into the `Authorization` header.
    pub auth: Auth,
    /// Who chose the URL.
    pub target: Target,
    /// Where the service takes several calls in one request; calls of one account that are made at nearly the same time
    /// travel together then. `None`: on its own.
    pub batch: Option<Arc<BatchEndpoint>>,
    /// Whether the request may be repeated when nobody knows what became of it.
    pub repeat: Repeat,
    /// The request: an absolute `http` or `https` URI, without `Authorization`.
    pub request: http::Request<Bytes>,
    /// Reads from an answer what it means for the stages. [`by_status`] unless the service has its own ways.
    pub classify: fn(&Answer) -> Verdict,
}

impl Call {
    /// A call with the defaults: no account, lane [`Lane::Freshness`], 30 s, no authorization, a configured target,
    /// repeatable if the method is idempotent (RFC 9110 section 9.2.2), judged by status alone.
    pub fn new(service: Service, client: ClientKey, request: http::Request<Bytes>) -> Self {
        Self {
            service,
            client,
            account: None,
            usage: None,
            lane: Lane::Freshness,
            deadline: Duration::from_secs(30),
            auth: Auth::None,
            target: Target::Configured,
            batch: None,
            repeat: Repeat::of_method(request.method()),
            request,
            classify: by_status,
        }
    }
}

/// Without URL, headers and body, which may hold secrets.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("service", &self.service)
            .field("account", &self.account)
            .field("lane", &self.lane)
            .field("target", &self.target)
            .field("method", self.request.method())
            .field("host", &self.request.uri().host())
            .finish_non_exhaustive()
    }
}

/// Name of a service as it appears in policies, logs and metrics, e.g. `google-calendar`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Service(pub &'static str);

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What a service sees as one caller: the OAuth client id; empty where there is none.
///
/// For [`Target::UserSupplied`] the host is added to the key, so that one broken host does not stop the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientKey(pub Arc<str>);

impl From<&str> for ClientKey {
    fn from(key: &str) -> Self {
        Self(key.into())
    }
}

/// The account that a call is made for (the connection's id).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountKey(pub Uuid);

/// A kind of use that a service limits for each account on its own, e.g. `invitations`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Usage(pub &'static str);

/// Urgency, most urgent first. All lanes but the first leave a fifth of each window to it, and of those who wait for
/// the same window the more urgent go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// A person waits for the answer.
    Interactive,
    /// Something of the application goes to a calendar.
    Push,
    /// What is already known is kept fresh.
    Freshness,
    /// First passes, audits and other bulk.
    Backfill,
}

/// What goes into the `Authorization` header.
#[derive(Clone, Debug)]
pub enum Auth {
    /// Nothing.
    None,
    /// The bearer token of [`Call::account`], asked of the [`crate::TokenSource`]; refreshed once when refused.
    AccountToken,
    /// This bearer token (RFC 6750), for calls made before an account exists.
    Bearer(SecretString),
    /// User name and password (RFC 7617).
    Basic {
        /// User name; must not contain a colon.
        username: String,
        /// Password.
        password: SecretString,
    },
}

/// Who chose the URL, and so whether the guard watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// From configuration: may be loopback and plain http; redirects are not followed but handed back.
    Configured,
    /// Typed in by a person or sent by a server of theirs: https to public addresses only; `webcal` is read as https;
    /// up to 5 redirects are followed, each checked like the first URL.
    UserSupplied,
}

/// Whether a request may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Also when the first attempt may have had its effect, because a second one changes nothing.
    Safe,
    /// Only when the service said that it refused the first attempt (401, 429).
    OnlyIfRefused,
}

impl Repeat {
    fn of_method(method: &Method) -> Self {
        let idempotent_dav = matches!(method.as_str(), "PROPFIND" | "REPORT");
        if method.is_idempotent() || idempotent_dav {
            Self::Safe
        } else {
            Self::OnlyIfRefused
        }
    }
}

/// Whom a breaker and the client's windows are about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Peer {
    pub(crate) service: Service,
    pub(crate) client: ClientKey,
    /// `host:port` in lower case, for user-supplied targets only.
    pub(crate) host: Option<Arc<str>>,
}

impl Peer {
    pub(crate) fn of(call: &Call) -> Self {
        let host = match call.target {
            Target::Configured => None,
            Target::UserSupplied => call
                .request
                .uri()
                .authority()
                .map(|authority| authority.as_str().to_ascii_lowercase().into()),
        };
        Self {
            service: call.service,
            client: call.client.clone(),
            host,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_idempotent_methods_are_repeated_unasked() {
        for (method, expect) in [
            ("GET", Repeat::Safe),
            ("PUT", Repeat::Safe),
            ("DELETE", Repeat::Safe),
            ("REPORT", Repeat::Safe),
            ("POST", Repeat::OnlyIfRefused),
            ("PATCH", Repeat::OnlyIfRefused),
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(Repeat::of_method(&method), expect, "{method}");
        }
    }
}
