//! A pull of ten changed events, on calendars of 1,000, 10,000 and 100,000 stored ones, against reading everything anew;
//! and whether its cost grows with what is stored.
//!
//! Both are Kalends' own tasks on the same rows, so the comparison says what remembering a cursor is worth. The calendars
//! are equally dense, a thousand events a month, as they are in life: more events are more years. Google's pages are made
//! in this process. Run with `cargo xtask bench --bench delta`.

mod remote;
mod side;

use std::{cell::Cell, process::ExitCode, time::Duration};

use anyhow::ensure;
use kalends_bench::{
    pairs::{Limit, Pairs, measure, quantile, shown, verdict},
    throwaway::Server,
};

use crate::{remote::Remote, side::Side};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// At least 15 times faster than reading everything.
const TARGET: Limit = Limit::Target(1.0 / 15.0);
/// Events of the calendar on which both ways are compared.
const EVENTS: usize = 10_000;
/// With a hundred times as many events a delta may take this many times as long, which is the disorder of a machine.
const GROWTH: f64 = 1.5;
const ROUNDS: usize = 15;
const ALONE: usize = 60;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let mut all = Vec::new();
    let mut grows = false;
    for server in Server::all() {
        all.push(against_everything(&server).await?);
        let (few, many) = (alone(&server, 1_000).await?, alone(&server, 100_000).await?);
        let growth = many.as_secs_f64() / few.as_secs_f64();
        println!(
            "{}: ten changes among 1,000 events {}, among 100,000 {}: {growth:.2} times, at most {GROWTH}",
            server.name(),
            shown(few),
            shown(many)
        );
        grows |= growth > GROWTH;
    }
    if grows {
        eprintln!("a target is missed: a delta costs more where more is stored");
        return Ok(ExitCode::FAILURE);
    }
    Ok(verdict(&all))
}

async fn against_everything(server: &Server) -> anyhow::Result<Pairs> {
    let database = server.database(0).await?;
    let remote = Remote::of_calendar_with(EVENTS).await?;
    let side = Side::on(database.url(), &remote).await?;
    side.sync().await?;
    let name = format!("{}: ten changes of {EVENTS} events; all read anew", server.name());
    let version = Cell::new(1);
    let pairs = measure(
        (&name, TARGET),
        ROUNDS,
        async || delta(&side, &remote, &version).await,
        async || {
            side.forget_cursor().await?;
            side.sync().await.map(|(took, _)| took)
        },
    )
    .await?;
    side.close().await;
    database.delete().await?;
    Ok(pairs)
}

/// The median of deltas alone.
async fn alone(server: &Server, events: usize) -> anyhow::Result<Duration> {
    let database = server.database(events).await?;
    let remote = Remote::of_calendar_with(events).await?;
    let side = Side::on(database.url(), &remote).await?;
    side.sync().await?;
    let version = Cell::new(1);
    let mut times = Vec::with_capacity(ALONE);
    for round in 0..ALONE + ALONE / 10 {
        let took = delta(&side, &remote, &version).await?;
        if round >= ALONE / 10 {
            times.push(took);
        }
    }
    side.close().await;
    database.delete().await?;
    Ok(quantile(times, 0.5))
}

/// Ten events move, and are pulled.
async fn delta(side: &Side, remote: &Remote, version: &Cell<usize>) -> anyhow::Result<Duration> {
    version.set(version.get() + 1);
    remote.change(version.get());
    let (took, run) = side.sync().await?;
    let updated = run.counts.updated;
    ensure!(updated == 10 && run.requests == 1, "{run:?}");
    Ok(took)
}
