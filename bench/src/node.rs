//! Programs for Node that a benchmark compares with, from `peers/node/`.

use std::{ffi::OsString, path::Path, process::Stdio};

use anyhow::{Context, ensure};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

/// The folder with the installed packages; `cargo xtask bench` makes it.
const MODULES: &str = "KALENDS_BENCH_NODE_MODULES";

/// A running program, which answers each line with a line; stopped when dropped.
#[derive(Debug)]
pub struct Peer {
    _process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Peer {
    /// Starts a program that says `ready` when it is. `None` when its packages are not installed, which is said.
    pub async fn start(program: &str, argument: &str) -> anyhow::Result<Option<Self>> {
        let Some(modules) = modules() else {
            println!("skipped: {program} ({MODULES} is not set; `cargo xtask bench` sets it)");
            return Ok(None);
        };
        // Node looks for packages beside the program.
        let folder = Path::new(&modules).parent().context(MODULES)?;
        let beside = folder.join(program);
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("peers/node")
            .join(program);
        std::fs::copy(&from, &beside).with_context(|| from.display().to_string())?;
        let mut process = Command::new("node")
            .arg(&beside)
            .arg(argument)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("node")?;
        let input = process.stdin.take().context("the input of node")?;
        let output = BufReader::new(process.stdout.take().context("the output of node")?).lines();
        let mut peer = Self {
            _process: process,
            input,
            output,
        };
        ensure!(peer.answer().await? == "ready", "{program} is not ready");
        Ok(Some(peer))
    }

    /// Says a line and answers the next one that comes back.
    pub async fn ask(&mut self, line: &str) -> anyhow::Result<String> {
        self.input.write_all(format!("{line}\n").as_bytes()).await?;
        self.input.flush().await?;
        self.answer().await
    }

    async fn answer(&mut self) -> anyhow::Result<String> {
        self.output.next_line().await?.context("the program has stopped")
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the benchmarks says by environment where the packages are"
)]
fn modules() -> Option<OsString> {
    std::env::var_os(MODULES)
}
