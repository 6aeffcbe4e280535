//! Google's official Node clients, in a folder below `target/`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;

use super::{
    packages::{self, Package},
    target,
};
use crate::process::{find, run_quiet};

const PACKAGE: Package = Package {
    apt: "npm",
    dnf: "nodejs-npm",
    apk: "npm",
    brew: "node",
};

/// Where what is to be installed is written down. The lock file names no registry: npm asks the one that it is set to.
const CLIENTS: &str = "crates/simulator/tests/clients/node";
const FILES: [&str; 2] = ["package.json", "package-lock.json"];

/// The folder with the installed modules.
pub(crate) fn prepare(root: &Path) -> anyhow::Result<PathBuf> {
    if find("node", &[]).is_none() || find("npm", &[]).is_none() {
        packages::install(&PACKAGE).context("node and npm are missing")?;
    }
    let npm = find("npm", &[]).context("npm is not found")?;
    let folder = target(root).join("node-clients");
    let modules = folder.join("node_modules");
    let [_, lock] = FILES;
    let wanted = fs::read(root.join(CLIENTS).join(lock)).context(CLIENTS)?;
    let stamp = folder.join("installed.json");
    if fs::read(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(modules);
    }
    println!("test: installing the official Node clients");
    fs::create_dir_all(&folder)?;
    for file in FILES {
        fs::copy(root.join(CLIENTS).join(file), folder.join(file))?;
    }
    let quiet = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    run_quiet(Command::new(npm).args(quiet).current_dir(&folder))?;
    fs::write(&stamp, wanted)?;
    Ok(modules)
}
