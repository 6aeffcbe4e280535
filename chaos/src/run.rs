//! A run from its beginning to its summary: set up, storm, quiet, checks.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::{
    agenda::Agenda,
    cast,
    checks::{self, Rows},
    journal::Journal,
    ledger::Ledger,
    limits, present,
    rig::{Programs, Rig},
    schedule::{self, Size},
    servers::{postgres::Postgres, simulator::Simulator},
    stage::Stage,
    storm::{self, Reader},
};

/// How long everybody's first sync may take.
const FIRST_SYNC: Duration = Duration::from_mins(2);

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) minutes: u64,
    pub(crate) seed: u64,
    pub(crate) replicas: usize,
    /// Changes of the application's events.
    pub(crate) changes: usize,
    /// By how much the budgets are raised.
    pub(crate) budgets: u32,
    /// How long store and provider may take to agree after the storm.
    pub(crate) quiet: Duration,
    pub(crate) programs: Programs,
}

/// Carries the order out. Answers whether all held, and the last line.
pub(crate) async fn carry_out(order: &Order, folder: &Path) -> anyhow::Result<(Held, String)> {
    println!(
        "chaos: seed {}, {} minutes; logs in {}",
        order.seed,
        order.minutes,
        folder.display()
    );
    let (stage, rig) = set_up(order, folder).await?;
    let rows = [
        Rows::postgres(&Postgres::url(rig.postgres.address())).await?,
        Rows::sqlite(&rig.sqlite).await?,
    ];
    let reader = Reader::begin(&stage);
    connect_everybody(&stage).await?;
    storm::stock(&stage, order.changes).await?;
    let first = checks::settle(&stage, &rows, FIRST_SYNC).await?;
    anyhow::ensure!(
        first < FIRST_SYNC,
        "the first sync does not end, and nothing has been broken yet"
    );
    println!(
        "chaos: {} people are connected and in agreement after {} s",
        stage.people.len(),
        first.as_secs()
    );

    let size = Size {
        minutes: order.minutes,
        people: stage.people.len(),
        calendars: cast::CALENDARS,
        fleet: order.replicas,
        changes: order.changes,
    };
    let schedule = schedule::plan(order.seed, size);
    std::fs::write(folder.join("schedule.txt"), format!("{schedule:#?}\n"))?;
    storm::unleash(&stage).await?;
    storm::rage(&stage, &rig, schedule).await.context("the storm")?;
    storm::calm(&stage, &rig).await?;

    // The crash of PostgreSQL ended these connections too.
    let rows = [
        Rows::postgres(&Postgres::url(rig.postgres.address())).await?,
        Rows::sqlite(&rig.sqlite).await?,
    ];
    let quiet = checks::settle(&stage, &rows, order.quiet).await?;
    let heard = reader.end().await?;
    let messages = messages(&stage).await?;
    let peaks = checks::all(&stage, &rows, &heard, folder).await?;
    rig.postgres.keep_log(folder);
    let changes: usize = heard.iter().map(|heard| heard.changes.len()).sum();
    let held = Held::of(&stage.journal);
    let told = format!(
        "{changes} changes, {messages} messages, {}",
        stage.budgets.told(peaks)
    );
    Ok((held, summary(order, &stage.journal, quiet, &told)))
}

/// Whether all held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Yes,
    No,
}

impl Held {
    fn of(journal: &Journal) -> Self {
        if journal.all_findings() == 0 {
            Self::Yes
        } else {
            Self::No
        }
    }
}

