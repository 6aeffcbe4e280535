//! How large the release binary is, and how much memory it holds at rest: `kalends serve` on SQLite, and the demo.
//!
//! Run with `cargo bench -p kalends-bench --bench footprint`, which builds the binary first.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
    time::Duration,
};

use anyhow::{Context, ensure};
use kalends_bench::binary;

const MIB: u64 = 1 << 20;
const BINARY_LIMIT_MIB: u64 = 40;
const SERVE_LIMIT_MIB: u64 = 60;
/// How long a process is left alone before it counts as at rest.
const REST: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let kalends = binary::build()?;
    let size = fs::metadata(&kalends)?.len();
    println!(
        "release binary: {:.1} MB, at most {BINARY_LIMIT_MIB}",
        size as f64 / MIB as f64
    );
    let folder = tempfile::tempdir()?;
    let serve = Process::start(
        Command::new(&kalends)
            .args(["serve", "--listen", "127.0.0.1:0", "--database"])
            .arg(format!("sqlite:{}", folder.path().join("kalends.db").display()))
            .env("KALENDS_KEYS", keyring(&kalends)?)
            .current_dir(folder.path()),
    )?;
    let serving = serve.memory_at_rest("kalends serve").await?;
    println!("  at most {SERVE_LIMIT_MIB} MB");
    serve.stop()?;
    let demo = Process::start(
        Command::new(&kalends)
            .args(["demo", "--listen", "127.0.0.1:0"])
            .current_dir(folder.path()),
    )?;
    demo.memory_at_rest("kalends demo, its people in place and nobody connected")
        .await?;
    demo.stop()?;
    let met = size <= BINARY_LIMIT_MIB * MIB && serving <= SERVE_LIMIT_MIB * MIB;
    if !met {
        eprintln!("a target is missed");
    }
    Ok(if met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn keyring(kalends: &Path) -> anyhow::Result<String> {
    let made = Command::new(kalends).args(["keyring", "generate"]).output()?;
    ensure!(made.status.success(), "no key ring");
    Ok(String::from_utf8(made.stdout)?.trim().to_owned())
}

/// A process that has said that it is ready; killed when dropped.
struct Process {
    child: Child,
}

impl Process {
    fn start(command: &mut Command) -> anyhow::Result<Self> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let output = child.stdout.take().context("its output")?;
        let process = Self { child };
        let mut lines = BufReader::new(output).lines();
        lines.next().context("it ended without a word")??;
        // What else it says is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(process)
    }

    /// Resident memory in bytes after a rest.
    async fn memory_at_rest(&self, name: &str) -> anyhow::Result<u64> {
        tokio::time::sleep(REST).await;
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .context("resident memory is read from /proc, which only Linux has")?;
        let field = |field: &str| -> anyhow::Result<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(field));
            let kib = line
                .and_then(|line| line.trim().strip_suffix(" kB"))
                .context("a size")?;
            Ok(kib.trim().parse::<u64>()? << 10)
        };
        let (now, most) = (field("VmRSS:")?, field("VmHWM:")?);
        let mb = |bytes: u64| bytes as f64 / MIB as f64;
        println!(
            "{name}: {:.1} MB resident at rest (most since its start {:.1})",
            mb(now),
            mb(most)
        );
        Ok(now)
    }

    fn stop(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
