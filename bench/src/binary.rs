//! The built server, for benchmarks that measure it as a process.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};

/// Builds the binary and answers where it is: in the folder above the one that this benchmark runs from.
pub fn build() -> anyhow::Result<PathBuf> {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--package", "kalends", "--bin", "kalends"])
        .status()?;
    ensure!(built.success(), "the binary cannot be built");
    let own = std::env::current_exe()?;
    let folder = own
        .parent()
        .and_then(Path::parent)
        .context("the folder of releases")?;
    Ok(folder.join("kalends"))
}
