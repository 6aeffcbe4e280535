//! One file per command.

pub(crate) mod config;
pub(crate) mod demo;
pub(crate) mod ics;
pub(crate) mod keyring;
pub(crate) mod keys;
pub(crate) mod load;
pub(crate) mod migrate;
pub(crate) mod openapi;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod slots;
pub(crate) mod tenants;

use anyhow::Context;
use kalends_engine::Engine;

use crate::{
    cli::ConfigArgs,
    config::{Config, Sources},
    system,
    wiring::{self, Migrations},
};

/// Where settings come from for a command with these arguments.
#[expect(
    clippy::disallowed_methods,
    reason = "the binary is where the environment is read"
)]
fn sources(args: &ConfigArgs) -> Sources {
    let readable = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    Sources {
        file: args.config.clone(),
        environment: std::env::vars_os().filter_map(readable).collect(),
        flags: args
            .database
            .iter()
            .map(|url| ("database.url", url.clone()))
            .collect(),
    }
}

/// Runs a future to its end.
fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime cannot start")?
        .block_on(work)
}

/// An engine for commands that only touch rows.
async fn engine_for_rows(args: &ConfigArgs) -> anyhow::Result<Engine> {
    let config = Config::load(&sources(args))?;
    let ambient = system::ambient();
    let store = wiring::store(&config, &ambient, Migrations::Apply).await?;
    Ok(wiring::engine(&config, store, ambient)?.engine)
}
