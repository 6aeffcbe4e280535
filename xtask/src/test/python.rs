//! A Python with the official provider clients, in a virtual environment below `target/`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;

use super::packages::{self, Package};
use crate::process::{find, run_quiet};

const PACKAGE: Package = Package {
    apt: "python3-venv",
    dnf: "python3",
    apk: "python3",
    brew: "python3",
};

/// What the tests' Python programs import; the environment is made anew when this changes.
const REQUIREMENTS: &str = "crates/simulator/tests/clients/requirements.txt";

/// The interpreter of an environment in which [`REQUIREMENTS`] are installed.
pub(crate) fn prepare(root: &Path) -> anyhow::Result<PathBuf> {
    let wanted = fs::read_to_string(root.join(REQUIREMENTS)).context(REQUIREMENTS)?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let environment = target.join("python-clients");
    let python = environment.join("bin/python");
    let stamp = environment.join("requirements.txt");
    if python.is_file() && fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(python);
    }
    println!("test: installing the official Python clients");
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
    run_quiet(Command::new(&python).args(pip).arg(root.join(REQUIREMENTS)))?;
    fs::write(&stamp, wanted)?;
    Ok(python)
}

fn make(environment: &Path) -> anyhow::Result<()> {
    let python = find("python3", &[]).context("python3 is not found")?;
    run_quiet(Command::new(python).args(["-m", "venv"]).arg(environment)).map(drop)
}
