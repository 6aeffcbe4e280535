//! `cargo xtask chaos`: the fault harness of `chaos/`, with the programs that it needs.

mod faketime;

use std::{path::Path, process::Command};

use crate::{
    process::{cargo, run},
    test::{postgres, redis, target},
};

/// How long, and with which seed.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Storm {
    /// How long servers are killed and wires cut; looking for differences afterwards takes a few minutes more at the
    /// most.
    #[arg(long, default_value_t = 5)]
    minutes: u64,
    /// Everything random follows from this number: the same seed is the same schedule.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Passed on to the harness, for example `--replicas 5` or `--folder LOGS`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// How many want one slot at once, and how often.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Claims {
    /// Clients that want the slot of a round.
    #[arg(long, default_value_t = 1_000)]
    parallel: usize,
    /// Rounds on each database.
    #[arg(long, default_value_t = 20)]
    rounds: u32,
    /// Kills a server in each round.
    #[arg(long)]
    kill: bool,
    /// Passed on to the harness, for example `--seed 2` or `--folder LOGS`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

pub(crate) fn rage(root: &Path, storm: &Storm) -> anyhow::Result<()> {
    let mut harness = harness(root, "storm")?;
    harness
        .args(["--minutes", &storm.minutes.to_string()])
        .args(["--seed", &storm.seed.to_string()])
        .args(&storm.args);
    match faketime::installed() {
        Ok(library) => {
            harness.arg("--faketime").arg(library);
        }
        Err(why) => println!("chaos: SKIPPED one server's slow clock: {why:#}"),
    }
    run(&mut harness)
}

/// `cargo xtask claims`: many want one slot at once while servers are killed.
pub(crate) fn race(root: &Path, claims: &Claims) -> anyhow::Result<()> {
    let mut harness = harness(root, "claims")?;
    harness
        .args(["--parallel", &claims.parallel.to_string()])
        .args(["--rounds", &claims.rounds.to_string()])
        .args(&claims.args);
    if claims.kill {
        harness.arg("--kill");
    }
    run(&mut harness)
}

/// The harness with the programs that it needs, all built.
fn harness(root: &Path, command: &str) -> anyhow::Result<Command> {
    let build = [
        "build",
        "--release",
        "--quiet",
        "-p",
        "kalends",
        "-p",
        "kalends-chaos",
    ];
    run(cargo(root).args(build))?;
    let built = target(root).join("release");
    let mut harness = Command::new(built.join("kalends-chaos"));
    harness
        .arg(command)
        .arg("--kalends")
        .arg(built.join("kalends"))
        .arg("--postgres")
        .arg(postgres::folder()?)
        .arg("--redis")
        .arg(redis::installed()?);
    Ok(harness)
}
