//! Installs programs by the system's package manager, when this user may.

use std::process::Command;

use anyhow::{Context, bail};

use crate::process::{find, is_root, run_quiet};

/// A program's package, by its name in each package manager.
pub(crate) struct Package {
    pub(crate) apt: &'static str,
    pub(crate) dnf: &'static str,
    pub(crate) apk: &'static str,
    pub(crate) brew: &'static str,
}

/// Installs the package, or says what the person could do.
pub(crate) fn install(package: &Package) -> anyhow::Result<()> {
    if find("brew", &[]).is_some() {
        return brew(package);
    }
    let (manager, name) = [
        ("apt-get", package.apt),
        ("dnf", package.dnf),
        ("apk", package.apk),
    ]
    .into_iter()
    .find(|(manager, _)| find(manager, &[]).is_some())
    .context("no known package manager; install it by hand")?;
    if !is_root() && run_quiet(Command::new("sudo").args(["-n", "true"])).is_err() {
        bail!("not allowed to install; run: sudo {manager} install {name}");
    }
    println!("test: installing {name} by {manager}");
    if manager == "apt-get" {
        run_quiet(privileged(manager).arg("update"))?;
    }
    let verb = if manager == "apk" { "add" } else { "install" };
    let mut install = privileged(manager);
    install.arg(verb).env("DEBIAN_FRONTEND", "noninteractive");
    if manager != "apk" {
        install.arg("-y");
    }
    run_quiet(install.arg(name)).map(drop)
}

fn brew(package: &Package) -> anyhow::Result<()> {
    println!("test: installing {} by brew", package.brew);
    run_quiet(Command::new("brew").args(["install", package.brew])).map(drop)
}

fn privileged(program: &str) -> Command {
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", program]);
    command
}
