//! `POST /v1/slots` over HTTP with a tenant's key, against a bare endpoint that reads the same rows and sweeps.
//!
//! 50 people, 60 days, 200 busy spans each, on SQLite. Both servers are in this process, each has one client with one
//! connection; requests alternate, and both answer the same bytes, which is checked before anything is measured. Last,
//! the whole request stands beside one statement of PostgreSQL that finds the same slots with multiranges. Run with
//! `cargo bench -p kalends-bench --bench slots_http`.

mod bare;
mod bare_rows;
mod multirange;
mod people;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use jiff::Timestamp;
use kalends_bench::{
    kalends::{Kalends, ambient},
    loopback,
    pairs::{Limit, measure, verdict},
    throwaway::Server,
};
use reqwest::{Client, header};
use secrecy::ExposeSecret;
use serde_json::Value;
use url::Url;

use crate::{
    multirange::{Form, Multirange},
    people::{People, question},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 400;
/// How often each side is asked in a round beside PostgreSQL.
const IN_A_ROW: u32 = 10;
const TARGET: Limit = Limit::Target(2.0);
/// The statement takes at least five times as long.
const STATEMENT: Limit = Limit::Target(0.2);

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let database = Server::Sqlite.database(0).await?;
    // Nobody is asked: all that the answer needs is stored.
    let nowhere: Url = "http://127.0.0.1:9".parse()?;
    let kalends = Kalends::on(database.url(), &nowhere, ambient()?).await?;
    let people = People::move_in(&kalends).await?;

    let key = kalends.key.expose_secret();
    let ours = Asker::new(&loopback::serve(kalends.router()?).await?, key)?;
    let bare = bare::Bare::over(database.url(), kalends.tenant, key)?;
    let bare = Asker::new(&loopback::serve(bare.router()).await?, key)?;
    let rows = bare_rows::Bare::holding(&people, key).await?;
    let rows = Asker::new(&loopback::serve(rows.router()).await?, key)?;

    let shared = question(people::Hours::InQuestion);
    let own = question(people::Hours::OfEachPerson);
    let bytes = same_answers(&shared, &[&ours, &bare]).await?;
    same_answers(&own, &[&ours, &bare]).await?;
    let slots = same_slots(&shared, &ours, &rows).await?;
    println!("50 people, 60 days, 200 busy spans each: {slots} slots in {bytes} bytes");

    let mut all = vec![
        measure(
            ("open hours in the question; bare reads the same rows", TARGET),
            ROUNDS,
            async || ours.ask(&shared).await,
            async || bare.ask(&shared).await,
        )
        .await?,
        measure(
            ("each person's own open hours; bare reads these too", TARGET),
            ROUNDS,
            async || ours.ask(&own).await,
            async || bare.ask(&own).await,
        )
        .await?,
        measure(
            (
                "open hours in the question; bare has a row for each busy span",
                Limit::None,
            ),
            ROUNDS,
            async || ours.ask(&shared).await,
            async || rows.ask(&shared).await,
        )
        .await?,
    ];
    for server in Server::all()
        .into_iter()
        .filter(|server| *server != Server::Sqlite)
    {
        let statement = Multirange::holding(&people, &server).await?;
        for (name, limit, form) in [
            (
                "each person's own open hours; one multirange statement alone",
                STATEMENT,
                Form::OfEach,
            ),
            (
                "the same; the statement rewritten by hand",
                Limit::None,
                Form::OfAll,
            ),
        ] {
            same_starts(&own, &ours, &statement.starts(form).await?).await?;
            let kalends = async || mean(async || ours.ask(&own).await).await;
            let bare = async || mean(async || statement.ask(form).await).await;
            let rounds = ROUNDS / IN_A_ROW as usize;
            all.push(measure((name, limit), rounds, kalends, bare).await?);
        }
        statement.delete().await?;
    }
    Ok(verdict(&all))
}

/// Asks several times in a row: the two sides are different processes, and a single question after the other's would
/// mostly find that its memory has left the caches.
async fn mean(ask: impl AsyncFn() -> anyhow::Result<Duration>) -> anyhow::Result<Duration> {
    let mut all = Duration::ZERO;
    for _ in 0..IN_A_ROW {
        all += ask().await?;
    }
    Ok(all / IN_A_ROW)
}

/// One server with its client.
struct Asker {
    client: Client,
    url: Url,
    authorization: String,
}

impl Asker {
    fn new(server: &Url, key: &str) -> anyhow::Result<Self> {
        Ok(Self {
            client: loopback::client()?,
            url: server.join("/v1/slots")?,
            authorization: format!("Bearer {key}"),
        })
    }

    /// From the first byte of the question to the last one of the answer.
    async fn ask(&self, question: &str) -> anyhow::Result<Duration> {
        let began = Instant::now();
        let answer = self.answer(question).await?;
        let took = began.elapsed();
        ensure!(!answer.is_empty(), "an empty answer");
        Ok(took)
    }

    async fn answer(&self, question: &str) -> anyhow::Result<Vec<u8>> {
        let answer = self
            .client
            .post(self.url.clone())
            .header(header::AUTHORIZATION, &self.authorization)
            .header(header::CONTENT_TYPE, "application/json")
            .body(question.to_owned())
            .send()
            .await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        ensure!(
            status.is_success(),
            "{status}: {}",
            String::from_utf8_lossy(&body)
        );
        Ok(body.into())
    }
}

/// Checks that all give the same bytes, and answers how many.
async fn same_answers(question: &str, askers: &[&Asker]) -> anyhow::Result<usize> {
    let mut answers = Vec::new();
    for asker in askers {
        answers.push(String::from_utf8(asker.answer(question).await?)?);
    }
    let first = answers.first().context("an answer")?;
    for other in &answers {
        ensure!(
            first == other,
            "the answers differ:\n{first:.2000}\n{other:.2000}"
        );
    }
    Ok(first.len())
}

/// Checks that both find the same slots, and answers how many.
async fn same_slots(question: &str, one: &Asker, other: &Asker) -> anyhow::Result<usize> {
    let one: Value = serde_json::from_slice(&one.answer(question).await?)?;
    let other: Value = serde_json::from_slice(&other.answer(question).await?)?;
    ensure!(one["slots"] == other["slots"], "the slots differ");
    let slots = one["slots"].as_array().context("slots")?.len();
    ensure!(slots > 100, "only {slots} slots");
    Ok(slots)
}

/// Checks that the slots start at these instants.
async fn same_starts(question: &str, asker: &Asker, expect: &[i64]) -> anyhow::Result<()> {
    let answer: Value = serde_json::from_slice(&asker.answer(question).await?)?;
    let slots = answer["slots"].as_array().context("slots")?;
    let mut starts = Vec::with_capacity(slots.len());
    for slot in slots {
        let start: Timestamp = slot["start"].as_str().context("a start")?.parse()?;
        starts.push(start.as_microsecond());
    }
    ensure!(starts == expect, "the statement finds other slots");
    Ok(())
}
