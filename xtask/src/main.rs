//! The one door for people who work on Kalends: `cargo xtask <command>`.
//!
//! Each command is one file. To add one: a file with a `run` function, a variant of [`Command`], an arm in `main`.
#![expect(
    clippy::disallowed_methods,
    reason = "a tool for people: it reads their environment"
)]

mod bench;
mod chaos;
mod check;
mod conformance;
mod demo;
mod fuzz;
mod openapi;
mod process;
mod test;
mod tidy;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

/// Everything a person does with this repository, besides `cargo run`.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run all tests; starts a throw-away PostgreSQL and prepares the official clients when it can.
    ///
    /// What is missing on the machine is installed by its package manager when this user may do that, else it is
    /// said and skipped. With `KALENDS_TEST_REQUIRE_ALL=1` a skip is a failure.
    Test {
        /// Passed on to `cargo test`, for example a test's name.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Formatting, clippy with warnings denied, `tidy`, and `cargo deny`.
    Check,
    /// What CI does: `check`, then `test` with nothing skipped, five minutes of `chaos`, and the headless demo.
    Ci,
    /// The rules of the house that no compiler knows: arrows between crates, file sizes, names, reasons.
    Tidy,
    /// Compare random rules, calendar files and questions for availability with what other programs answer.
    Conformance(conformance::Amounts),
    /// Kill servers, crash databases and cut wires for some minutes; then store and provider must agree.
    ///
    /// The last line is the sum; any end but success means that something did not hold. `docs/TESTING.md` says what is
    /// done and checked.
    Chaos(chaos::Storm),
    /// Have many clients want one slot at once, round after round, on both databases: of all of them one gets it.
    ///
    /// The last line is the sum; any end but success means that a round had no winner, or two, or lost one.
    Claims(chaos::Claims),
    /// Fuzz a target (`parse`, `rule` or `expansion`) and keep what it found; needs nightly and cargo-fuzz.
    Fuzz {
        /// The target.
        target: String,
        /// How long.
        #[arg(long, default_value_t = 60)]
        minutes: u64,
    },
    /// Run the benchmarks; figures and their meaning are in `bench/README.md`.
    Bench {
        /// Passed on to `cargo bench`, for example `--bench slots`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Run the demo: simulator and server together, with a page to click through.
    Demo {
        /// Passed on to `kalends demo`, for example `--headless`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Write the OpenAPI document to standard output.
    Openapi,
}

fn main() -> ExitCode {
    let root = root();
    let outcome = match Cli::parse().command {
        Command::Test { args } => test::run(&root, &args),
        Command::Check => check::run(&root),
        Command::Ci => ci(&root),
        Command::Tidy => tidy::run(&root),
        Command::Conformance(amounts) => conformance::run_all(&root, amounts),
        Command::Chaos(storm) => chaos::rage(&root, &storm),
        Command::Claims(claims) => chaos::race(&root, &claims),
        Command::Fuzz { target, minutes } => fuzz::run_target(&root, &target, minutes),
        Command::Bench { args } => bench::run(&root, &args),
        Command::Demo { args } => demo::run(&root, &args),
        Command::Openapi => openapi::run(&root),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why:#}");
            ExitCode::FAILURE
        }
    }
}

fn ci(root: &Path) -> anyhow::Result<()> {
    process::run(&mut std::process::Command::new(root.join(".ci/run")))
}

/// The checkout's top folder, wherever `cargo xtask` was called. Asked at run time: checkouts that share a build folder
/// share this program too.
fn root() -> PathBuf {
    let compiled = || env!("CARGO_MANIFEST_DIR").into();
    let manifest = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(compiled));
    manifest.parent().unwrap_or(&manifest).to_owned()
}
