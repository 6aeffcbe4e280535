//! First sync of a calendar with 10,000 events, from JSON pages to committed rows and compiled index, against a bare
//! typed parse with bulk upserts on the same kind of database; then the poll that finds nothing new.
//!
//! Both fetch the same pages over HTTP from one server in this process, which has them in memory. Every round begins
//! with two empty databases; making them is not measured. Run with `cargo xtask bench --bench first_sync`, which
//! brings PostgreSQL along.

mod bare;
mod kalends_side;
mod pages;
mod writes;

use std::{cell::RefCell, process::ExitCode, time::Duration};

use anyhow::ensure;
use kalends_bench::{
    kalends::ambient,
    pairs::{Limit, Pairs, measure, shown, verdict},
    throwaway::{Database, Server},
};

use crate::{
    bare::{Bare, Indexes},
    kalends_side::Side,
    pages::Pages,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EVENTS: u32 = 10_000;
const ROUNDS: usize = 15;
const POLLS: usize = 200;
/// At least half the rows per second.
const TARGET: Limit = Limit::Target(2.0);

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let pages = Pages::of_calendar_with(EVENTS, ambient()?).await?;
    let mut all = Vec::new();
    for server in Server::all() {
        all.push(first_syncs(&server, &pages, (Indexes::KeyAndTime, TARGET)).await?);
        all.push(first_syncs(&server, &pages, (Indexes::Key, Limit::None)).await?);
        all.push(polls(&server, &pages).await?);
    }
    Ok(verdict(&all))
}

async fn first_syncs(
    server: &Server,
    pages: &Pages,
    (indexes, limit): (Indexes, Limit),
) -> anyhow::Result<Pairs> {
    let used: RefCell<Vec<Database>> = RefCell::default();
    let fresh = async || -> anyhow::Result<String> {
        let number = used.borrow().len();
        let database = server.database(number).await?;
        let url = database.url().to_owned();
        used.borrow_mut().push(database);
        Ok(url)
    };
    let table = match indexes {
        Indexes::Key => "a bare table with its key alone",
        Indexes::KeyAndTime => "a bare table that can be asked by time",
    };
    let name = format!("{}: first sync of {EVENTS} events, {table}", server.name());
    let pairs = measure(
        (&name, limit),
        ROUNDS,
        async || {
            let side = Side::on(&fresh().await?, pages).await?;
            let took = side.sync().await?;
            let stored = side.check_first_sync().await?;
            ensure!(stored == u64::from(EVENTS), "Kalends stored {stored} events");
            side.close().await;
            Ok(took)
        },
        async || {
            let bare = Bare::on(&fresh().await?, indexes, pages).await?;
            let took = bare.sync().await?;
            let stored = bare.count().await?;
            ensure!(
                stored == u64::from(EVENTS),
                "the bare sync stored {stored} events"
            );
            bare.close().await;
            Ok(took)
        },
    )
    .await?;
    let rate = |median: Duration| f64::from(EVENTS) / median.as_secs_f64();
    println!(
        "  rows/s  kalends {:.0}, bare {:.0}",
        rate(pairs.kalends_median()),
        rate(pairs.bare_median())
    );
    for database in used.into_inner() {
        database.delete().await?;
    }
    Ok(pairs)
}

/// Polls that find nothing new: one request each, and no event row written.
async fn polls(server: &Server, pages: &Pages) -> anyhow::Result<Pairs> {
    let (ours, theirs) = (server.database(1_000).await?, server.database(1_001).await?);
    let side = Side::on(ours.url(), pages).await?;
    side.sync().await?;
    let bare = Bare::on(theirs.url(), Indexes::Key, pages).await?;
    bare.sync().await?;
    let writes = writes::Writes::counted(ours.url()).await?;
    let name = format!("{}: poll without news", server.name());
    let pairs = measure(
        (&name, Limit::None),
        POLLS,
        async || {
            let before = pages.requests();
            let took = side.sync().await?;
            let requests = pages.requests() - before;
            ensure!(requests == 1, "a poll without news took {requests} requests");
            Ok(took)
        },
        async || bare.poll().await,
    )
    .await?;
    let written = writes.count().await?;
    ensure!(written == 0, "polls without news wrote {written} event rows");
    writes.check_that_it_counts().await?;
    println!(
        "  1 request, 0 event rows written; a bare question for changes and its cursor: {}",
        shown(pairs.bare_median())
    );
    side.close().await;
    bare.close().await;
    for database in [ours, theirs] {
        database.delete().await?;
    }
    Ok(pairs)
}
