//! How requests reach the server: straight into its router, or over HTTP when it runs in a process of its own.

use axum::{
    Router,
    body::Body,
    http::{Request, Uri},
    response::Response,
};
use tower::ServiceExt as _;

/// The way to one server.
#[derive(Clone, Debug)]
pub(crate) enum Transport {
    /// The server is in this process.
    Router(Router),
    /// The server listens at this address, which has no path.
    Address(reqwest::Client, String),
}

impl Transport {
    /// To a server that listens.
    pub(crate) fn to(address: &str) -> Self {
        Self::Address(http(), address.trim_end_matches('/').to_owned())
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Response<Body> {
        match self {
            Self::Router(router) => router.clone().oneshot(request).await.unwrap(),
            Self::Address(http, address) => {
                let (mut parts, body) = request.into_parts();
                let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
                parts.uri = format!("{address}{}", parts.uri).parse::<Uri>().unwrap();
                let request = Request::from_parts(parts, body).try_into().unwrap();
                let answer = http.execute(request).await.unwrap();
                Response::from(answer).map(Body::new)
            }
        }
    }
}

/// Follows no redirects: tests say where each one leads.
pub(crate) fn http() -> reqwest::Client {
    let no_redirects = reqwest::redirect::Policy::none();
    reqwest::Client::builder().redirect(no_redirects).build().unwrap()
}
