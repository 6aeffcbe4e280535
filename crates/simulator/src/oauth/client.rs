//! Registered OAuth clients.

use std::{fmt, str::FromStr};

use url::{Host, Url};

/// An application that may ask people for consent.
#[derive(Clone, PartialEq, Eq)]
pub struct OAuthClient {
    /// `client_id`. Clients whose ids begin with the same digits and a dash belong to one project, and revoking a
    /// token ends the grants of the whole project.
    pub client_id: String,
    /// `client_secret`.
    pub client_secret: String,
    /// Where consent may lead back to.
    pub redirect_uris: RedirectUris,
}

/// The redirect URIs that a client may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedirectUris {
    /// Any `http` or `https` URI on `localhost`, `127.0.0.1` or `[::1]`, whatever its port and path.
    AnyLoopback,
    /// These, compared as text.
    Exactly(Vec<String>),
}

/// Why a text does not name a client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a client is written ID:SECRET or ID:SECRET:REDIRECT_URI[,REDIRECT_URI...], but \"{id}\" is not followed by a secret"
)]
pub struct ClientError {
    /// The part before the first colon.
    pub id: String,
}

impl OAuthClient {
    /// The id of the client that is always there.
    pub const DEMO_ID: &str = "kalends-demo";

    /// The client of the demo: any loopback redirect URI will do.
    pub fn demo() -> Self {
        Self {
            client_id: Self::DEMO_ID.to_owned(),
            client_secret: "kalends-demo-secret".to_owned(),
            redirect_uris: RedirectUris::AnyLoopback,
        }
    }

    /// What revocation spreads over: the project number of Google's ids, else the whole id.
    pub(crate) fn project(&self) -> &str {
        match self.client_id.split_once('-') {
            Some((number, _)) if number.bytes().all(|byte| byte.is_ascii_digit()) => number,
            _ => &self.client_id,
        }
    }

    /// Whether consent may lead to this URI.
    pub(crate) fn allows_redirect(&self, uri: &str) -> bool {
        match &self.redirect_uris {
            RedirectUris::Exactly(uris) => uris.iter().any(|allowed| allowed == uri),
            RedirectUris::AnyLoopback => is_loopback(uri),
        }
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
            return Err(ClientError { id: id.to_owned() });
        }
        let redirect_uris = parts.next().map_or(RedirectUris::AnyLoopback, |uris| {
            RedirectUris::Exactly(uris.split(',').map(|uri| uri.trim().to_owned()).collect())
        });
        Ok(Self {
            client_id: id.to_owned(),
            client_secret: secret.to_owned(),
            redirect_uris,
        })
    }
}

impl fmt::Debug for OAuthClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthClient")
            .field("client_id", &self.client_id)
            .field("redirect_uris", &self.redirect_uris)
            .finish_non_exhaustive()
    }
}

fn is_loopback(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else {
        return false;
    };
    is_on_this_machine(&url)
        && matches!(url.scheme(), "http" | "https")
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
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
        assert_eq!("lonely".parse::<OAuthClient>().unwrap_err().id, "lonely");
    }
}
