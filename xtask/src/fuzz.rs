//! `cargo xtask fuzz TARGET`: runs a fuzz target and keeps what it found.
//!
//! Kept inputs stand in `fuzz/kept/TARGET.txt`, one a line, escaped as in a byte string; a plain test replays them. Needs
//! a nightly toolchain and `cargo install cargo-fuzz`.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, ensure};

use crate::process::{run, run_quiet};

/// How many inputs are kept, and how long one may be in bytes: enough to reach what was reached, quick to replay.
const MOST_KEPT: usize = 150;
const LONGEST_KEPT: usize = 300;

pub(crate) fn run_target(root: &Path, target: &str, minutes: u64) -> anyhow::Result<()> {
    let kept = root.join("fuzz/kept").join(format!("{target}.txt"));
    let text = fs::read_to_string(&kept).with_context(|| format!("{target} is no fuzz target"))?;
    let corpus = root.join("fuzz/corpus").join(target);
    fs::create_dir_all(&corpus)?;
    for (place, line) in text.lines().enumerate() {
        fs::write(corpus.join(format!("kept-{place}")), unescaped(line)?)?;
    }
    let limit = format!("-max_total_time={}", minutes * 60);
    run(fuzz(root, "run", target).args(["--", &limit, "-timeout=60", "-max_len=600"]))?;
    run_quiet(&mut fuzz(root, "cmin", target))?;
    let mut inputs = Vec::new();
    for file in fs::read_dir(&corpus)? {
        inputs.push(fs::read(file?.path())?);
    }
    inputs.retain(|input| !input.is_empty() && input.len() <= LONGEST_KEPT);
    inputs.sort_by_key(Vec::len);
    inputs.truncate(MOST_KEPT);
    let mut lines: Vec<String> = inputs
        .iter()
        .map(|input| input.escape_ascii().to_string())
        .collect();
    lines.sort();
    fs::write(&kept, lines.join("\n") + "\n")?;
    println!("fuzz: kept {} inputs in {}", lines.len(), kept.display());
    Ok(())
}

fn fuzz(root: &Path, verb: &str, target: &str) -> Command {
    let mut command = Command::new("cargo");
    // The toolchain that runs xtask must not be handed down: fuzzing needs nightly.
    command
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO")
        .current_dir(root.join("fuzz"));
    command.args(["+nightly", "fuzz", verb, "--fuzz-dir", ".", target]);
    command
}

/// The bytes that `escape_ascii` wrote.
fn unescaped(line: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            ensure!(letter.is_ascii(), "{letter} is not escaped");
            bytes.push(letter as u8);
            continue;
        }
        bytes.push(match letters.next().context("a line ends within an escape")? {
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'x' => {
                let digits: String = letters.by_ref().take(2).collect();
                u8::from_str_radix(&digits, 16).with_context(|| format!("\\x{digits} is no byte"))?
            }
            other => other as u8,
        });
    }
    Ok(bytes)
}
