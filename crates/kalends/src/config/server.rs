//! `[server]`: where the server is, what it does, how it ends, and who may be sent back to where.

use std::{net::SocketAddr, time::Duration};

use kalends_engine::replicas::Role;
use serde::Deserialize;
use url::{Host, Origin, Url};

use crate::serving::Drain;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) listen: SocketAddr,
    #[serde(deserialize_with = "url_or_empty")]
    public_url: Option<Url>,
    pub(crate) return_to_origins: Vec<Url>,
    role: String,
    drain_delay_seconds: u64,
    drain_seconds: u64,
}

impl Server {
    /// The address by which browsers reach the server.
    pub(crate) fn public_url(&self) -> Url {
        self.public_url.clone().unwrap_or_else(|| http(self.listen))
    }

    /// What this process does, once the configuration has been checked.
    pub(crate) fn role(&self) -> Role {
        self.role.parse().unwrap_or_default()
    }

    /// How the process ends.
    pub(crate) fn drain(&self) -> Drain {
        Drain {
            delay: Duration::from_secs(self.drain_delay_seconds),
            limit: Duration::from_secs(self.drain_seconds),
        }
    }

    pub(super) fn check(&self, mistakes: &mut Vec<String>) {
        let public = self.public_url();
        if !is_safe(&public) {
            mistakes.push(format!(
                "server.public_url: \"{public}\" must be https: only this machine may be reached by http"
            ));
        }
        if !is_bare(&public) {
            mistakes.push(format!(
                "server.public_url: \"{public}\" must be a scheme and a host, such as \"https://calendars.example.com\", \
                 without a path: give Kalends a host name of its own"
            ));
        }
        if self.role.parse::<Role>().is_err() {
            mistakes.push(format!("server.role: all, api or worker, not \"{}\"", self.role));
        }
        for (name, seconds, range) in [
            ("drain_delay_seconds", self.drain_delay_seconds, 0..=300),
            ("drain_seconds", self.drain_seconds, 1..=3_600),
        ] {
            if !range.contains(&seconds) {
                mistakes.push(format!(
                    "server.{name}: {} to {}, not {seconds}",
                    range.start(),
                    range.end()
                ));
            }
        }
        for origin in &self.return_to_origins {
            if origin.path() != "/" || !is_safe(origin) || !matches!(origin.origin(), Origin::Tuple(..)) {
                mistakes.push(format!(
                    "server.return_to_origins: \"{origin}\" is not an origin such as \"https://app.example.com\""
                ));
            }
        }
    }
}

/// The URL of a listening address; the unspecified address is reached as this machine.
pub(crate) fn http(listen: SocketAddr) -> Url {
    let mut reached = listen;
    if listen.ip().is_unspecified() {
        reached.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    #[expect(clippy::unwrap_used, reason = "a socket address is always a valid authority")]
    Url::parse(&format!("http://{reached}/")).unwrap()
}

/// Nothing but scheme, host and perhaps port: addresses are made by appending paths.
fn is_bare(url: &Url) -> bool {
    url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
}

/// https, or http to this machine.
fn is_safe(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

pub(super) fn url_or_empty<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Url>, D::Error> {
    let text = String::deserialize(input)?;
    if text.is_empty() {
        return Ok(None);
    }
    Url::parse(&text)
        .map(Some)
        .map_err(|why| serde::de::Error::custom(format!("\"{text}\" is not a URL: {why}")))
}
