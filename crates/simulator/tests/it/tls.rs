//! The second listener: its certificate, its protocols, its end.

use std::path::Path;

use kalends_simulator::{
    Running, Simulator, SimulatorConfig, SimulatorError, TlsCertificate, TlsConfig, TlsError,
};
use reqwest::{Certificate, Client, StatusCode, Version};
use serde_json::Value;

use crate::harness::ambient;

async fn start(certificate: TlsCertificate) -> Result<Running, SimulatorError> {
    let listen = "127.0.0.1:0".parse().unwrap();
    Simulator::start(SimulatorConfig {
        tls: Some(TlsConfig { listen, certificate }),
        ..SimulatorConfig::new(ambient())
    })
    .await
}

async fn generated() -> Running {
    start(TlsCertificate::Generated).await.unwrap()
}

fn trusting(pem: &str) -> Client {
    let certificate = Certificate::from_pem(pem.as_bytes()).unwrap();
    Client::builder().tls_certs_only([certificate]).build().unwrap()
}

/// The certificate as a caller gets it, without trusting anybody yet.
async fn certificate(sim: &Running) -> String {
    let http = Client::builder().build().unwrap();
    let url = format!("{}/_sim/cert.pem", sim.base_url());
    let response = http.get(url).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.text().await.unwrap()
}

fn by_name(sim: &Running, host: &str) -> String {
    sim.tls_base_url().unwrap().replace("127.0.0.1", host)
}

#[tokio::test]
async fn the_certificate_is_good_for_both_names_and_for_http_2() {
    let sim = generated().await;
    let pem = certificate(&sim).await;
    assert_eq!(sim.certificate(), Some(pem.as_str()));
    let http = trusting(&pem);
    for host in ["127.0.0.1", "localhost"] {
        let base = by_name(&sim, host);
        let response = http.get(format!("{base}/_sim/cert.pem")).send().await.unwrap();
        assert_eq!(
            (response.status(), response.version()),
            (StatusCode::OK, Version::HTTP_2)
        );
        assert_eq!(response.text().await.unwrap(), pem);
    }
    let older = Client::builder()
        .tls_certs_only([Certificate::from_pem(pem.as_bytes()).unwrap()])
        .http1_only()
        .build()
        .unwrap();
    let response = older.get(by_name(&sim, "localhost")).send().await.unwrap();
    assert_eq!(
        (response.status(), response.version()),
        (StatusCode::OK, Version::HTTP_11)
    );
}

#[tokio::test]
async fn each_start_has_a_certificate_of_its_own() {
    let (one, other) = (generated().await, generated().await);
    let stranger = trusting(other.certificate().unwrap());
    assert!(stranger.get(one.tls_base_url().unwrap()).send().await.is_err());
}

#[tokio::test]
async fn a_given_certificate_is_shown_and_a_wrong_file_is_named() {
    let made = rcgen_pair();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("cert.pem"), &made.0).unwrap();
    std::fs::write(path("key.pem"), &made.1).unwrap();
    std::fs::write(path("empty.pem"), "nothing").unwrap();
    let files = |certificate: &str, key: &str| TlsCertificate::Files {
        certificate: path(certificate),
        key: path(key),
    };
    let sim = start(files("cert.pem", "key.pem")).await.unwrap();
    assert_eq!(certificate(&sim).await, made.0);
    let response = trusting(&made.0)
        .get(by_name(&sim, "localhost"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);

    let named = |error: SimulatorError, file: &Path| match error {
        SimulatorError::Tls(TlsError::Read { path, .. } | TlsError::Pem { path, .. }) => path == file,
        other => panic!("{other:?}"),
    };
    let missing = start(files("cert.pem", "nowhere.pem")).await.unwrap_err();
    assert!(named(missing, &path("nowhere.pem")));
    let wrong = start(files("cert.pem", "empty.pem")).await.unwrap_err();
    assert!(named(wrong, &path("empty.pem")));
    let none = start(files("empty.pem", "key.pem")).await.unwrap_err();
    assert!(
        matches!(none, SimulatorError::Tls(TlsError::Unusable(_))),
        "{none:?}"
    );
}

fn rcgen_pair() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

#[tokio::test]
async fn the_configuration_names_the_address_that_was_asked() {
    let sim = generated().await;
    let http = trusting(sim.certificate().unwrap());
    let token_endpoint = async |base: &str| {
        let url = format!("{base}/.well-known/openid-configuration");
        let body: Value = http.get(url).send().await.unwrap().json().await.unwrap();
        body["token_endpoint"].as_str().unwrap().to_owned()
    };
    for base in [
        sim.base_url().to_owned(),
        by_name(&sim, "127.0.0.1"),
        by_name(&sim, "localhost"),
    ] {
        assert_eq!(token_endpoint(&base).await, format!("{base}/token"));
    }
    let behind_a_proxy = Simulator::start(SimulatorConfig {
        public_url: Some("https://google.test/".parse().unwrap()),
        ..SimulatorConfig::new(ambient())
    })
    .await
    .unwrap();
    let told = token_endpoint(behind_a_proxy.base_url()).await;
    assert_eq!(told, "https://google.test/token");
}

#[tokio::test]
async fn a_peer_that_never_speaks_holds_up_nobody_not_even_the_end() {
    let sim = generated().await;
    let http = trusting(sim.certificate().unwrap());
    let url = sim.tls_base_url().unwrap().to_owned();
    let address = url.trim_start_matches("https://").to_owned();
    let silent = tokio::net::TcpStream::connect(&address).await.unwrap();
    assert_eq!(http.get(&url).send().await.unwrap().status(), StatusCode::OK);
    drop(http);
    sim.shutdown().await;
    drop(silent);
    assert!(tokio::net::TcpStream::connect(&address).await.is_err());
}

#[tokio::test]
async fn without_tls_there_is_no_certificate() {
    let sim = Simulator::start(SimulatorConfig::new(ambient())).await.unwrap();
    let http = Client::builder().build().unwrap();
    let url = format!("{}/_sim/cert.pem", sim.base_url());
    assert_eq!(
        http.get(url).send().await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
}
