//! A Redis that is gone afterwards.

use std::{net::TcpListener, process::Stdio};

use anyhow::Context;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// A server of its own; stopped when dropped.
#[derive(Debug)]
pub struct Redis {
    port: u16,
    _process: Child,
    _folder: TempDir,
}

impl Redis {
    /// Starts a server that keeps an append-only file and syncs it every second, which is what a queue that outlives a
    /// restart needs at least. `None` when there is no such program.
    pub async fn start() -> anyhow::Result<Option<Self>> {
        let folder = tempfile::tempdir()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let options = [
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "yes",
            "--appendfsync",
            "everysec",
        ];
        let started = Command::new("redis-server")
            .args(options)
            .args(["--port", &port.to_string()])
            .arg("--dir")
            .arg(folder.path())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let mut process = match started {
            Ok(process) => process,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let output = process.stdout.take().context("the output of redis-server")?;
        let mut lines = BufReader::new(output).lines();
        loop {
            let line = lines.next_line().await?.context("redis-server has stopped")?;
            if line.contains("Ready to accept connections") {
                break;
            }
        }
        // What else it says is of no interest, but somebody has to read it.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Some(Self {
            port,
            _process: process,
            _folder: folder,
        }))
    }

    /// Where it listens, on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }
}
