//! `kalends serve` in a process of its own, with the simulator as its Google.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use kalends_core::ambient::Ambient;
use kalends_simulator::{Running, Simulator, SimulatorConfig};
use kalends_testkit::{Browser, Client, Database, ManualClock, SeededEntropy};
use secrecy::SecretString;
use serde_json::{Value, json};

/// Seals the secrets of every test's database.
pub(crate) const KEYS: &str = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// How long anything that is waited for may take, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_mins(1);

/// A simulated Google whose clock shows the system's time.
pub(crate) async fn google() -> Running {
    #[expect(
        clippy::disallowed_methods,
        reason = "the server under test lives in real time, and its tokens must not be old"
    )]
    let now = Timestamp::now();
    let clock = Arc::new(ManualClock::at(now));
    let config = SimulatorConfig {
        record: kalends_testkit::recording(),
        ..SimulatorConfig::new(Ambient::new(clock, Arc::new(SeededEntropy::new(1))))
    };
    Simulator::start(config).await.unwrap()
}

/// What every start of the binary on one database has in common.
pub(crate) struct Installation {
    database: String,
    google: String,
    folder: tempfile::TempDir,
}

/// A server that serves. It is killed when it is dropped.
pub(crate) struct Server {
    pub(crate) address: String,
    child: Child,
}

impl Installation {
    pub(crate) fn new(database: &Database, google: &Running) -> Self {
        Self::at(database, google.base_url())
    }

    /// One whose Google is at that address.
    pub(crate) fn at(database: &Database, google: &str) -> Self {
        Self {
            database: database.url.clone(),
            google: google.to_owned(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The binary with this installation's settings and nothing from the environment of the tests.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kalends"));
        command
            .args(arguments)
            .env_clear()
            .current_dir(self.folder.path())
            .env("KALENDS_KEYS", KEYS)
            .env("KALENDS_DATABASE__URL", &self.database)
            .env("KALENDS_GOOGLE__CLIENT_ID", "kalends-demo")
            .env("KALENDS_GOOGLE__CLIENT_SECRET", "kalends-demo-secret");
        for (setting, path) in [
            ("AUTHORIZATION_URL", "/o/oauth2/v2/auth"),
            ("TOKEN_URL", "/token"),
            ("REVOCATION_URL", "/revoke"),
            ("USERINFO_URL", "/v1/userinfo"),
            ("JWKS_URL", "/oauth2/v3/certs"),
            ("CALENDAR_URL", "/calendar/v3"),
        ] {
            command.env(
                format!("KALENDS_GOOGLE__{setting}"),
                format!("{}{path}", self.google),
            );
        }
        command
    }

    /// Runs a command to its end and answers its last word.
    pub(crate) fn say(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        let said = String::from_utf8(output.stdout).unwrap();
        said.split_whitespace().last().unwrap().to_owned()
    }

    /// A tenant's key, made as its operator makes it.
    pub(crate) fn key(&self) -> SecretString {
        let tenant = self.say(&["tenants", "create", "Lessons"]);
        self.say(&["keys", "create", "--tenant", &tenant]).into()
    }

    pub(crate) fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    /// A server with some settings of its own, as `("KALENDS_TASKS__CONCURRENCY", "1")`.
    pub(crate) fn serve_with(&self, settings: &[(&str, &str)]) -> Server {
        let mut child = self
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = child.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let address = line.strip_prefix("kalends ready on ").unwrap().trim_end();
        Server {
            address: address.to_owned(),
            child,
        }
    }
}

impl Server {
    /// Ends it as a power cut does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, as a service manager does.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(sent.success());
    }

    /// How it ended by itself.
    pub(crate) async fn ended(mut self) -> ExitStatus {
        tokio::task::spawn_blocking(move || self.child.wait().unwrap())
            .await
            .unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already when this fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Connects an account for the user `ada`, as a person does, and answers the connection's path.
pub(crate) async fn connect(server: &Server, app: &Client, email: &str) -> String {
    connect_user(server, app, "ada", email).await
}

/// Connects an account for a user, as a person does, and answers the connection's path.
pub(crate) async fn connect_user(server: &Server, app: &Client, user: &str, email: &str) -> String {
    connect_for(server, app, (user, email), &["calendar_read"]).await
}

/// The same, and the account's main calendar gets the user's events.
pub(crate) async fn connect_writer(server: &Server, app: &Client, user: &str, email: &str) -> String {
    let connection = connect_for(server, app, (user, email), &["calendar_read", "calendar_write"]).await;
    let setting = format!("/v1/users/{user}/settings/calendar_write");
    app.put(&setting, json!({"enabled": true}))
        .await
        .expect_status(200);
    let listed = format!("/v1/calendars?userId={user}");
    let is_main = |calendar: &&Value| calendar["primary"] == true;
    let of = |listed: &Value| listed["items"].as_array().unwrap().iter().find(is_main).cloned();
    let listed = until(app, &listed, |listed| of(listed).is_some()).await;
    let calendar = format!("/v1/calendars/{}", of(&listed).unwrap()["id"].as_str().unwrap());
    app.patch(&calendar, json!({"writeTarget": true}))
        .await
        .expect_status(200);
    connection
}

async fn connect_for(
    server: &Server,
    app: &Client,
    (user, email): (&str, &str),
    features: &[&str],
) -> String {
    app.put(&format!("/v1/users/{user}"), json!({"timeZone": "Europe/Zurich"}))
        .await
        .expect_status(200);
    let session = json!({"userId": user, "provider": "google", "features": features});
    let session = app.post("/v1/connect-sessions", session).await.expect_status(201);
    let link = session.json()["url"].as_str().unwrap().to_owned();
    let back = Browser::at(&server.address).connect(&link, email).await;
    assert!(
        back.status.is_success() || back.status.is_redirection(),
        "{back:?}"
    );
    let connections = app
        .get(&format!("/v1/connections?userId={user}"))
        .await
        .expect_status(200);
    let id = connections.json()["items"][0]["id"].as_str().unwrap().to_owned();
    format!("/v1/connections/{id}")
}

/// The interpreter with Google's client; nothing where there is none, unless no test may be skipped.
#[expect(
    clippy::disallowed_methods,
    reason = "tests take the places of other programs from the environment"
)]
pub(crate) fn python() -> Option<String> {
    let python = std::env::var("KALENDS_PYTHON").ok();
    if python.is_none() {
        let required = std::env::var("KALENDS_TEST_REQUIRE_ALL").is_ok_and(|value| value == "1");
        assert!(!required, "KALENDS_PYTHON is not set");
        println!("skipped: KALENDS_PYTHON is not set");
    }
    python
}

/// Asks until it is so.
pub(crate) async fn eventually(is_so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "it has not come to be so");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Asks until the answer is what is waited for.
pub(crate) async fn until(app: &Client, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let answer = app.get(path).await.expect_status(200).json();
        if wanted(&answer) {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{path} still answers {answer:#}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
