//! A notification of Google, received and durable before its 204, at 64 connections; against a bare axum endpoint that
//! commits in groups too.
//!
//! Each message is of another calendar, so that each one is a row to be written; the bare endpoint looks up no channel,
//! compares no secret and writes one row of two columns. The same callers ask both over loopback. Run with
//! `cargo xtask bench --bench push`, which brings PostgreSQL along.

mod bare;
mod callers;
mod told;

use std::process::ExitCode;

use kalends_bench::{
    loopback,
    pairs::{Limit, Pairs, measure, verdict},
    throwaway::Server,
};

use crate::{bare::Bare, callers::Callers, told::Told};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Calendars, and so messages in a round.
const MESSAGES: usize = 6_400;
const CONNECTIONS: usize = 64;
const ROUNDS: usize = 20;
/// At least 0.7 times as many a second.
const TARGET: Limit = Limit::Target(1.0 / 0.7);

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let mut all = Vec::new();
    for server in Server::all() {
        all.push(against_bare(&server).await?);
    }
    Ok(verdict(&all))
}

async fn against_bare(server: &Server) -> anyhow::Result<Pairs> {
    let (own, other) = (server.database(0).await?, server.database(1).await?);
    let told = Told::on(own.url(), MESSAGES).await?;
    let bare = Bare::on(other.url()).await?;
    let messages = told.messages();
    let ours = Callers::new(&loopback::serve(told.router()?).await?, CONNECTIONS, messages).await?;
    let theirs = Callers::new(&loopback::serve(bare.router()).await?, CONNECTIONS, messages).await?;
    let name = format!(
        "{}: {MESSAGES} notifications over {CONNECTIONS} connections",
        server.name()
    );
    let pairs = measure(
        (&name, TARGET),
        ROUNDS,
        async || {
            told.forget().await?;
            let took = ours.round().await?;
            told.expect(MESSAGES).await?;
            Ok(took)
        },
        async || {
            bare.forget().await?;
            let took = theirs.round().await?;
            bare.expect(MESSAGES).await?;
            Ok(took)
        },
    )
    .await?;
    told.close().await;
    bare.close().await;
    own.delete().await?;
    other.delete().await?;
    Ok(pairs)
}
