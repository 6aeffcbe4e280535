//! Applications at work: questions, requests to sync, settings, people who leave and come back.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::due;
use crate::{
    cast,
    ledger::{CalendarSpot, Selected, Standing},
    schedule::{Aim, Call, Step},
    stage::Stage,
};

/// How long calls that are under way when the storm ends may take; those that insist need about a minute.
const PATIENCE: Duration = Duration::from_secs(90);

/// Makes all calls, each when it is due; a slow one does not keep the next one waiting.
pub(super) async fn make(
    stage: &Arc<Stage>,
    begun: Instant,
    steps: Vec<Step<(Call, Aim)>>,
) -> anyhow::Result<()> {
    let mut under_way = JoinSet::new();
    for step in steps {
        due(begun, &step).await;
        let (call, aim) = step.deed;
        let stage = Arc::clone(stage);
        under_way.spawn(async move {
            let outcome = match call_once(&stage, call, aim).await {
                Ok(()) => "done".to_owned(),
                // Servers are being killed: that a call fails is no finding.
                Err(why) => format!("failed: {why:#}"),
            };
            stage.journal.did(
                "calls",
                &format!("call {call:?} of person {}: {outcome}", aim.person),
            );
        });
    }
    let ended = tokio::time::timeout(PATIENCE, async { while under_way.join_next().await.is_some() {} });
    anyhow::ensure!(
        ended.await.is_ok(),
        "calls are still waiting for an answer after {PATIENCE:?}"
    );
    Ok(())
}

async fn call_once(stage: &Stage, call: Call, aim: Aim) -> anyhow::Result<()> {
    let person = &stage.people[aim.person];
    let app = &stage.site(aim.person).app;
    let user = &person.user;
    match call {
        Call::Slots => {
            let question = question(
                stage,
                user,
                aim,
                &json!({"durationMinutes": 45, "maxResults": 20}),
            );
            app.call(Method::POST, "/v1/slots", &question).await?;
        }
        Call::FreshAvailability => {
            let question = question(stage, user, aim, &json!({}));
            app.call(Method::POST, "/v1/availability", &question).await?;
        }
        Call::Sync => {
            app.call(Method::POST, &format!("/v1/users/{user}/sync"), &Value::Null)
                .await?;
        }
        Call::SyncAndWait => {
            app.call(
                Method::POST,
                &format!("/v1/users/{user}/sync?wait=10"),
                &Value::Null,
            )
            .await?;
        }
        Call::SyncEverybody => sync_everybody(stage).await,
        Call::Toggle => toggle(stage, aim).await?,
        Call::Settings => settings(stage, aim).await?,
        Call::Revoke | Call::Leave | Call::Return if !person.restless => {}
        Call::Revoke => revoke(stage, aim.person).await?,
        Call::Leave => leave(stage, aim.person).await?,
        Call::Return => come_back(stage, aim.person).await?,
    }
    Ok(())
}

fn question(stage: &Stage, user: &str, aim: Aim, more: &Value) -> Value {
    let from = stage.begun + SignedDuration::from_hours((aim.numbers[0] % 200) as i64);
    let to = from + SignedDuration::from_hours(24 * 14);
    let mut question =
        json!({"userIds": [user], "from": from, "to": to, "maxStalenessSeconds": aim.numbers[1] % 20});
    if let (Some(question), Some(more)) = (question.as_object_mut(), more.as_object()) {
        question.extend(more.clone());
    }
    question
}

async fn sync_everybody(stage: &Stage) {
    for person in 0..stage.people.len() {
        let path = format!("/v1/users/{}/sync", stage.people[person].user);
        // As with every single call, some servers are down.
        let _ = stage
            .site(person)
            .app
            .call(Method::POST, &path, &Value::Null)
            .await;
    }
}

/// Deselects a calendar that counts, selects one that does not.
async fn toggle(stage: &Stage, aim: Aim) -> anyhow::Result<()> {
    let spot = (aim.person, aim.calendar);
    let _door = stage.doors[aim.person].lock().await;
    let wanted = if stage.ledger.is_selected(spot) {
        Selected::No
    } else {
        Selected::Yes
    };
    select(stage, spot, wanted).await
}

/// Selects the person's main calendar if it does not count.
pub(super) async fn count_main(stage: &Stage, person: usize) -> anyhow::Result<()> {
    let _door = stage.doors[person].lock().await;
    if stage.ledger.is_selected((person, 0)) {
        return Ok(());
    }
    select(stage, (person, 0), Selected::Yes).await
}

async fn select(stage: &Stage, spot: CalendarSpot, wanted: Selected) -> anyhow::Result<()> {
    let name = cast::calendar_name(stage.google_id(spot));
    let calendars = stage.calendars(spot.0).await?;
    let Some(row) = calendars.iter().find(|row| row["name"] == *name) else {
        return Ok(());
    };
    let path = format!("/v1/calendars/{}", row["id"].as_str().unwrap_or_default());
    let choice = json!({"selected": wanted == Selected::Yes});
    let app = &stage.site(spot.0).app;
    let reply = app.insist(Method::PATCH, &path, &choice).await?;
    // Somebody who has left has no calendar to select.
    if reply.status.is_success() {
        stage.ledger.select(spot, wanted);
    }
    Ok(())
}

/// Settings that change what is stored and compiled, but not what a timed event means.
async fn settings(stage: &Stage, aim: Aim) -> anyhow::Result<()> {
    let path = format!(
        "/v1/users/{}/settings/calendar_read",
        stage.people[aim.person].user
    );
    let days = 80 + aim.numbers[0] % 40;
    let body = json!({"windowBackDays": 20 + aim.numbers[1] % 20, "windowAheadDays": days});
    stage
        .site(aim.person)
        .app
        .insist(Method::PUT, &path, &body)
        .await?
        .success()?;
    Ok(())
}

async fn revoke(stage: &Stage, person: usize) -> anyhow::Result<()> {
    let _door = stage.doors[person].lock().await;
    if matches!(stage.ledger.standing(person), Standing::Steady | Standing::Back) {
        stage.ledger.set_standing(person, Standing::Revoked);
        stage
            .simulator
            .revoke(&stage.people[person].email, stage.site(person).client)
            .await?;
    }
    Ok(())
}

async fn leave(stage: &Stage, person: usize) -> anyhow::Result<()> {
    let _door = stage.doors[person].lock().await;
    if matches!(stage.ledger.standing(person), Standing::Steady | Standing::Back) {
        stage.ledger.set_standing(person, Standing::InDoubt);
        let app = &stage.site(person).app;
        let path = format!("/v1/connections?userId={}", stage.people[person].user);
        for connection in app.all(&path).await? {
            let path = format!(
                "/v1/connections/{}",
                connection["id"].as_str().unwrap_or_default()
            );
            app.insist(Method::DELETE, &path, &Value::Null).await?.success()?;
        }
        stage.ledger.set_standing(person, Standing::Left);
    }
    Ok(())
}

/// Connects somebody who is not, or not surely, connected.
pub(super) async fn come_back(stage: &Stage, person: usize) -> anyhow::Result<()> {
    let _door = stage.doors[person].lock().await;
    if matches!(stage.ledger.standing(person), Standing::Steady | Standing::Back) {
        return Ok(());
    }
    stage.ledger.set_standing(person, Standing::InDoubt);
    stage.connect(person).await?;
    stage.ledger.set_standing(person, Standing::Back);
    Ok(())
}
