//! Pythons with pinned packages, in virtual environments below `target/`.

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
    apt: "python3-venv",
    dnf: "python3",
    apk: "python3",
    brew: "python3",
};

/// A virtual environment.
pub(crate) struct Environment {
    /// Its folder below the build folder.
    folder: &'static str,
    /// What is installed in it, a file below the checkout; the environment is made anew when this changes.
    requirements: &'static str,
    /// What that is, for people.
    holds: &'static str,
}

/// The official provider clients, which the simulator's tests import.
pub(crate) const CLIENTS: Environment = Environment {
    folder: "python-clients",
    requirements: "crates/simulator/tests/clients/requirements.txt",
    holds: "the official Python clients",
};

/// The libraries whose answers `cargo xtask conformance` compares with ours.
pub(crate) const CONFORMANCE: Environment = Environment {
    folder: "python-conformance",
    requirements: "xtask/conformance/requirements.txt",
    holds: "the Python libraries to compare with",
};

/// The interpreter of the environment, which is made when it is not there.
pub(crate) fn prepare(root: &Path, wished: &Environment) -> anyhow::Result<PathBuf> {
    let requirements = root.join(wished.requirements);
    let wanted = fs::read_to_string(&requirements).context(wished.requirements)?;
    let environment = target(root).join(wished.folder);
    let python = environment.join("bin/python");
    let stamp = environment.join("requirements.txt");
    if python.is_file() && fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(python);
    }
    println!("installing {}", wished.holds);
    if environment.exists() {
        fs::remove_dir_all(&environment)?;
    }
    if make(&environment).is_err() {
        packages::install(&PACKAGE).context("python3 with venv is missing")?;
        make(&environment)?;
    }
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
    ];
    run_quiet(Command::new(&python).args(pip).arg(&requirements))?;
    fs::write(&stamp, wanted)?;
    Ok(python)
}

fn make(environment: &Path) -> anyhow::Result<()> {
    let python = find("python3", &[]).context("python3 is not found")?;
    run_quiet(Command::new(python).args(["-m", "venv"]).arg(environment)).map(drop)
}
