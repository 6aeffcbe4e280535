//! Packages for Node, each set in a folder below `target/`.

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

/// Packages that tests need together.
pub(crate) struct Packages {
    /// What they are, for people.
    pub(crate) what: &'static str,
    /// Where they are written down. The lock file names no registry: npm asks the one that it is set to.
    from: &'static str,
    /// The name of the folder into which they are installed.
    into: &'static str,
    /// How npm installs them: `ci` insists on every package of the lock file, `install` goes without optional ones that are for
    /// other machines and that the registry does not have.
    by: &'static str,
}

/// What the benchmarks compare with.
pub(crate) const PEERS: Packages = Packages {
    what: "the programs for Node to compare with",
    from: "bench/peers/node",
    into: "node-peers",
    by: "install",
};

/// The official clients for the simulator.
pub(crate) const CLIENTS: Packages = Packages {
    what: "the official Node clients",
    from: "crates/simulator/tests/clients/node",
    into: "node-clients",
    by: "ci",
};

/// A strict OAuth server for the tests of refreshes.
pub(crate) const OAUTH: Packages = Packages {
    what: "the strict OAuth server",
    from: "crates/kalends/tests/oauth",
    into: "node-oauth",
    by: "ci",
};

const FILES: [&str; 2] = ["package.json", "package-lock.json"];

/// The folder with the installed modules.
pub(crate) fn prepare(root: &Path, packages: &Packages) -> anyhow::Result<PathBuf> {
    if find("node", &[]).is_none() || find("npm", &[]).is_none() {
        packages::install(&PACKAGE).context("node and npm are missing")?;
    }
    let npm = find("npm", &[]).context("npm is not found")?;
    let folder = target(root).join(packages.into);
    let modules = folder.join("node_modules");
    let [_, lock] = FILES;
    let wanted = fs::read(root.join(packages.from).join(lock)).context(packages.from)?;
    let stamp = folder.join("installed.json");
    if fs::read(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(modules);
    }
    println!("test: installing {}", packages.what);
    fs::create_dir_all(&folder)?;
    for file in FILES {
        fs::copy(root.join(packages.from).join(file), folder.join(file))?;
    }
    let quiet = [packages.by, "--ignore-scripts", "--no-audit", "--no-fund"];
    run_quiet(Command::new(npm).args(quiet).current_dir(&folder))?;
    fs::write(&stamp, wanted)?;
    Ok(modules)
}
