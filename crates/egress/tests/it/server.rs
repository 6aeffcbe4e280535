//! Servers on loopback, and handles and calls to reach them with.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Router, serve::ListenerExt};
use bytes::Bytes;
use jiff::Timestamp;
use kalends_egress::{Call, ClientKey, Egress, EgressConfig, Service, Surroundings, Target};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

pub(crate) const SERVICE: Service = Service("test");

/// A running server; stops with the test's runtime.
pub(crate) struct Server {
    pub(crate) addr: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Server {
    pub(crate) async fn start(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        let listener = listener.tap_io(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { addr, connections }
    }

    /// A server that answers every connection with these bytes and hangs up.
    pub(crate) async fn raw(answer: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 1024];
                if stream.read(&mut request).await.is_ok() {
                    stream.write_all(answer).await.ok();
                }
            }
        });
        Self {
            addr,
            connections: Arc::default(),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// How many connections it has accepted.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

pub(crate) fn config() -> EgressConfig {
    let now: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
    EgressConfig::new(Surroundings::new(move || now, || 0.0))
}

/// A handle for which these servers may be user-supplied targets.
pub(crate) fn allowing(servers: &[&Server]) -> Egress {
    let mut config = config();
    config.user_urls.allowed = servers
        .iter()
        .map(|server| server.addr.to_string().parse().unwrap())
        .collect();
    Egress::new(config).unwrap()
}

pub(crate) fn get(url: &str) -> Call {
    Call::new(
        SERVICE,
        ClientKey::default(),
        http::Request::get(url).body(Bytes::new()).unwrap(),
    )
}

/// A GET of a URL that a person typed.
pub(crate) fn typed(url: &str) -> Call {
    Call {
        target: Target::UserSupplied,
        ..get(url)
    }
}
