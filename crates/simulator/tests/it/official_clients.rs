//! Google's own Python client against the simulator, and every answer against Google's discovery document.
//!
//! Runs with the interpreter named by `KALENDS_PYTHON`, which needs `tests/clients/requirements.txt` installed;
//! `cargo xtask test` makes one. Without it the test says so and passes, unless `KALENDS_TEST_REQUIRE_ALL=1`.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use kalends_simulator::{Simulator, SimulatorConfig, World};

use crate::harness::ambient;

async fn run(script: &str, world: World) {
    let Ok(python) = variable("KALENDS_PYTHON") else {
        assert_ne!(
            variable("KALENDS_TEST_REQUIRE_ALL").as_deref(),
            Ok("1"),
            "KALENDS_PYTHON is not set"
        );
        println!("skipped: KALENDS_PYTHON names no interpreter with tests/clients/requirements.txt");
        return;
    };
    let config = SimulatorConfig {
        world,
        ..SimulatorConfig::new(ambient())
    };
    let sim = Simulator::start(config).await.unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/clients")
        .join(script);
    let base = sim.base_url().to_owned();
    let output = tokio::task::spawn_blocking(move || {
        let mut command = Command::new(python);
        // The client refuses plain http otherwise.
        command
            .arg(script)
            .arg(base)
            .env("OAUTHLIB_INSECURE_TRANSPORT", "1")
            .stdin(Stdio::null())
            .output()
    });
    let output = output.await.unwrap().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{complained}");
    println!("{told}");
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by the environment what is installed"
)]
fn variable(name: &str) -> Result<String, std::env::VarError> {
    std::env::var(name)
}

#[tokio::test]
async fn googles_python_client_believes_the_simulator() {
    run("google_client.py", World::Demo).await;
}
