//! The base address that a caller used, for answers that name addresses of the simulator.

use std::convert::Infallible;

use axum::extract::{ConnectInfo, FromRequestParts};
use http::{header, request::Parts};

use crate::{listener::Cord, state::Sim};

/// Scheme and host without a slash at the end: the configured one, else as the caller asked.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl(pub(crate) String);

impl FromRequestParts<Sim> for BaseUrl {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, sim: &Sim) -> Result<Self, Infallible> {
        let addresses = sim.addresses();
        if let Some(public) = &addresses.public {
            return Ok(Self(public.clone()));
        }
        let tls = parts
            .extensions
            .get::<ConnectInfo<Cord>>()
            .is_some_and(|ConnectInfo(cord)| cord.is_tls());
        // HTTP/2 names the host in the request target, HTTP/1.1 in a header.
        let header = parts
            .headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        let host = parts.uri.authority().map(http::uri::Authority::as_str).or(header);
        Ok(Self(match (host, tls) {
            (Some(host), false) => format!("http://{host}"),
            (Some(host), true) => format!("https://{host}"),
            (None, true) => addresses.encrypted_url().unwrap_or_else(|| addresses.plain_url()),
            (None, false) => addresses.plain_url(),
        }))
    }
}
