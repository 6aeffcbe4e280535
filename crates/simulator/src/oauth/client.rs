//! Registered OAuth clients.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// An application that may ask people for consent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OAuthClient {
    /// `client_id`. Clients whose ids begin with the same digits and a dash belong to one project, and revoking a
    /// token ends the grants of the whole project.
    pub client_id: String,
    /// `client_secret`.
    pub client_secret: String,
    /// Where consent may lead back to.
    pub redirect_uris: RedirectUris,
    /// Whom the application is for.
    pub audience: Audience,
    /// Workspace domains whose administrators do not let this application in (`admin_policy_enforced`).
    pub blocked_domains: Vec<String>,
    /// The client was deleted: everything it asks is refused with `deleted_client`.
    pub deleted: bool,
}

/// Publishing status and user type of an application (Google's help page "Manage App Audience").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Audience {
    /// Everybody.
    Production,
    /// Still being tested. What people grant, identity apart, ends seven days after they consented.
    Testing {
        /// The only people who may consent; `None` lets everybody.
        test_users: Option<Vec<String>>,
    },
    /// People of one Workspace domain; others see `org_internal`.
    Internal {
        /// The domain, such as `example.com`.
        domain: String,
    },
}

/// The redirect URIs that a client may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RedirectUris {
    /// Any `http` or `https` URI on `localhost`, `127.0.0.1` or `[::1]`, whatever its port and path.
    AnyLoopback,
    /// These, compared as text.
    Exactly(Vec<String>),
}

/// Why a text does not name a client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// There is no id or no secret.
    #[error(
        "a client is written ID:SECRET or ID:SECRET:REDIRECT_URI[,REDIRECT_URI...], but \"{id}\" is not followed by a secret"
    )]
    Secret {
        /// The part before the first colon.
        id: String,
    },
    /// Google would not register this redirect URI.
    #[error("the redirect URI \"{uri}\" {why}")]
    RedirectUri {
        /// The URI as given.
        uri: String,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl OAuthClient {
    /// The id of the client that is always there.
    pub const DEMO_ID: &str = "kalends-demo";

    /// A published client.
    pub fn new(client_id: &str, client_secret: &str, redirect_uris: RedirectUris) -> Self {
        Self {
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
            redirect_uris,
            audience: Audience::Production,
            blocked_domains: Vec::new(),
            deleted: false,
        }
    }

    /// The client of the demo: any loopback redirect URI will do.
    pub fn demo() -> Self {
        Self::new(Self::DEMO_ID, "kalends-demo-secret", RedirectUris::AnyLoopback)
    }

    /// What revocation spreads over.
    pub(crate) fn project(&self) -> &str {
        project_of(&self.client_id)
    }

    /// Whether consent may lead to this URI.
    pub(crate) fn allows_redirect(&self, uri: &str) -> bool {
        match &self.redirect_uris {
            RedirectUris::Exactly(uris) => uris.iter().any(|allowed| allowed == uri),
            RedirectUris::AnyLoopback => is_loopback(uri),
        }
    }
}

impl RedirectUris {
    /// These, when Google would register them (guide for web server applications, "Redirect URI validation rules").
    ///
    /// More than Google, plain `http` and any host will do: in containers an application has a name of its own.
    pub fn exactly(uris: Vec<String>) -> Result<Self, ClientError> {
        for uri in &uris {
            if let Some(why) = fault_of_redirect(uri) {
                return Err(ClientError::RedirectUri {
                    uri: uri.clone(),
                    why,
                });
            }
        }
        Ok(Self::Exactly(uris))
    }
}

impl FromStr for OAuthClient {
    type Err = ClientError;

    /// `ID:SECRET` allows any loopback redirect URI, `ID:SECRET:URI,URI` exactly these.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, ':');
        let id = parts.next().unwrap_or_default();
        let secret = parts.next().unwrap_or_default();
        if id.is_empty() || secret.is_empty() {
            return Err(ClientError::Secret { id: id.to_owned() });
        }
        let redirect_uris = match parts.next() {
            None => RedirectUris::AnyLoopback,
            Some(uris) => RedirectUris::exactly(uris.split(',').map(|uri| uri.trim().to_owned()).collect())?,
        };
        Ok(Self::new(id, secret, redirect_uris))
    }
}

