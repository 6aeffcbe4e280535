//! `cargo xtask check`: everything that reads the code without running it.

use std::{path::Path, process::Command};

use crate::process::{self, cargo, find};

pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    crate::tidy::run(root)?;
    run_lints(root)?;
    run_deny(root)?;
    println!("check: ok");
    Ok(())
}

fn run_lints(root: &Path) -> anyhow::Result<()> {
    process::run(cargo(root).args(["fmt", "--all", "--check"]))?;
    process::run(cargo(root).args([
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ]))
}

fn run_deny(root: &Path) -> anyhow::Result<()> {
    if find("cargo-deny", &[]).is_none() {
        println!("check: cargo-deny is missing, installing it");
        process::run(cargo(root).args(["install", "cargo-deny", "--locked", "--quiet"]))?;
    }
    // It looks at the crates of every platform; a build fetches those of its own only.
    process::run(cargo(root).args(["fetch", "--locked", "--quiet"]))?;
    process::run(Command::new("cargo-deny").current_dir(root).args([
        "--offline",
        "--log-level",
        "error",
        "check",
        "bans",
        "licenses",
        "sources",
    ]))
}
