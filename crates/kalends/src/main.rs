//! The `kalends` binary: command line, configuration, wiring and lifecycle. What Kalends does is in `engine`.
//!
//! To add a command: a variant in `cli.rs`, a file in `commands/`, an arm in `main`.

mod cli;
mod clock;
mod commands;
mod config;
mod lifecycle;
mod serving;
mod system;
mod telemetry;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(args) => commands::serve::run(&args),
        Command::Simulate(args) => commands::simulate::run(&args),
        Command::Tenants(args) => commands::tenants::run(&args),
        Command::Keys(args) => commands::keys::run(&args),
        Command::Keyring(args) => commands::keyring::run(&args),
        Command::Migrate(args) => commands::migrate::run(&args),
        Command::Load(args) => commands::load::run(&args),
        Command::Config(args) => commands::config::run(&args),
        Command::Ics(args) => return commands::ics::run(&args),
        Command::Openapi => {
            commands::openapi::run();
            Ok(())
        }
        Command::Demo(args) => commands::demo::run(&args),
        Command::Slots(args) => return commands::slots::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("kalends: {why:#}");
            ExitCode::FAILURE
        }
    }
}
