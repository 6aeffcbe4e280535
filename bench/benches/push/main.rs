//! A notification of Google, received and durable before its 204, at 64 connections; against a bare axum endpoint that
//! commits in groups too, and against a fastify endpoint that only adds a job to BullMQ's queue in Redis.
//!
//! Each message is of another calendar, so that each one is a row to be written; the others look up no channel and compare
//! no secret, and the bare endpoint writes one row of two columns. The same callers ask all of them over loopback. Run with
//! `cargo xtask bench --bench push`, which brings PostgreSQL and the packages for Node along.

mod bare;
mod callers;
mod told;

use std::{cell::RefCell, process::ExitCode};

use kalends_bench::{
    loopback,
    node::Peer,
    pairs::{Limit, Pairs, measure, verdict},
    redis::Redis,
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
const OF_BARE: Limit = Limit::Target(1.0 / 0.7);
/// At least 1.5 times as many a second.
const OF_FASTIFY: Limit = Limit::Target(1.0 / 1.5);

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let mut all = Vec::new();
    for server in Server::all() {
        all.push(against_bare(&server).await?);
        all.extend(against_fastify(&server).await?);
    }
    Ok(verdict(&all))
}

/// `None` where there is no Redis, or no package for Node; both are said.
#[expect(clippy::await_holding_refcell_ref, reason = "one round after the other")]
async fn against_fastify(server: &Server) -> anyhow::Result<Option<Pairs>> {
    let Some(redis) = Redis::start().await? else {
        println!("skipped: there is no redis-server");
        return Ok(None);
    };
    let Some(mut peer) = Peer::start("push_endpoint.cjs", &redis.port().to_string()).await? else {
        return Ok(None);
    };
    let own = server.database(0).await?;
    let told = Told::on(own.url(), MESSAGES).await?;
    let messages = told.messages();
    let port = peer.ask("port").await?;
    let ours = Callers::new(&loopback::serve(told.router()?).await?, CONNECTIONS, messages).await?;
    let theirs = Callers::new(
        &format!("http://127.0.0.1:{port}").parse()?,
        CONNECTIONS,
        messages,
    )
    .await?;
    let peer = RefCell::new(peer);
    let name = format!(
        "{}: {MESSAGES} notifications over {CONNECTIONS} connections; fastify and BullMQ",
        server.name()
    );
    let pairs = measure(
        (&name, OF_FASTIFY),
        ROUNDS,
        async || {
            told.forget().await?;
            let took = ours.round().await?;
            told.expect(MESSAGES).await?;
            Ok(took)
        },
        async || {
            let took = theirs.round().await?;
            let jobs = peer.borrow_mut().ask("forget").await?;
            anyhow::ensure!(jobs.parse() == Ok(MESSAGES), "{jobs} jobs wait");
            Ok(took)
        },
    )
    .await?;
    told.close().await;
    own.delete().await?;
    Ok(Some(pairs))
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
        (&name, OF_BARE),
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
