//! A throw-away Redis: its own folder, a free port on loopback, nothing kept, gone when the tests end.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tempfile::TempDir;

use super::packages::{self, Package};
use crate::process::find;

const PACKAGE: Package = Package {
    apt: "redis-server",
    dnf: "redis",
    apk: "redis",
    brew: "redis",
};

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server; stops and disappears when dropped.
pub(crate) struct Server {
    port: u16,
    process: Child,
    _folder: TempDir,
}

impl Server {
    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(why) = self.process.kill().and_then(|()| self.process.wait()) {
            eprintln!("test: the throw-away Redis did not stop: {why}");
        }
    }
}

/// Starts the server, after installing the program when it is missing.
pub(crate) fn start() -> anyhow::Result<Server> {
    let program = installed()?;
    let folder = tempfile::Builder::new().prefix("kalends-redis-").tempdir()?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let process = Command::new(program)
        .args([
            "--bind",
            "127.0.0.1",
            "--port",
            &port.to_string(),
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
        ])
        .arg(folder.path())
        .stdout(Stdio::null())
        .spawn()?;
    let server = Server {
        port,
        process,
        _folder: folder,
    };
    let began = Instant::now();
    while !answers(port) {
        if began.elapsed() > PATIENCE {
            bail!("redis-server does not answer");
        }
        std::thread::yield_now();
    }
    Ok(server)
}

/// Where the program is, after installing it when it is missing.
pub(crate) fn installed() -> anyhow::Result<PathBuf> {
    if program().is_none() {
        packages::install(&PACKAGE).context("the program redis-server is missing")?;
    }
    program().context("the program redis-server is not found")
}

fn program() -> Option<PathBuf> {
    find("redis-server", &[])
}

fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"PING\r\n")?;
        let mut answer = [0; 5];
        stream.read_exact(&mut answer)?;
        Ok(&answer == b"+PONG")
    };
    ask().unwrap_or(false)
}
