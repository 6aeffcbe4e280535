//! A throw-away PostgreSQL: its own folder, its own socket, no port, gone when the tests end.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;
use tempfile::TempDir;

use super::packages::{self, Package};
use crate::process::{find, is_root, run_quiet};

const PACKAGE: Package = Package {
    apt: "postgresql",
    dnf: "postgresql-server",
    apk: "postgresql",
    brew: "postgresql@17",
};

/// PostgreSQL refuses to run as root; its package makes this account.
const ACCOUNT: &str = "postgres";

/// A running server; stops and disappears when dropped.
pub(crate) struct Server {
    pub(crate) version: String,
    folder: TempDir,
    pg_ctl: PathBuf,
}

impl Server {
    /// The administrator's URL, by the socket in the server's folder.
    pub(crate) fn url(&self) -> String {
        format!(
            "postgres://{ACCOUNT}@localhost/postgres?host={}",
            self.folder.path().display()
        )
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.folder.path().join("data");
        if let Err(why) = run_quiet(
            as_account(&self.pg_ctl)
                .args(["stop", "-m", "immediate", "-D"])
                .arg(data),
        ) {
            eprintln!("test: the throw-away PostgreSQL did not stop: {why:#}");
        }
    }
}

/// Starts the server, after installing the programs when they are missing.
pub(crate) fn start() -> anyhow::Result<Server> {
    let (initdb, pg_ctl) = installed()?;
    let folder = tempfile::Builder::new().prefix("kalends-pg-").tempdir()?;
    if is_root() {
        run_quiet(Command::new("chown").arg(ACCOUNT).arg(folder.path()))?;
    }
    let data = folder.path().join("data");
    run_quiet(
        as_account(&initdb)
            .args(["-U", ACCOUNT, "-A", "trust", "-E", "UTF8", "--no-sync", "-D"])
            .arg(&data),
    )?;
    let options = format!(
        "-c listen_addresses='' -c unix_socket_directories='{}' -c max_connections=300 \
         -c fsync=off -c synchronous_commit=off -c full_page_writes=off",
        folder.path().display()
    );
    // The server keeps what it inherits: without a log file of its own it would hold our output open.
    run_quiet(
        as_account(&pg_ctl)
            .args(["start", "-w", "-s", "-o", &options, "-l"])
            .arg(folder.path().join("log"))
            .arg("-D")
            .arg(&data),
    )?;
    let version = fs::read_to_string(data.join("PG_VERSION"))
        .unwrap_or_default()
        .trim()
        .to_owned();
    Ok(Server {
        version,
        folder,
        pg_ctl,
    })
}

/// The folder with the server's programs, after installing them when they are missing.
pub(crate) fn folder() -> anyhow::Result<PathBuf> {
    let (_, pg_ctl) = installed()?;
    // A link in `PATH` may lead to one of the programs alone.
    let pg_ctl = fs::canonicalize(pg_ctl)?;
    Ok(pg_ctl
        .parent()
        .context("PostgreSQL's pg_ctl lies in no folder")?
        .to_owned())
}

fn installed() -> anyhow::Result<(PathBuf, PathBuf)> {
    if programs().is_none() {
        packages::install(&PACKAGE).context("PostgreSQL's programs are missing")?;
    }
    programs().context("PostgreSQL's programs initdb and pg_ctl are not found")
}

fn programs() -> Option<(PathBuf, PathBuf)> {
    let also = program_folders();
    Some((find("initdb", &also)?, find("pg_ctl", &also)?))
}

/// Debian keeps the programs outside `PATH`, in one folder for each version; the newest first.
fn program_folders() -> Vec<PathBuf> {
    let Ok(versions) = fs::read_dir("/usr/lib/postgresql") else {
        return Vec::new();
    };
    let mut folders: Vec<_> = versions
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    folders.sort();
    folders.reverse();
    folders
}

fn as_account(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", ACCOUNT, "--"]).arg(program).current_dir("/");
    command
}
