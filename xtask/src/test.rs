//! `cargo xtask test`: all tests, with the real programs they talk to.
//!
//! Each program is one file in `test/` that either hands out what the tests need in an environment variable, or says
//! why it is skipped. To add one: a file with a `prepare` function and a line in [`run`].

pub(crate) mod node;
pub(crate) mod packages;
pub(crate) mod postgres;
pub(crate) mod python;
mod recorded;
pub(crate) mod redis;

use std::path::{Path, PathBuf};

use anyhow::bail;

use self::recorded::Recorded;
use crate::process::{self, cargo};

/// Turns every skip into a failure.
const REQUIRE_ALL: &str = "KALENDS_TEST_REQUIRE_ALL";

pub(crate) fn run(root: &Path, args: &[String]) -> anyhow::Result<()> {
    let require_all = std::env::var_os(REQUIRE_ALL).is_some_and(|value| value == "1");
    let mut skipped = Vec::new();
    let mut tests = cargo(root);
    tests.args(["test", "--workspace"]).args(args);

    let postgres = match postgres::start() {
        Ok(server) => Some(server),
        Err(why) => {
            skipped.push(format!("every test's PostgreSQL half: {why:#}"));
            None
        }
    };
    if let Some(server) = &postgres {
        println!(
            "test: throw-away PostgreSQL {} in {}",
            server.version,
            server.folder().display()
        );
        tests.env("KALENDS_TEST_POSTGRES_URL", server.url());
    }
    let mut recorded = None;
    let redis = match redis::start() {
        Ok(server) => {
            println!("test: throw-away Redis on {}", server.url());
            tests.env("KALENDS_TEST_REDIS_URL", server.url());
            Some(server)
        }
        Err(why) => {
            skipped.push(format!("replicas that count together in Redis: {why:#}"));
            None
        }
    };
    match python::prepare(root, &python::CLIENTS) {
        Ok(python) => {
            println!("test: official Python clients by {}", python.display());
            let calls = Recorded::new(python.clone())?;
            tests.env("KALENDS_PYTHON", python);
            tests.env("KALENDS_RECORD_CALLS", calls.folder());
            recorded = Some(calls);
        }
        Err(why) => skipped.push(format!(
            "the official Python clients and the check of all calls: {why:#}"
        )),
    }
    for (packages, variable) in [
        (&node::CLIENTS, "KALENDS_NODE_MODULES"),
        (&node::OAUTH, "KALENDS_OAUTH_MODULES"),
    ] {
        match node::prepare(root, packages) {
            Ok(modules) => {
                println!("test: {} in {}", packages.what, modules.display());
                tests.env(variable, modules);
            }
            Err(why) => skipped.push(format!("{}: {why:#}", packages.what)),
        }
    }

    if require_all && !skipped.is_empty() {
        bail!(
            "{REQUIRE_ALL}=1 and these cannot run:\n  {}",
            skipped.join("\n  ")
        );
    }
    let mut outcome = process::run(&mut tests);
    if let Some(calls) = recorded.filter(|_| outcome.is_ok()) {
        outcome = calls.check(root, !args.is_empty());
    }
    drop((postgres, redis));
    for what in &skipped {
        println!("test: SKIPPED {what}");
    }
    outcome
}

/// Cargo's build folder.
pub(crate) fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}
