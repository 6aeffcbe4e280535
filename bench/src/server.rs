//! The built server as a process of its own, and what it uses of the machine. Both are read from `/proc`, which only
//! Linux has.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};

/// Processor time is counted in hundredths of a second, whatever the machine's own clock does (proc_pid_stat(5)).
const TICKS_PER_SECOND: f64 = 100.0;

/// A server that has said that it is ready; killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
}

/// What a server is started on.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The program, as [`build`](crate::binary::build) answers it.
    pub program: &'a Path,
    /// Where it works.
    pub folder: &'a Path,
    /// The SQLite file of its database.
    pub database: &'a Path,
    /// The ring that opens the database's secrets.
    pub ring: &'a SecretString,
    /// Where Google's APIs are, without a slash at the end.
    pub google: &'a str,
}

impl Server {
    /// Starts, with the settings that it ships with but for these variables.
    pub fn start(ground: Ground<'_>, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let google = ground.google;
        let mut command = Command::new(ground.program);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--database"])
            .arg(format!("sqlite:{}", ground.database.display()))
            .env_clear()
            .env("KALENDS_KEYS", ground.ring.expose_secret())
            .env("KALENDS_GOOGLE__CLIENT_ID", "kalends-demo")
            .env("KALENDS_GOOGLE__CLIENT_SECRET", "kalends-demo-secret")
            .env("KALENDS_GOOGLE__TOKEN_URL", format!("{google}/token"))
            .env("KALENDS_GOOGLE__CALENDAR_URL", format!("{google}/calendar/v3"))
            .env("KALENDS_LOG__LEVEL", "warn")
            .envs(settings.iter().copied())
            .current_dir(ground.folder);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
        let output = child.stdout.take().context("its output")?;
        let server = Self { child };
        let mut lines = BufReader::new(output).lines();
        lines.next().context("it ended without a word")??;
        // What else it says is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(server)
    }

    /// The most that was ever resident, in bytes.
    pub fn peak_memory(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line
            .and_then(|line| line.trim().strip_suffix(" kB"))
            .context("a size")?;
        Ok(kib.trim().parse::<u64>()? << 10)
    }

    /// Processor time so far.
    pub fn processor_time(&self) -> anyhow::Result<Duration> {
        processor_time(&self.child.id().to_string())
    }

    /// Ends it.
    pub fn stop(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

/// Processor time of a process so far, its own and the system's on its behalf.
pub fn processor_time(process: &str) -> anyhow::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name may hold blanks and brackets; the fields behind it begin with the state, which is the third.
    let (_, fields) = stat.rsplit_once(')').context("a name")?;
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks = ticks.map(str::parse::<u32>).sum::<Result<u32, _>>()?;
    Ok(Duration::from_secs_f64(f64::from(ticks) / TICKS_PER_SECOND))
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
