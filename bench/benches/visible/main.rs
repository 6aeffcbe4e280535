//! How long it takes from the receipt of Google's message to the moment the application sees what a person changed.
//!
//! Two hundred people's calendars are watched by a server that has nothing else to do. One person after the other gives
//! an event another title at the simulator, which sends its message by itself. Time begins when the message reaches the
//! server, before anything of it is read, and ends with the answer of `GET /v1/external-events` that has the new title;
//! the application asks again and again. Simulator, server and application share the machine. Run with `cargo xtask bench
//! --bench visible`, which brings PostgreSQL along.

mod application;
mod people;
mod site;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Context;
use kalends_bench::{
    pairs::{quantile, shown},
    throwaway::Server,
};
use tokio::time::timeout;

use crate::{application::Application, people::Person, site::Site};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PEOPLE: usize = 200;
/// Edits of each person; the first of each is thrown away.
const EDITS: usize = 6;
const TARGET: Duration = Duration::from_secs(1);
/// A message that was never sent, or told nothing, would be a mistake and no slow answer.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let mut missed = false;
    for server in Server::all() {
        let times = edits(&server).await?;
        let count = times.len();
        let of = |share| quantile(times.clone(), share);
        let met = of(0.99) < TARGET;
        println!(
            "{}: receipt to visible change, {count} edits on {PEOPLE} calendars\n  p50 {}, p99 {}, longest {}; p99 \
             below {} s: {}",
            server.name(),
            shown(of(0.5)),
            shown(of(0.99)),
            shown(of(1.0)),
            TARGET.as_secs(),
            if met { "met" } else { "MISSED" },
        );
        missed |= !met;
    }
    if missed {
        eprintln!("a target is missed");
    }
    Ok(if missed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

async fn edits(server: &Server) -> anyhow::Result<Vec<Duration>> {
    let database = server.database(0).await?;
    let mut site = Site::open(database.url(), PEOPLE).await?;
    let application = Application::of(&site)?;
    let mut times = Vec::with_capacity(PEOPLE * EDITS);
    for round in 0..EDITS {
        for number in 0..PEOPLE {
            let title = format!("Lesson {round}");
            let took = timeout(PATIENCE, edit(&mut site, &application, number, &title));
            let took = took.await.context("the change was not seen")??;
            if round > 0 {
                times.push(took);
            }
        }
    }
    site.close().await?;
    database.delete().await?;
    Ok(times)
}

/// One edit, until the application sees it.
async fn edit(
    site: &mut Site,
    application: &Application,
    number: usize,
    title: &str,
) -> anyhow::Result<Duration> {
    site.forget_receipts();
    let person: &Person = &site.people[number];
    person.rename(title).await?;
    // It may be seen before this looks, never before it was received.
    let received: Instant = site.receipt().await?;
    while application.title(number).await? != title {
        tokio::task::yield_now().await;
    }
    Ok(received.elapsed())
}
