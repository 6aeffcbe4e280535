//! The fault harness: several real servers on PostgreSQL and Redis, one on SQLite, a simulated Google that fails,
//! throttles and forgets, people at work in their calendars; then servers are killed, databases crashed, wires cut. When
//! it is quiet again, store and provider must agree, and what was said on the way must have been true.
//!
//! `cargo xtask chaos --minutes 5 --seed 1` finds the programs and calls this. `schedule.rs` decides what happens,
//! `storm/` does it, `checks/` says what must hold.

mod agenda;
mod app;
mod browser;
mod cast;
mod checks;
mod dice;
mod journal;
mod ledger;
mod limits;
mod present;
mod proxy;
mod rig;
mod run;
mod schedule;
mod servers;
mod stage;
mod storm;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::Parser;

use self::{
    rig::Programs,
    run::{Held, Order},
};

/// Kill, cut and restart everything for some minutes, then check that nothing was lost.
#[derive(Debug, Parser)]
#[command(name = "kalends-chaos")]
struct Cli {
    /// How long the storm lasts.
    #[arg(long, default_value_t = 5)]
    minutes: u64,
    /// Everything random follows from this number.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Changes of the application's events, by it and by people in their calendars.
    #[arg(long, default_value_t = 400)]
    changes: usize,
    /// How many times the budgets are raised, so that many changes come to an end.
    #[arg(long, default_value_t = 1)]
    budgets: u32,
    /// Servers on PostgreSQL and Redis.
    #[arg(long, default_value_t = 3)]
    replicas: usize,
    /// Seconds that store and provider may take to agree after the storm.
    #[arg(long, default_value_t = 180)]
    quiet: u64,
    /// Where logs are left; a new temporary folder without it.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// The `kalends` under test.
    #[arg(long)]
    kalends: PathBuf,
    /// The folder of PostgreSQL's `initdb` and `pg_ctl`.
    #[arg(long)]
    postgres: PathBuf,
    /// The program `redis-server`.
    #[arg(long)]
    redis: PathBuf,
    /// The library libfaketime, by which one server's clock is slow.
    #[arg(long)]
    faketime: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(Held::Yes) => ExitCode::SUCCESS,
        Ok(Held::No) => ExitCode::FAILURE,
        Err(why) => {
            println!("chaos: FAILED to run: {why:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<Held> {
    let folder = run::folder(cli.folder.as_deref())?;
    let order = Order {
        minutes: cli.minutes,
        seed: cli.seed,
        changes: cli.changes,
        budgets: cli.budgets,
        replicas: cli.replicas,
        quiet: Duration::from_secs(cli.quiet),
        programs: Programs {
            kalends: cli.kalends.canonicalize()?,
            postgres: cli.postgres,
            redis: cli.redis,
            faketime: cli.faketime,
        },
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let (held, summary) = runtime.block_on(async {
        tokio::select! {
            ended = run::carry_out(&order, &folder) => ended,
            _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
        }
    })?;
    println!("chaos: logs and schedule are in {}", folder.display());
    println!("{summary}");
    Ok(held)
}
