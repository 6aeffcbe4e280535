//! A replica of `kalends serve`: started, killed, drained, started again at the same address.

use std::{
    fs::File,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::Context;

use super::process::Process;

/// How long a drain may take; the server allows itself 20 seconds for what is under way.
const DRAIN: Duration = Duration::from_secs(25);
/// How long a start may take and fail, while the database is away.
const ATTEMPTS: u32 = 150;

/// What the servers of one installation have in common.
#[derive(Clone, Debug)]
pub(crate) struct Installation {
    /// The binary under test.
    pub(crate) program: PathBuf,
    /// `KALENDS_...` variables.
    pub(crate) settings: Vec<(String, String)>,
}

impl Installation {
    /// The binary with the settings and nothing from the environment of the harness.
    fn command(&self, arguments: &[&str], folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).env_clear().current_dir(folder);
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command to its end and answers its last word.
    pub(crate) fn say(&self, arguments: &[&str], folder: &Path) -> anyhow::Result<String> {
        let output = self.command(arguments, folder).output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        anyhow::ensure!(output.status.success(), "{arguments:?} failed: {errors}");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let word = said.split_whitespace().last();
        Ok(word.context("the command said nothing")?.to_owned())
    }
}

/// One server; its process may be up or down.
#[derive(Debug)]
pub(crate) struct Replica {
    /// Such as `fleet-1`; its log is named by it.
    pub(crate) name: String,
    installation: Installation,
    listen: SocketAddr,
    folder: PathBuf,
    starts: u32,
    process: Option<Process>,
}

impl Replica {
    /// A server that is not running yet.
    pub(crate) fn new(name: String, listen: SocketAddr, installation: Installation, folder: &Path) -> Self {
        Self {
            name,
            installation,
            listen,
            folder: folder.to_owned(),
            starts: 0,
            process: None,
        }
    }

    /// Starts it; tries again while it refuses to start, as a service manager does.
    pub(crate) async fn start(&mut self) -> anyhow::Result<()> {
        let mut refused = None;
        for _ in 0..ATTEMPTS {
            match self.attempt().await {
                Ok(()) => return Ok(()),
                Err(why) => refused = Some(why),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Err(refused.unwrap_or_else(|| anyhow::anyhow!("no attempt")))
            .with_context(|| format!("{} does not start", self.name))
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.process = None;
    }

    /// SIGTERM; answers whether it drained in time and ended well.
    pub(crate) async fn drain(&mut self) -> anyhow::Result<bool> {
        match self.process.take() {
            Some(mut process) => process.terminate(DRAIN).await,
            None => Ok(true),
        }
    }

    /// Whether it ended although nobody asked it to.
    pub(crate) fn has_ended_by_itself(&mut self) -> bool {
        self.process.as_mut().is_some_and(Process::has_ended)
    }

    async fn attempt(&mut self) -> anyhow::Result<()> {
        self.starts += 1;
        let listen = self.listen.to_string();
        let mut command = self
            .installation
            .command(&["serve", "--listen", &listen], &self.folder);
        // One log a start: what a killed process said last stays to be read.
        let log = File::create(self.folder.join(format!("{}.{:03}.log", self.name, self.starts)))?;
        command.stderr(log);
        let (process, _) = Process::start(command, "kalends ready on ").await?;
        self.process = Some(process);
        Ok(())
    }
}
