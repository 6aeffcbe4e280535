//! A throw-away PostgreSQL that keeps its promises: what it has committed survives its restart.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};
use tempfile::TempDir;

use super::process::free_address;

/// PostgreSQL refuses to run as root; its package makes this account.
const ACCOUNT: &str = "postgres";

/// A running server; stops and disappears when dropped.
#[derive(Debug)]
pub(crate) struct Postgres {
    programs: PathBuf,
    folder: TempDir,
    address: SocketAddr,
    as_root: bool,
}

impl Postgres {
    /// Makes a server with the programs in the folder, and starts it.
    pub(crate) fn start(programs: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("kalends-chaos-pg-").tempdir()?;
        let server = Self {
            programs: programs.to_owned(),
            folder,
            address: free_address()?,
            as_root: said(Command::new("id").arg("-u"))?.trim() == "0",
        };
        if server.as_root {
            said(Command::new("chown").arg(ACCOUNT).arg(server.folder.path()))?;
        }
        let initialize = ["-U", ACCOUNT, "-A", "trust", "-E", "UTF8", "--no-sync", "-D"];
        said(server.program("initdb").args(initialize).arg(server.data()))?;
        server.go()?;
        Ok(server)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The administrator's URL of its first database, as seen through `address`.
    pub(crate) fn url(address: SocketAddr) -> String {
        format!("postgres://{ACCOUNT}@{address}/postgres")
    }

    /// Takes it down as a crash does, without a checkpoint.
    pub(crate) fn crash(&self) -> anyhow::Result<()> {
        said(
            self.program("pg_ctl")
                .args(["stop", "-m", "immediate", "-D"])
                .arg(self.data()),
        )?;
        Ok(())
    }

    /// Starts it, after a crash with what was committed.
    pub(crate) fn go(&self) -> anyhow::Result<()> {
        let folder = self.folder.path();
        // fsync stays on: what is asked is whether a commit that was confirmed is there afterwards.
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories='{}' -c max_connections=200",
            self.address.port(),
            folder.display()
        );
        let mut start = self.program("pg_ctl");
        start.args(["start", "-w", "-s", "-o", &options, "-l"]);
        said(start.arg(folder.join("log")).arg("-D").arg(self.data()))?;
        Ok(())
    }

    /// Keeps the server's log in a folder that stays.
    pub(crate) fn keep_log(&self, folder: &Path) {
        // The log is help for people; a run does not fail for it.
        let _ = std::fs::copy(self.folder.path().join("log"), folder.join("postgres.log"));
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        if !self.as_root {
            return Command::new(program);
        }
        let mut command = Command::new("runuser");
        command.args(["-u", ACCOUNT, "--"]).arg(program).current_dir("/");
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Err(why) = self.crash() {
            eprintln!("chaos: the throw-away PostgreSQL did not stop: {why:#}");
        }
    }
}

fn said(command: &mut Command) -> anyhow::Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot run {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
