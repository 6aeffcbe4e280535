//! Adding and doing tasks that do nothing, 20 at a time, against BullMQ on Redis.
//!
//! Both add 20,000 of them, 1,000 a call, while their workers are already at it; the time ends when the last one is
//! done and that is written down. Run with `cargo xtask bench --bench tasks`, which brings PostgreSQL and the packages
//! for Node along.

mod kalends_side;

use std::{cell::RefCell, process::ExitCode, time::Duration};

use kalends_bench::{
    node::Peer,
    pairs::{Limit, Pairs, measure, verdict},
    redis::Redis,
    throwaway::Server,
};

use crate::kalends_side::Side;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TASKS: usize = 20_000;
const ROUNDS: usize = 7;
/// At least twice as many a second.
const TARGET: Limit = Limit::Target(0.5);

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let Some(redis) = Redis::start().await? else {
        println!("skipped: there is no redis-server");
        return Ok(ExitCode::SUCCESS);
    };
    let Some(peer) = Peer::start("bullmq_tasks.cjs", &redis.port().to_string()).await? else {
        return Ok(ExitCode::SUCCESS);
    };
    let peer = RefCell::new(peer);
    let mut all = Vec::new();
    for server in Server::all() {
        all.push(against(&server, &peer).await?);
    }
    Ok(verdict(&all))
}

#[expect(clippy::await_holding_refcell_ref, reason = "one round after the other")]
async fn against(server: &Server, peer: &RefCell<Peer>) -> anyhow::Result<Pairs> {
    let database = server.database(0).await?;
    let side = Side::start_on(database.url()).await?;
    let name = format!("{}: {TASKS} tasks added and done; BullMQ on Redis", server.name());
    let pairs = measure(
        (&name, TARGET),
        ROUNDS,
        async || side.add_and_do(TASKS).await,
        async || {
            let took: f64 = peer.borrow_mut().ask(&TASKS.to_string()).await?.parse()?;
            Ok(Duration::from_secs_f64(took / 1e3))
        },
    )
    .await?;
    let a_second = |time: Duration| TASKS as f64 / time.as_secs_f64();
    println!(
        "  {:.0} tasks a second, BullMQ {:.0}",
        a_second(pairs.kalends_median()),
        a_second(pairs.bare_median())
    );
    side.stop().await;
    database.delete().await?;
    Ok(pairs)
}