async fn set_up(order: &Order, folder: &Path) -> anyhow::Result<(Arc<Stage>, Arc<Rig>)> {
    let begun = present::now();
    let budgets = limits::raised(order.budgets);
    let simulator = Simulator::start(&order.programs.kalends, folder)
        .await
        .context("the simulator")?;
    simulator.order(Method::PUT, "/quotas", budgets.quotas()).await?;
    let people = cast::people();
    cast::settle(&simulator, &people, order.seed, begun).await?;
    let (rig, sites) = Rig::start(&order.programs, order.replicas, budgets, (&simulator, folder)).await?;
    let stage = Stage {
        seed: order.seed,
        begun,
        simulator,
        sites,
        doors: people.iter().map(|_| Mutex::new(())).collect(),
        ledger: Ledger::new(people.len()),
        agenda: Agenda::default(),
        budgets,
        people,
        journal: Journal::in_folder(folder)?,
    };
    Ok((Arc::new(stage), Arc::new(rig)))
}

/// Everybody connects, all their calendars count, and the main one takes the application's events.
async fn connect_everybody(stage: &Stage) -> anyhow::Result<()> {
    for (number, person) in stage.people.iter().enumerate() {
        let app = &stage.site(number).app;
        let path = format!("/v1/users/{}", person.user);
        app.insist(Method::PUT, &path, &json!({"timeZone": cast::ZONE}))
            .await?
            .success()?;
        let path = format!("/v1/users/{}/settings/calendar_write", person.user);
        app.insist(Method::PUT, &path, &json!({"enabled": true}))
            .await?
            .success()?;
        stage
            .connect(number)
            .await
            .with_context(|| format!("connecting {}", person.user))?;
        for row in listed(stage, number).await? {
            let path = format!("/v1/calendars/{}", row["id"].as_str().unwrap_or_default());
            let is_main = row["name"] == *cast::calendar_name(&person.calendars[0]);
            let choice = json!({"selected": true, "writeTarget": is_main});
            app.insist(Method::PATCH, &path, &choice).await?.success()?;
        }
    }
    Ok(())
}

/// The person's calendars, once the account has been asked for them.
async fn listed(stage: &Stage, person: usize) -> anyhow::Result<Vec<Value>> {
    let asked = tokio::time::timeout(FIRST_SYNC, async {
        loop {
            let rows = stage.calendars(person).await?;
            if rows.len() == cast::CALENDARS {
                return Ok(rows);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    asked.await.context("a new account's calendars are not listed")?
}

/// How many messages about changes Google had for the servers.
async fn messages(stage: &Stage) -> anyhow::Result<usize> {
    let path = "/push/deliveries?after=0";
    let answer = stage.simulator.order(Method::GET, path, Value::Null).await?;
    Ok(answer["deliveries"].as_array().map_or(0, Vec::len))
}

/// The last line of a run; `told` is what else there is to tell.
fn summary(order: &Order, journal: &Journal, quiet: Duration, told: &str) -> String {
    let did = [
        "edits", "calls", "wishes", "touches", "samples", "kills", "drains", "troubles",
    ]
    .map(|counted| format!("{} {counted}", journal.count(counted)));
    let found = [
        "differences",
        "events unlike their copies",
        "duplicates",
        "orphans",
        "touches told wrongly",
        "links that do not end",
        "stuck tasks",
        "gaps in seq",
        "budgets exceeded",
        "false reconnects",
        "free although busy",
        "leaks in logs",
        "panics",
        "deaths",
        "planted mistakes unseen",
    ]
    .map(|kind| format!("{} {kind}", journal.findings(kind)));
    let others = journal.findings("connections") + journal.findings("drains");
    let verdict = if Held::of(journal) == Held::Yes {
        "ok"
    } else {
        "FAILED"
    };
    format!(
        "chaos: seed {}, {} min, {}, {told}, quiet after {} s \
         ({} nudges); {}, {others} others: {verdict}",
        order.seed,
        order.minutes,
        did.join(", "),
        quiet.as_secs(),
        journal.count("nudges"),
        found.join(", "),
    )
}

/// The folder in which a run leaves its logs: the one that was named, else a new one that stays.
pub(crate) fn folder(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    match named {
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            Ok(folder.canonicalize()?)
        }
        None => Ok(tempfile::Builder::new()
            .prefix("kalends-chaos-")
            .tempdir()?
            .keep()),
    }
}