impl fmt::Debug for OAuthClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthClient")
            .field("client_id", &self.client_id)
            .field("redirect_uris", &self.redirect_uris)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

fn fault_of_redirect(uri: &str) -> Option<&'static str> {
    let Ok(url) = Url::parse(uri) else {
        return Some("is not an absolute URI");
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Some("is neither http nor https");
    }
    if url.fragment().is_some() {
        return Some("has a fragment");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("has a user name");
    }
    if uri.contains('*') {
        return Some("has a wildcard");
    }
    // The parser has removed the steps by now.
    let climbs = |step: &str| step == ".." || step.eq_ignore_ascii_case("%2e%2e");
    if uri.split(['/', '\\', '?']).any(climbs) {
        return Some("climbs out of its path");
    }
    None
}

fn is_loopback(uri: &str) -> bool {
    fault_of_redirect(uri).is_none() && Url::parse(uri).is_ok_and(|url| is_on_this_machine(&url))
}

/// The project of a client: the project number of Google's ids, else the whole id.
pub(crate) fn project_of(client_id: &str) -> &str {
    match client_id.split_once('-') {
        Some((number, _)) if number.bytes().all(|byte| byte.is_ascii_digit()) => number,
        _ => client_id,
    }
}

/// Whether the host is this machine's loopback interface.
pub(crate) fn is_on_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_client_takes_loopback_only() {
        let demo = OAuthClient::demo();
        for uri in [
            "http://127.0.0.1:1234/a/b",
            "http://localhost/x?y=1",
            "https://[::1]:9/",
        ] {
            assert!(demo.allows_redirect(uri), "{uri}");
        }
        for uri in [
            "http://example.com/",
            "http://localhost.example.com/",
            "http://u@localhost/",
            "http://localhost/#f",
            "app:/x",
        ] {
            assert!(!demo.allows_redirect(uri), "{uri}");
        }
    }

    #[test]
    fn clients_are_read_from_the_command_line() {
        let client: OAuthClient = "12-a:s3:https://a.test/cb,https://b.test/cb".parse().unwrap();
        assert_eq!(client.project(), "12");
        assert!(client.allows_redirect("https://b.test/cb"));
        assert!(!client.allows_redirect("https://b.test/cb/"));
        assert!(!format!("{client:?}").contains("s3"));
        let lonely = "lonely".parse::<OAuthClient>().unwrap_err();
        assert_eq!(
            lonely,
            ClientError::Secret {
                id: "lonely".to_owned()
            }
        );
    }

    #[test]
    fn redirect_uris_that_google_would_not_register_are_refused() {
        for (uri, expected) in [
            ("https://a.test/cb?x=1", None),
            ("http://web:3000/cb", None),
            ("/cb", Some("is not an absolute URI")),
            ("urn:ietf:wg:oauth:2.0:oob", Some("is neither http nor https")),
            ("https://a.test/cb#top", Some("has a fragment")),
            ("https://ana@a.test/cb", Some("has a user name")),
            ("https://*.a.test/cb", Some("has a wildcard")),
            ("https://a.test/x/../cb", Some("climbs out of its path")),
            ("https://a.test/x/%2E%2e/cb", Some("climbs out of its path")),
        ] {
            let found = RedirectUris::exactly(vec![uri.to_owned()]).err();
            let why = found.map(|error| match error {
                ClientError::RedirectUri { why, .. } => why,
                other @ ClientError::Secret { .. } => panic!("{other}"),
            });
            assert_eq!(why, expected, "{uri}");
        }
    }
}
