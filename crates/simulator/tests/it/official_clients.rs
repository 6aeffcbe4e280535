//! Google's own clients and another project's against the simulator, each a program in `tests/clients`.
//!
//! The Python programs run with the interpreter named by `KALENDS_PYTHON`, which needs `tests/clients/requirements.txt`
//! installed, the Node programs with the modules in `KALENDS_NODE_MODULES`; `cargo xtask test` makes both. Without them
//! the tests say so and pass, unless `KALENDS_TEST_REQUIRE_ALL=1`.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use kalends_simulator::{Running, Simulator, SimulatorConfig, TlsCertificate, TlsConfig, World};
use tempfile::NamedTempFile;

use crate::harness::{ambient, recording, variable};

/// Runs a program of `tests/clients`.
#[derive(Clone, Copy)]
enum Language {
    Python,
    Node,
}

impl Language {
    /// The command without the program, or what is missing.
    fn command(self) -> Result<Command, &'static str> {
        let set = |name| variable(name).ok_or(name);
        match self {
            Self::Python => Ok(Command::new(set("KALENDS_PYTHON")?)),
            Self::Node => {
                let modules = set("KALENDS_NODE_MODULES")?;
                let mut command = Command::new("node");
                command.env("NODE_PATH", modules);
                Ok(command)
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Transport {
    Plain,
    /// The clients trust nothing but the certificate that the simulator serves.
    Tls,
}

async fn run(language: Language, program: &str, transport: Transport) {
    let mut command = match language.command() {
        Ok(command) => command,
        Err(missing) => {
            let required = variable("KALENDS_TEST_REQUIRE_ALL").as_deref() == Some("1");
            assert!(!required, "{missing} is not set");
            println!("skipped: {missing} is not set");
            return;
        }
    };
    let sim = start().await;
    let certificate = certificate(&sim);
    let base = match transport {
        Transport::Plain => sim.base_url(),
        Transport::Tls => sim.tls_base_url().unwrap(),
    };
    command
        .arg(clients().join(program))
        .arg(base)
        // The Python client refuses redirects to plain http otherwise, also on loopback.
        .env("OAUTHLIB_INSECURE_TRANSPORT", "1")
        .stdin(Stdio::null());
    // What OpenSSL, requests, httplib2 and Node read.
    for name in [
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
        "HTTPLIB2_CA_CERTS",
        "NODE_EXTRA_CA_CERTS",
    ] {
        command.env(name, certificate.path());
    }
    // Nothing of this leaves the machine.
    for name in [
        "http_proxy",
        "https_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ] {
        command.env_remove(name);
    }
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.unwrap().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{complained}");
    println!("{told}");
}

fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

async fn start() -> Running {
    let tls = TlsConfig {
        listen: "127.0.0.1:0".parse().unwrap(),
        certificate: TlsCertificate::Generated,
    };
    let config = SimulatorConfig {
        tls: Some(tls),
        record: recording(),
        world: World::Demo,
        ..SimulatorConfig::new(ambient())
    };
    Simulator::start(config).await.unwrap()
}

fn certificate(sim: &Running) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(sim.certificate().unwrap().as_bytes()).unwrap();
    file
}

#[tokio::test]
async fn googles_python_client_believes_the_simulator() {
    run(Language::Python, "google_client.py", Transport::Plain).await;
}

#[tokio::test]
async fn googles_python_client_believes_the_simulator_over_tls() {
    run(Language::Python, "google_client.py", Transport::Tls).await;
}

#[tokio::test]
async fn googles_node_client_believes_the_simulator() {
    run(Language::Node, "node/google_client.cjs", Transport::Plain).await;
}

#[tokio::test]
async fn googles_node_client_believes_the_simulator_over_tls() {
    run(Language::Node, "node/google_client.cjs", Transport::Tls).await;
}

#[tokio::test]
async fn gcal_sync_keeps_its_copy_of_a_calendar() {
    run(Language::Python, "gcal_sync_client.py", Transport::Plain).await;
}

#[tokio::test]
async fn every_method_takes_the_scopes_of_the_discovery_document_and_no_others() {
    run(Language::Python, "scopes.py", Transport::Plain).await;
}
