//! A thousand events of one person on their way to Google, by the built server on SQLite: how near it comes to what the
//! account's quota alone allows.
//!
//! The quota is 600 calls in 60 seconds, at the server and, by its own meter, at the simulator, whose answers come after
//! 120 ms. So 600 events can be written at once and the other 400 a minute later. The database is prepared beforehand:
//! the account is connected and every event put, with the task that pushes it; time counts from the server's start until
//! the last calendar is right. The pull, the push channel and the list of calendars of the account come out of the same
//! quota. Run with `cargo bench -p kalends-bench --bench drain`, which builds the server first; it lasts more than a
//! minute.

mod ground;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::ensure;
use kalends_bench::{binary, server::Server};
use sqlx::{SqlitePool, query_scalar, sqlite::SqliteConnectOptions};

use crate::ground::{Pending, QUOTA};

const LINKS: u32 = 1_000;
/// The second 600 calls may begin after a minute, and need about a second.
const QUOTA_ALONE: Duration = Duration::from_secs(61);
/// How far above the quota alone the server may be.
const NEAR: f64 = 1.10;
/// How often the rows are looked at.
const LOOK: Duration = Duration::from_millis(100);
/// When nobody waits any longer.
const PATIENCE: Duration = Duration::from_mins(5);

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let kalends = binary::build()?;
    let pending = Pending::new(LINKS).await?;
    let limit = format!("{QUOTA} per 60 s");
    let file = pending.file();
    let began = Instant::now();
    let server = Server::start(
        pending.ground(&kalends, &file),
        &[
            ("KALENDS_LIMITS__GOOGLE_CALENDAR__PER_ACCOUNT", limit.as_str()),
            ("KALENDS_LIMITS__GOOGLE_CALENDAR__PER_CLIENT", limit.as_str()),
        ],
    )?;
    let rows = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&file).read_only(true)).await?;
    let waiting = "SELECT COUNT(*) FROM event_links WHERE status <> 'synced'";
    while query_scalar::<_, i64>(waiting).fetch_one(&rows).await? > 0 {
        ensure!(began.elapsed() < PATIENCE, "the links are not drained");
        tokio::time::sleep(LOOK).await;
    }
    let took = began.elapsed();
    rows.close().await;
    server.stop()?;

    let google = pending.at_google();
    ensure!(
        google.events == LINKS as usize,
        "{} events are there",
        google.events
    );
    let near = took.as_secs_f64() / QUOTA_ALONE.as_secs_f64();
    println!(
        "{LINKS} links of one user, {QUOTA} calls in 60 s, 120 ms a call: {:.1} s, {near:.3} times what the quota alone allows \
         (at most {NEAR}); {} calls, {} rejected",
        took.as_secs_f64(),
        google.calls,
        google.rejected,
    );
    let met = near <= NEAR && google.rejected == 0;
    if !met {
        eprintln!("a target is missed");
    }
    Ok(if met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
