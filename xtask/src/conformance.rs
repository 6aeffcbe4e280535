//! `cargo xtask conformance`: random questions, answered by Kalends and by independent programs from PyPI.
//!
//! Each half is one file in `conformance/` with a Python program beside it in `xtask/conformance/`, which makes the
//! questions from the seed, asks both sides and compares. Its last line is its sum; any other end than success means
//! that something differs which no rule of RFC 5545 decides. To add one: a file with a `run` function and a line in
//! [`run_all`].

mod availability;
mod files;
mod rules;

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail};

use crate::{
    process::{cargo, run},
    test::python,
};

/// How much is asked, and with which seed.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Amounts {
    /// Everything that is made up follows from this number.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Random recurrence rules, against dateutil.
    #[arg(long, default_value_t = 5000)]
    rules: u32,
    /// Random calendar files, against recurring-ical-events.
    #[arg(long, default_value_t = 300)]
    files: u32,
    /// Random questions for slots, against plain Python.
    #[arg(long, default_value_t = 500)]
    scenarios: u32,
}

/// What every half needs.
struct Trial<'a> {
    root: &'a Path,
    /// An interpreter with the packages of `xtask/conformance/requirements.txt`.
    python: PathBuf,
    seed: u64,
}

pub(crate) fn run_all(root: &Path, amounts: Amounts) -> anyhow::Result<()> {
    let python = python::prepare(root, &python::CONFORMANCE)?;
    let trial = Trial {
        root,
        python,
        seed: amounts.seed,
    };
    let halves = [
        rules::ask(&trial, amounts.rules)?,
        files::ask(&trial, amounts.files)?,
        availability::ask(&trial, amounts.scenarios)?,
    ];
    let sums: Vec<&str> = halves.iter().map(|half| half.sum.as_str()).collect();
    println!("conformance: seed {}: {}", amounts.seed, sums.join("; "));
    if halves.iter().any(|half| !half.passed) {
        bail!("answers differ, see above");
    }
    Ok(())
}

/// What a half found.
struct Half {
    /// Such as `5000 rules, 5000 agree`.
    sum: String,
    passed: bool,
}

impl Trial<'_> {
    /// Runs a program of `xtask/conformance/` with the seed, an amount and the program of ours that it asks.
    fn ask(&self, program: &str, amount: u32, ours: &Path) -> anyhow::Result<Half> {
        let mut asking = Command::new(&self.python);
        asking
            .arg(self.root.join("xtask/conformance").join(program))
            .arg(self.seed.to_string())
            .arg(amount.to_string())
            .arg(ours)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit());
        let output = asking
            .output()
            .with_context(|| format!("cannot start {program}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let (details, sum) = text.trim_end().rsplit_once('\n').unwrap_or(("", text.trim_end()));
        if !details.is_empty() {
            println!("{details}");
        }
        if sum.is_empty() {
            bail!("{program} ended without an answer ({})", output.status);
        }
        Ok(Half {
            sum: sum.to_owned(),
            passed: output.status.success(),
        })
    }

    /// Builds one of our programs by `cargo build ARGS` and says where it is: `place` below the build folder.
    fn build(&self, args: &[&str], place: &str) -> anyhow::Result<PathBuf> {
        run(cargo(self.root).args(["build", "--quiet"]).args(args))?;
        let metadata = cargo_metadata::MetadataCommand::new()
            .manifest_path(self.root.join("Cargo.toml"))
            .no_deps()
            .exec()?;
        Ok(metadata
            .target_directory
            .into_std_path_buf()
            .join("debug")
            .join(place))
    }
}
