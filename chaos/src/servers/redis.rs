//! A throw-away Redis that keeps nothing: a restart forgets every count.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use tempfile::TempDir;
use tokio::net::TcpStream;

use super::process::{Process, free_address};

/// How long it may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A Redis that may be up or down.
#[derive(Debug)]
pub(crate) struct Redis {
    program: PathBuf,
    address: SocketAddr,
    folder: TempDir,
    process: Option<Process>,
}

impl Redis {
    /// Starts the program on a free port.
    pub(crate) async fn start(program: &Path) -> anyhow::Result<Self> {
        let mut server = Self {
            program: program.to_owned(),
            address: free_address()?,
            folder: tempfile::Builder::new()
                .prefix("kalends-chaos-redis-")
                .tempdir()?,
            process: None,
        };
        server.go().await?;
        Ok(server)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes it down, and with it all that it knew.
    pub(crate) fn crash(&mut self) {
        self.process = None;
    }

    /// Starts it, empty.
    pub(crate) async fn go(&mut self) -> anyhow::Result<()> {
        let mut command = Command::new(&self.program);
        let port = self.address.port().to_string();
        command.args([
            "--bind",
            "127.0.0.1",
            "--port",
            &port,
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
        ]);
        command.arg(self.folder.path());
        self.process = Some(Process::silent(command)?);
        let address = self.address();
        tokio::time::timeout(PATIENCE, async {
            while TcpStream::connect(address).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await?;
        Ok(())
    }
}
