//! What the binary tells the API.

use std::{net::IpAddr, time::Duration};

use ipnet::IpNet;
use kalends_engine::readiness::Process;
use kalends_ui::DemoPage;
use secrecy::{ExposeSecret, SecretSlice};
use url::{Host, Url};

/// Settings of the HTTP API.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    public_url: Url,
    cookie_key: SecretSlice<u8>,
    demo: Option<DemoPage>,
    process: Process,
    sources: SourceLimits,
}

/// What one source may ask of addresses that need no key.
#[derive(Clone, Debug, Default)]
pub struct SourceLimits {
    /// Who may say by `X-Forwarded-For` for whom they ask.
    pub trusted_proxies: Vec<IpNet>,
    /// The pages of connecting, with the way to the provider and back; `None` is any number.
    pub pages: Option<Rate>,
    /// Messages of providers; `None` is any number.
    pub push: Option<Rate>,
}

/// So many requests at once, and as many in each span after that, evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many; 0 is read as 1.
    pub requests: u32,
    /// In which span.
    pub per: Duration,
}

impl SourceLimits {
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies
            .iter()
            .any(|network| network.contains(&address))
    }
}

/// Why the settings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Sign-ins over plain HTTP could be read and taken over by anyone on the way.
    #[error("the public URL {url} must begin with https:// (plain http:// is for loopback only)")]
    InsecurePublicUrl {
        /// The address as it was given.
        url: Url,
    },
    /// Addresses are built by appending paths to it.
    #[error("the public URL {url} must have no path, query, user name or password")]
    PublicUrlNotBare {
        /// The address as it was given.
        url: Url,
    },
    /// The signature of cookies would be weak.
    #[error("the cookie key must have at least 32 bytes, it has {bytes}")]
    ShortCookieKey {
        /// Its length.
        bytes: usize,
    },
}

impl ApiConfig {
    /// The largest accepted body: more than any request of the API needs.
    pub(crate) const BODY_LIMIT_BYTES: usize = 256 * 1024;

    /// Settings without a demo page.
    ///
    /// `public_url` is where browsers reach this server: bare `https`, or `http` on loopback. `cookie_key` signs the
    /// cookies that bind a sign-in to its browser: at least 32 random bytes, the same on every replica.
    pub fn new(public_url: Url, cookie_key: SecretSlice<u8>) -> Result<Self, ConfigError> {
        let bare = public_url.path() == "/"
            && public_url.query().is_none()
            && public_url.fragment().is_none()
            && public_url.username().is_empty()
            && public_url.password().is_none();
        if !bare {
            return Err(ConfigError::PublicUrlNotBare { url: public_url });
        }
        if public_url.scheme() != "https" && !(public_url.scheme() == "http" && is_loopback(&public_url)) {
            return Err(ConfigError::InsecurePublicUrl { url: public_url });
        }
        let bytes = cookie_key.expose_secret().len();
        if bytes < 32 {
            return Err(ConfigError::ShortCookieKey { bytes });
        }
        Ok(Self {
            public_url,
            cookie_key,
            demo: None,
            process: Process::default(),
            sources: SourceLimits::default(),
        })
    }

    /// Says what process serves, for `/readyz` and for which routes there are; else one that answers
    /// everything and runs no tasks.
    #[must_use]
    pub fn with_process(mut self, process: Process) -> Self {
        self.process = process;
        self
    }

    /// Limits what one source may ask without a key; else nobody is limited.
    #[must_use]
    pub fn with_sources(mut self, sources: SourceLimits) -> Self {
        self.sources = sources;
        self
    }

    /// What one source may ask without a key.
    pub(crate) const fn sources(&self) -> &SourceLimits {
        &self.sources
    }

    /// The process that serves.
    pub(crate) const fn process(&self) -> &Process {
        &self.process
    }

    /// Serves the demo's page at `/`. It holds a tenant's key: for throw-away data only.
    #[must_use]
    pub fn with_demo(mut self, page: DemoPage) -> Self {
        self.demo = Some(page);
        self
    }

    /// The page at `/`, when there is one.
    pub(crate) const fn demo(&self) -> Option<&DemoPage> {
        self.demo.as_ref()
    }

    /// Where browsers reach this server.
    pub(crate) const fn public_url(&self) -> &Url {
        &self.public_url
    }

    /// Signs cookies.
    pub(crate) fn cookie_key(&self) -> &[u8] {
        self.cookie_key.expose_secret()
    }

    /// Whether browsers reach the server over TLS.
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, key_bytes: usize, expect: Option<&str>) {
        let key = SecretSlice::from(vec![7; key_bytes]);
        let error = ApiConfig::new(url.parse().unwrap(), key).err();
        assert_eq!(error.map(|error| error.to_string()).as_deref(), expect);
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        check("https://calendar.example", 32, None);
        check("http://127.0.0.1:8080", 32, None);
        check("http://[::1]:8080/", 32, None);
        check("http://localhost:8080", 32, None);
        check(
            "http://calendar.example",
            32,
            Some(
                "the public URL http://calendar.example/ must begin with https:// (plain http:// is for loopback only)",
            ),
        );
        check(
            "https://calendar.example/api",
            32,
            Some(
                "the public URL https://calendar.example/api must have no path, query, user name or password",
            ),
        );
        check(
            "https://calendar.example",
            31,
            Some("the cookie key must have at least 32 bytes, it has 31"),
        );
    }
}
