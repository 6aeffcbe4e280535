//! Limits what one source may ask of addresses that need no key: providers' messages, and the pages of connecting.
//!
//! A source is the network address that the request came from, or the one that a trusted proxy names for it; of IPv6 it is the
//! network of 64 bits, since whoever has one address there has them all. What it has used stands in a table of fixed
//! size ([`Budgets`]), so that a flood of sources costs no memory. Each process counts alone.

mod budgets;

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderName};
use kalends_core::ambient::Ambient;

use self::budgets::Budgets;
use crate::{
    config::SourceLimits,
    problem::{Code, Problem},
};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// What all sources have used.
#[derive(Clone, Debug)]
pub(super) struct Sources(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limits: SourceLimits,
    pages: Option<Budgets>,
    push: Option<Budgets>,
    ambient: Ambient,
}

impl Sources {
    pub(super) fn new(limits: &SourceLimits, ambient: &Ambient) -> Self {
        Self(Arc::new(Inner {
            limits: limits.clone(),
            pages: limits.pages.map(|rate| Budgets::new(rate, ambient)),
            push: limits.push.map(|rate| Budgets::new(rate, ambient)),
            ambient: ambient.clone(),
        }))
    }

    /// How long the request's source has to wait; `None` when it may ask now.
    fn wait(&self, request: &Request) -> Option<Duration> {
        let route = request.extensions().get::<MatchedPath>()?.as_str();
        let budgets = match route {
            "/connect" | "/connect/ics" => self.0.pages.as_ref(),
            route if route.starts_with("/v1/oauth/") => self.0.pages.as_ref(),
            route if route.starts_with("/v1/push/") => self.0.push.as_ref(),
            _ => None,
        };
        let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
        let source = source(&self.0.limits, peer.ip(), request.headers())?;
        budgets?.take(source, self.0.ambient.now())
    }
}

/// Answers 429 to a source that has asked too much; its request reaches nothing else.
pub(super) async fn by_source(State(sources): State<Sources>, request: Request, next: Next) -> Response {
    let Some(wait) = sources.wait(&request) else {
        return next.run(request).await;
    };
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Problem::new(
        Code::RateLimited,
        format!("Too many requests came from this address. Ask again in {seconds} s."),
    )
    .retry_after(seconds)
    .into_response()
}

/// Who asks. `None` is the operator's own machine: a trusted proxy that speaks for nobody else.
///
/// Each proxy writes behind the earlier entries where the request came to it from, so the last one that is no proxy's is
/// true, and what stands before it may be made up.
fn source(limits: &SourceLimits, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = peer.to_canonical();
    if !limits.trusts(peer) {
        return Some(whole(peer));
    }
    let lines: Vec<_> = headers.get_all(FORWARDED_FOR).iter().collect();
    for line in lines.into_iter().rev() {
        let Ok(line) = line.to_str() else {
            return Some(whole(peer));
        };
        for entry in line.rsplit(',') {
            match address(entry.trim()) {
                Some(hop) if limits.trusts(hop) => {}
                Some(source) => return Some(whole(source)),
                None => return Some(whole(peer)),
            }
        }
    }
    None
}

/// An address as proxies write it: alone, or with a port.
fn address(entry: &str) -> Option<IpAddr> {
    let alone = entry.strip_prefix('[').and_then(|entry| entry.strip_suffix(']'));
    let address = alone.unwrap_or(entry).parse::<IpAddr>();
    let address = address.or_else(|_| entry.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// Everything that one holder of the address has.
fn whole(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let network = address.to_bits() & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(peer: &str, forwarded: &[&str], expect: Option<&str>) {
        let limits = SourceLimits {
            trusted_proxies: vec!["127.0.0.0/8".parse().unwrap(), "10.0.0.0/8".parse().unwrap()],
            ..SourceLimits::default()
        };
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(line).unwrap());
        }
        let found = source(&limits, peer.parse().unwrap(), &headers);
        assert_eq!(
            found,
            expect.map(|source| source.parse().unwrap()),
            "{peer} {forwarded:?}"
        );
    }

    #[test]
    fn only_trusted_proxies_say_who_asks() {
        check("203.0.113.9", &[], Some("203.0.113.9"));
        check("203.0.113.9", &["198.51.100.1"], Some("203.0.113.9"));
        check("127.0.0.1", &["198.51.100.1"], Some("198.51.100.1"));
        check("::ffff:127.0.0.1", &["198.51.100.1:4711"], Some("198.51.100.1"));
        // Proxies behind each other, and what a stranger wrote before them.
        check(
            "127.0.0.1",
            &["1.1.1.1, 198.51.100.1, 10.1.2.3"],
            Some("198.51.100.1"),
        );
        check(
            "127.0.0.1",
            &["1.1.1.1", "198.51.100.1", "10.1.2.3"],
            Some("198.51.100.1"),
        );
        // The machine itself.
        check("127.0.0.1", &[], None);
        check("127.0.0.1", &["10.1.2.3"], None);
        // A proxy that hides whom it speaks for answers for them.
        check("127.0.0.1", &["198.51.100.1, unknown"], Some("127.0.0.1"));
        check(
            "127.0.0.1",
            &["[2001:db8:1:2:3:4:5:6]:443"],
            Some("2001:db8:1:2::"),
        );
        check("2001:db8::1", &[], Some("2001:db8::"));
    }
}
