//! What the log tells of a call, and what it must not.

use std::{
    io,
    sync::{Arc, Mutex},
};

use axum::{Router, routing::get as on_get};
use http::StatusCode;
use kalends_egress::{Auth, Call, Egress, Repeat, Service};
use tracing_subscriber::fmt::MakeWriter;

use crate::server::{Server, config, get};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_call_is_told_without_its_secrets() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter("kalends_egress=trace")
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    // For the whole process: with a subscriber of one thread only, other tests switch these lines off for all.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let router = Router::new()
        .route("/private-3f9a/basic.ics", on_get(|| async { "b0dy" }))
        .fallback(|| async { StatusCode::SERVICE_UNAVAILABLE });
    let server = Server::start(router).await;
    let egress = Egress::new(config()).unwrap();
    for path in ["/private-3f9a/basic.ics?key=k3y", "/private-3f9a"] {
        let mut call = Call {
            auth: Auth::Bearer("t0ken".to_owned().into()),
            ..get(&server.url(path))
        };
        call.service = Service("logged");
        call.repeat = Repeat::OnlyIfRefused;
        egress.send(call).await.ok();
    }

    let told = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let told: Vec<_> = told
        .lines()
        .filter(|line| line.contains("service=\"logged\" host=\"127.0.0.1\""))
        .collect();
    let [answered, failed] = told[..] else {
        panic!("not two lines: {told:#?}")
    };
    assert!(
        answered.contains("call answered status=200 verdict=Ok elapsed_ms="),
        "{answered}"
    );
    assert!(
        failed.contains("call failed error=the service is unavailable (status 503"),
        "{failed}"
    );
    for secret in ["3f9a", "k3y", "t0ken", "b0dy"] {
        assert!(
            !answered.contains(secret) && !failed.contains(secret),
            "{secret} is in {told:#?}"
        );
    }
}
