//! `[server]`: where the server is, what it does, how it ends, and who may be sent back to where.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use ipnet::IpNet;
use kalends_api::{Rate, SourceLimits};
use kalends_egress::{Window, WindowError};
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
    page_requests_per_source: String,
    push_requests_per_source: String,
    trusted_proxies: Vec<String>,
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

    /// What one source may ask without a key, once the configuration has been checked.
    pub(crate) fn sources(&self) -> SourceLimits {
        SourceLimits {
            trusted_proxies: self
                .trusted_proxies
                .iter()
                .filter_map(|text| network(text))
                .collect(),
            pages: rate(&self.page_requests_per_source).ok().flatten(),
            push: rate(&self.push_requests_per_source).ok().flatten(),
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
        for (name, text) in [
            ("page_requests_per_source", &self.page_requests_per_source),
            ("push_requests_per_source", &self.push_requests_per_source),
        ] {
            if let Err(mistake) = rate(text) {
                mistakes.push(format!("server.{name}: {mistake}"));
            }
        }
        for proxy in &self.trusted_proxies {
            if network(proxy).is_none() {
                mistakes.push(format!(
                    "server.trusted_proxies: \"{proxy}\" is no address or network such as \"10.0.0.7\" or \"10.0.0.0/8\""
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

/// A limit of one source; `None` for none.
fn rate(text: &str) -> Result<Option<Rate>, WindowError> {
    if text.is_empty() {
        return Ok(None);
    }
    let window: Window = text.parse()?;
    Ok(Some(Rate {
        requests: window.calls,
        per: window.per,
    }))
}

/// A network, or one address.
fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse()
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_sources_is_one_window_or_none() {
        let two_a_second = Rate {
            requests: 20,
            per: Duration::from_secs(10),
        };
        assert_eq!(rate("20 per 10 s"), Ok(Some(two_a_second)));
        assert_eq!(rate(""), Ok(None));
        assert!(rate("20").unwrap_err().to_string().contains("10 per 10 s"));
    }

    #[test]
    fn proxies_are_addresses_or_networks() {
        assert_eq!(network("10.0.0.7"), Some("10.0.0.7/32".parse().unwrap()));
        assert_eq!(network("10.0.0.0/8"), Some("10.0.0.0/8".parse().unwrap()));
        assert_eq!(network("::1"), Some("::1/128".parse().unwrap()));
        assert_eq!(network("proxy.example"), None);
    }
}
