//! A fleet's first sync: 1,674 calendars with 383,000 events from the simulator, by the built server on SQLite; and how
//! near the server comes to what its quota alone allows.
//!
//! The server is a process of its own, with the settings that it ships with but for the limits of the first part. Its
//! database is prepared beforehand: every account connected, every first pull waiting. Time counts from its start until
//! the last calendar is stored. The simulator lives in the benchmark's process and shares the machine's processors, so
//! the processor time of both is printed. Run with `cargo bench -p kalends-bench --bench fleet`, which builds the server
//! first; the second part lasts more than three minutes.

mod people;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::ensure;
use kalends_bench::{
    binary,
    server::{self, Ground, Server},
};
use sqlx::{SqlitePool, query_scalar, sqlite::SqliteConnectOptions};

use crate::people::Fleet;

const MIB: u64 = 1 << 20;
const CALENDARS: u32 = 1_674;
const EVENTS: u32 = 383_000;
const LONGEST: Duration = Duration::from_mins(1);
const MOST_MEMORY_MIB: u64 = 400;
/// Calendars of the second part: the third window of 400 calls begins after 200 seconds, and is needed to its end.
const LIMITED: u32 = 1_200;
const QUOTA_ALONE: Duration = Duration::from_secs(200);
/// How far above the quota alone the server may be.
const NEAR: f64 = 1.05;
/// How often the rows are looked at.
const LOOK: Duration = Duration::from_millis(200);

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let kalends = binary::build()?;
    let fast = first_sync(&Fleet::new(CALENDARS, EVENTS).await?, &kalends, Limits::Off).await?;
    println!(
        "{CALENDARS} calendars with {EVENTS} events, limits off: {:.1} s (at most {} s), {:.0} MB at the most (of \
         {MOST_MEMORY_MIB}); processor time: server {:.1} s, simulator and benchmark {:.1} s",
        fast.took.as_secs_f64(),
        LONGEST.as_secs(),
        fast.memory as f64 / MIB as f64,
        fast.server_cpu.as_secs_f64(),
        fast.own_cpu.as_secs_f64(),
    );
    let slow = first_sync(
        &Fleet::new(LIMITED, LIMITED * 10).await?,
        &kalends,
        Limits::Shipped,
    )
    .await?;
    let near = slow.took.as_secs_f64() / QUOTA_ALONE.as_secs_f64();
    println!(
        "{LIMITED} calendars with the limits that are shipped: {:.1} s, {near:.3} times what the quota alone allows (at \
         most {NEAR})",
        slow.took.as_secs_f64(),
    );
    let met = fast.took <= LONGEST && fast.memory < MOST_MEMORY_MIB * MIB && near <= NEAR;
    if !met {
        eprintln!("a target is missed");
    }
    Ok(if met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Which limits of calls the server keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limits {
    /// So wide that none is felt.
    Off,
    /// Ten calls in ten seconds for an account, 400 in 100 seconds for the client.
    Shipped,
}

impl Limits {
    const fn settings(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Off => &[
                ("KALENDS_LIMITS__GOOGLE_CALENDAR__PER_ACCOUNT", "1000000 per s"),
                ("KALENDS_LIMITS__GOOGLE_CALENDAR__PER_CLIENT", "1000000 per s"),
            ],
            Self::Shipped => &[],
        }
    }
}

/// What a first sync took.
struct Taken {
    took: Duration,
    /// The most that was resident, in bytes.
    memory: u64,
    server_cpu: Duration,
    own_cpu: Duration,
}

async fn first_sync(fleet: &Fleet, kalends: &std::path::Path, limits: Limits) -> anyhow::Result<Taken> {
    let own_before = server::processor_time("self")?;
    let began = Instant::now();
    let file = fleet.file();
    let ground = Ground {
        program: kalends,
        folder: fleet.folder(),
        database: &file,
        ring: fleet.ring(),
        google: fleet.google(),
    };
    let server = Server::start(ground, limits.settings())?;
    let rows =
        SqlitePool::connect_with(SqliteConnectOptions::new().filename(fleet.file()).read_only(true)).await?;
    let waiting = "SELECT COUNT(*) FROM calendars WHERE last_synced_us IS NULL";
    while query_scalar::<_, i64>(waiting).fetch_one(&rows).await? > 0 {
        tokio::time::sleep(LOOK).await;
    }
    let took = began.elapsed();
    let taken = Taken {
        took,
        memory: server.peak_memory()?,
        server_cpu: server.processor_time()?,
        own_cpu: server::processor_time("self")?.saturating_sub(own_before),
    };
    let stored: i64 = query_scalar("SELECT COUNT(*) FROM external_events")
        .fetch_one(&rows)
        .await?;
    ensure!(stored > 0, "no event is stored");
    println!("  {stored} rows of events stored");
    rows.close().await;
    server.stop()?;
    Ok(taken)
}
