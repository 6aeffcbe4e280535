//! Trouble that lasts as long as the storm: how often Google and its messages fail.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    calls::{self, come_back},
    kills::look_for_deaths,
};
use crate::{ledger::Standing, present, rig::Rig, stage::Stage};

/// How long somebody may fail to connect when all is well again, and the pause between two tries.
const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_secs(1);
/// Every call of the calendar API.
const ANY: &str = "/calendar/v3/**";
/// Reading events, where Google may have forgotten a cursor.
const EVENTS: &str = "GET /calendar/v3/calendars/*/events";
/// Refreshing tokens.
const TOKEN: &str = "POST /token";

/// What strikes how many calls.
fn faults() -> Vec<(&'static str, f64, Value)> {
    let status = |status: u16, reason: &str| json!({"kind": "status", "status": status, "reason": reason});
    vec![
        // 5 % are too many: most name the user, some the project.
        (ANY, 0.030, status(429, "userRateLimitExceeded")),
        (ANY, 0.015, status(403, "userRateLimitExceeded")),
        (
            ANY,
            0.005,
            json!({"kind": "status", "status": 429, "reason": "rateLimitExceeded", "retryAfterSeconds": 1}),
        ),
        // 1 % fail.
        (ANY, 0.005, status(503, "backendError")),
        (ANY, 0.003, status(500, "internalError")),
        (ANY, 0.002, json!({"kind": "html", "status": 502})),
        (EVENTS, 0.005, status(410, "fullSyncRequired")),
        // Slow and broken bodies.
        (ANY, 0.030, json!({"kind": "delay", "milliseconds": 1500})),
        (
            ANY,
            0.005,
            json!({"kind": "trickle", "bytes": 60, "milliseconds": 20}),
        ),
        (ANY, 0.010, json!({"kind": "truncate"})),
        (ANY, 0.003, json!({"kind": "corrupt"})),
        (ANY, 0.005, json!({"kind": "reset"})),
        (ANY, 0.005, json!({"kind": "resetAfter"})),
        (ANY, 0.002, json!({"kind": "hang"})),
        (ANY, 0.002, json!({"kind": "hangAfter"})),
        (ANY, 0.020, json!({"kind": "clockSkew", "seconds": -240})),
        (EVENTS, 0.010, json!({"kind": "emptyPage"})),
        (EVENTS, 0.050, json!({"kind": "pageSize", "items": 7})),
        (TOKEN, 0.050, status(503, "backendError")),
        (TOKEN, 0.030, json!({"kind": "resetAfter"})),
        (TOKEN, 0.020, json!({"kind": "truncate"})),
    ]
}

/// What strikes how many messages.
fn push_troubles() -> Vec<(f64, Value)> {
    vec![
        (0.20, json!({"kind": "lose"})),
        (0.05, json!({"kind": "duplicate"})),
        (0.05, json!({"kind": "reorder"})),
        (0.05, json!({"kind": "keepAfterStop"})),
    ]
}

/// From now on Google fails as often as it does.
pub(crate) async fn unleash(stage: &Stage) -> anyhow::Result<()> {
    let (simulator, seed) = (&stage.simulator, stage.seed);
    simulator
        .order(Method::PUT, "/quotas", stage.budgets.quotas())
        .await?;
    simulator.order(Method::DELETE, "/meter", Value::Null).await?;
    for (number, (route, rate, trouble)) in (0..).zip(faults()) {
        let fault = json!({"route": route, "rate": rate, "seed": seed + number, "trouble": trouble});
        simulator.order(Method::POST, "/faults", fault).await?;
    }
    for (number, (rate, trouble)) in (100..).zip(push_troubles()) {
        let order = json!({"rate": rate, "seed": seed + number, "trouble": trouble});
        simulator.order(Method::POST, "/push/troubles", order).await?;
    }
    Ok(())
}

/// Google is well again and its clock right, everybody else is up, and who was on the way somewhere arrives. Main calendars
/// count: what nobody reads would not be noticed.
pub(crate) async fn calm(stage: &Stage, rig: &Rig) -> anyhow::Result<()> {
    let simulator = &stage.simulator;
    simulator.order(Method::DELETE, "/faults", Value::Null).await?;
    simulator
        .order(Method::DELETE, "/push/troubles", Value::Null)
        .await?;
    let now = json!({"now": present::now()});
    simulator.order(Method::POST, "/clock", now).await?;
    look_for_deaths(stage, rig).await?;
    for person in 0..stage.people.len() {
        if stage.ledger.standing(person) == Standing::InDoubt {
            let begun = Instant::now();
            // Breakers may still be open.
            while let Err(why) = come_back(stage, person).await {
                anyhow::ensure!(
                    begun.elapsed() < PATIENCE,
                    "person {person} cannot connect: {why:#}"
                );
                tokio::time::sleep(PAUSE).await;
            }
        }
        if matches!(stage.ledger.standing(person), Standing::Steady | Standing::Back) {
            calls::count_main(stage, person).await?;
        }
    }
    Ok(())
}
