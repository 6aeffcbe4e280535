//! The fault harness: several real servers on PostgreSQL and Redis, one on SQLite, a simulated Google that fails,
//! throttles and forgets, people at work in their calendars; then servers are killed, databases crashed, wires cut. When
//! it is quiet again, store and provider must agree, and what was said on the way must have been true.
//!
//! `cargo xtask chaos --minutes 5 --seed 1` finds the programs and calls this; `cargo xtask claims` calls the other half, `claims/`. `schedule.rs` decides what happens,
//! `storm/` does it, `checks/` says what must hold.

mod agenda;
mod app;
mod browser;
mod cast;
mod checks;
mod claims;
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

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::Parser;

use self::{
    rig::Programs,
    run::{Held, Order},
};

/// Break everything that can be broken, and look whether it held.
#[derive(Debug, Parser)]
#[command(name = "kalends-chaos")]
enum Cli {
    /// Kill, cut and restart everything for some minutes, then check that nothing was lost.
    Storm(Storm),
    /// Many clients want one slot at once, round after round: one of them gets it.
    Claims(Claims),
}

/// A storm.
#[derive(Debug, clap::Args)]
struct Storm {
    /// How long the storm lasts.
    #[arg(long, default_value_t = 5)]
    minutes: u64,
    /// Changes of the application's events, by it and by people in their calendars.
    #[arg(long, default_value_t = 400)]
    changes: usize,
    /// How many times the budgets are raised, so that many changes come to an end.
    #[arg(long, default_value_t = 1)]
    budgets: u32,
    /// Seconds that store and provider may take to agree after the storm.
    #[arg(long, default_value_t = 180)]
    quiet: u64,
    #[command(flatten)]
    common: Common,
}

/// Rounds of claims.
#[derive(Debug, clap::Args)]
struct Claims {
    /// Clients that want the slot of a round.
    #[arg(long, default_value_t = 1_000)]
    parallel: usize,
    /// Rounds on each database.
    #[arg(long, default_value_t = 20)]
    rounds: u32,
    /// Kills a server in each round.
    #[arg(long)]
    kill: bool,
    #[command(flatten)]
    common: Common,
}

/// What every run needs.
#[derive(Debug, clap::Args)]
struct Common {
    /// Everything random follows from this number.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Servers on PostgreSQL.
    #[arg(long, default_value_t = 3)]
    replicas: usize,
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
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let folder = match &cli {
        Cli::Storm(Storm { common, .. }) | Cli::Claims(Claims { common, .. }) => {
            run::folder(common.folder.as_deref())?
        }
    };
    let (held, summary) = runtime.block_on(async {
        tokio::select! {
            ended = carry_out(cli, &folder) => ended,
            _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
        }
    })?;
    println!("chaos: logs are in {}", folder.display());
    println!("{summary}");
    Ok(held)
}

async fn carry_out(cli: Cli, folder: &Path) -> anyhow::Result<(Held, String)> {
    match cli {
        Cli::Storm(storm) => {
            let order = Order {
                minutes: storm.minutes,
                seed: storm.common.seed,
                changes: storm.changes,
                budgets: storm.budgets,
                replicas: storm.common.replicas,
                quiet: Duration::from_secs(storm.quiet),
                programs: storm.common.programs()?,
            };
            run::carry_out(&order, folder).await
        }
        Cli::Claims(wanted) => {
            let order = claims::Order {
                parallel: wanted.parallel,
                rounds: wanted.rounds,
                kill: wanted.kill,
                seed: wanted.common.seed,
                replicas: wanted.common.replicas,
                programs: wanted.common.programs()?,
            };
            claims::carry_out(&order, folder).await
        }
    }
}

impl Common {
    fn programs(self) -> anyhow::Result<Programs> {
        Ok(Programs {
            kalends: self.kalends.canonicalize()?,
            postgres: self.postgres,
            redis: self.redis,
            faketime: self.faketime,
        })
    }
}
