//! What `docs/SIMULATOR.md` says is true: its world file loads and its orders are followed.

use std::io::Write;

use kalends_simulator::{Simulator, SimulatorConfig, SimulatorError, World};
use reqwest::Method;
use serde_json::Value;

use crate::harness::{EVENTS, Google, ambient};

const GUIDE: &str = include_str!("../../../../docs/SIMULATOR.md");

fn world_file() -> &'static str {
    GUIDE
        .split("```json\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap()
}

#[tokio::test]
async fn the_world_file_of_the_guide_is_served() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(world_file().as_bytes()).unwrap();
    let google = Google::with(World::File(file.path().into()), Vec::new(), "dan@example.com").await;
    let list = google.get("/calendar/v3/users/me/calendarList").await.ok();
    let roles: Vec<&str> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["accessRole"].as_str())
        .collect();
    assert_eq!(roles, ["owner", "reader"]);
    let day = "singleEvents=true&timeMin=2026-11-03T00:00:00Z&timeMax=2026-11-06T00:00:00Z";
    let page = google.get(&format!("{EVENTS}?{day}")).await.ok();
    assert_eq!(
        page["items"].as_array().unwrap().len(),
        2,
        "the fourth of November is cancelled: {page:#}"
    );
}

#[tokio::test]
async fn every_order_of_the_guide_is_followed() {
    let google = Google::demo("ana@example.com").await;
    let orders = GUIDE
        .lines()
        .filter_map(|line| line.strip_prefix("| `-X ")?.split('`').next());
    let mut followed = 0;
    for order in orders {
        let (request, body) = order.split_once(" -d ").unwrap_or((order, "''"));
        let (method, path) = request.split_once(' ').unwrap();
        let Some(body) = body.strip_prefix('\'').and_then(|body| body.strip_suffix('\'')) else {
            continue;
        };
        let method: Method = method.parse().unwrap();
        let body: Value = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(body).unwrap()
        };
        google.send(method, path, &body).await.ok();
        followed += 1;
    }
    assert!(followed >= 9, "{followed}");
    for trouble in GUIDE.lines().filter_map(|line| line.strip_prefix("| `{\"kind\"")) {
        let trouble = format!("{{\"kind\"{}", trouble.split('`').next().unwrap());
        let trouble: Value = serde_json::from_str(&trouble).unwrap();
        let fault = serde_json::json!({"route": "/token", "trouble": trouble});
        google.post("/_sim/faults", &fault).await.ok();
    }
}

#[tokio::test]
async fn a_world_file_that_cannot_be_used_is_named() {
    let start = |path: std::path::PathBuf| {
        Simulator::start(SimulatorConfig {
            world: World::File(path),
            ..SimulatorConfig::new(ambient())
        })
    };
    let missing = start("/nowhere/world.json".into()).await.unwrap_err();
    assert!(matches!(missing, SimulatorError::ReadWorld { .. }), "{missing:?}");
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"{\"users\": [{\"email\": \"nobody\"}]}").unwrap();
    let wrong = start(file.path().into()).await.unwrap_err();
    assert!(
        wrong.to_string().contains(file.path().to_str().unwrap()),
        "{wrong}"
    );
    let cause = std::error::Error::source(&wrong).unwrap().to_string();
    assert_eq!(cause, "\"nobody\" is not an email address");
}
