//! `kalends slots`: the slot engine on given data.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
    process::ExitCode,
};

use anyhow::Context;
use jiff::Timestamp;
use kalends_api::given::Given;
use kalends_core::{
    slots::Found,
    time::{Interval, Zone},
};
use serde_json::{Value, json};

use crate::cli::Slots;

/// What cannot be read or answered, as `grep` and `diff` have it for trouble.
const TROUBLE: u8 = 2;

pub(crate) fn run(command: &Slots) -> ExitCode {
    let said = match command {
        Slots::Compute { input, json } => compute(input, *json),
    };
    match said {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("kalends: {why:#}");
            ExitCode::from(TROUBLE)
        }
    }
}

fn compute(input: &Path, as_json: bool) -> anyhow::Result<String> {
    let given = Given::read(&text(input)?)?;
    let (free, found) = (given.free()?, given.answer()?);
    Ok(if as_json {
        machine(&free, &found).to_string()
    } else {
        people(&free, &found, given.zone())
    })
}

fn text(input: &Path) -> anyhow::Result<Vec<u8>> {
    if input == Path::new("-") {
        let mut text = Vec::new();
        io::stdin()
            .read_to_end(&mut text)
            .context("standard input cannot be read")?;
        return Ok(text);
    }
    fs::read(input).with_context(|| format!("{} cannot be read", input.display()))
}

fn machine(free: &[Interval], found: &Found) -> Value {
    let free: Vec<_> = free.iter().map(|span| [span.start(), span.end()]).collect();
    let slots: Vec<_> = found.slots.iter().map(|slot| slot.interval.start()).collect();
    json!({"free": free, "slots": slots})
}

fn people(free: &[Interval], found: &Found, zone: &Zone) -> String {
    let show = |at: Timestamp, format: &str| zone.civil(at).strftime(format).to_string();
    let mut lines = vec![format!("free, by the clock of {}:", zone.name())];
    for span in free {
        let (from, to) = (span.start(), span.end());
        lines.push(format!(
            "  {} to {}",
            show(from, "%a %F %H:%M"),
            show(to, "%a %F %H:%M")
        ));
    }
    let more = if found.more { ", and more" } else { "" };
    lines.push(format!("{} slots{more}:", found.slots.len()));
    for slot in &found.slots {
        let (from, to) = (slot.interval.start(), slot.interval.end());
        lines.push(format!("  {} - {}", show(from, "%a %F %H:%M"), show(to, "%H:%M")));
    }
    lines.join("\n")
}
