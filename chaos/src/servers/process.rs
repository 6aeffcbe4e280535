//! A child process: how it is told to end, and what it says on standard output.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, bail};

/// How often an end is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// A running program. It is killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Process(Child);

impl Process {
    /// Starts the program and waits for its first line, which must begin with `ready`; answers the rest of that line.
    pub(crate) async fn start(mut command: Command, ready: &'static str) -> anyhow::Result<(Self, String)> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let output = child.stdout.take().context("the program has no output")?;
        let process = Self(child);
        let line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(output).read_line(&mut line).map(|_| line)
        });
        let line = line.await??;
        match line.trim_end().strip_prefix(ready) {
            Some(rest) => Ok((process, rest.to_owned())),
            None => bail!("it said \"{}\" and not that it is ready", line.trim_end()),
        }
    }

    /// Starts a program that says nothing when it is ready.
    pub(crate) fn silent(mut command: Command) -> anyhow::Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        let child = child.with_context(|| format!("cannot start {}", command.get_program().display()))?;
        Ok(Self(child))
    }

    /// Ends it as a power cut does.
    pub(crate) fn kill(&mut self) {
        // It has ended already when this fails.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    /// Asks it to end, as a service manager does, and waits so long at most. Answers whether it ended by itself and
    /// with success.
    pub(crate) async fn terminate(&mut self, patience: Duration) -> anyhow::Result<bool> {
        let pid = self.0.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status()?;
        let ended = tokio::time::timeout(patience, async {
            loop {
                if let Some(status) = self.0.try_wait()? {
                    return Ok::<_, std::io::Error>(status.success());
                }
                tokio::time::sleep(LOOK).await;
            }
        });
        if let Ok(ended) = ended.await {
            return Ok(ended?);
        }
        self.kill();
        Ok(false)
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(Some(_)))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// An address of this machine at which nobody listens now.
pub(crate) fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
