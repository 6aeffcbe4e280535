//! Servers on this machine, for as long as the process lives.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context;
use axum::Router;
use reqwest::Client;
use tokio::net::TcpListener;
use url::Url;

/// Serves the routes on a free port.
pub async fn serve(router: Router) -> anyhow::Result<Url> {
    let (listener, url) = bind().await?;
    serve_on(listener, router);
    Ok(url)
}

/// A free port, for a server that has to know its own address beforehand.
pub async fn bind() -> anyhow::Result<(TcpListener, Url)> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let url = format!("http://{}", listener.local_addr()?).parse()?;
    Ok((listener, url))
}

/// Serves the routes on a port that is held already.
pub fn serve_on(listener: TcpListener, router: Router) {
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            eprintln!("a server stopped: {error}");
        }
    });
}

/// A client that keeps its one connection open and takes answers uncompressed: on one machine, compressing would be
/// what is measured.
pub fn client() -> anyhow::Result<Client> {
    Client::builder()
        .gzip(false)
        .tcp_nodelay(true)
        .pool_max_idle_per_host(1)
        .build()
        .context("a client")
}
