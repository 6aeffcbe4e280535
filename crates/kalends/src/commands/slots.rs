//! `kalends slots`: the slot engine on given data.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
    process::ExitCode,
};

use anyhow::Context;
use jiff::Timestamp;
use kalends_api::given::{Computed, Given, Why};
use kalends_core::time::{Interval, Zone};
use serde::Serialize;

use crate::cli::Slots;

/// What cannot be read or answered, as `grep` and `diff` have it for trouble.
const TROUBLE: u8 = 2;

pub(crate) fn run(command: &Slots) -> ExitCode {
    let said = match command {
        Slots::Compute { input, json } => compute(input, *json),
        Slots::Explain { input, at, json } => explain(input, *at, *json),
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
    let computed = given.compute()?;
    if as_json {
        json(&computed)
    } else {
        Ok(list(&computed, given.zone()))
    }
}

fn explain(input: &Path, at: Timestamp, as_json: bool) -> anyhow::Result<String> {
    let why = Given::read(&text(input)?)?.explain(at)?;
    if as_json { json(&why) } else { Ok(reasons(&why)) }
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

fn json(answer: &impl Serialize) -> anyhow::Result<String> {
    serde_json::to_string(answer).context("the answer cannot be written")
}

fn list(computed: &Computed, zone: &Zone) -> String {
    let show = |at: Timestamp, format: &str| zone.civil(at).strftime(format).to_string();
    let span = |span: &Interval| {
        let (from, to) = (span.start(), span.end());
        format!("  {} to {}", show(from, "%a %F %H:%M"), show(to, "%a %F %H:%M"))
    };
    let mut lines = vec![format!("free, by the clock of {}:", zone.name())];
    lines.extend(computed.free.iter().map(span));
    let more = if computed.more { ", and more" } else { "" };
    if let Some(periods) = &computed.periods {
        lines.push(format!("{} periods{more}:", periods.len()));
        lines.extend(periods.iter().map(span));
        return lines.join("\n");
    }
    lines.push(format!("{} slots{more}:", computed.slots.len()));
    for slot in &computed.slots {
        let (from, to) = (slot.start(), slot.end());
        lines.push(format!("  {} - {}", show(from, "%a %F %H:%M"), show(to, "%H:%M")));
    }
    lines.join("\n")
}

fn reasons(why: &Why) -> String {
    let mut lines = vec![why.summary().to_owned()];
    let rules = why.rules().map(|(holds, sentence)| {
        let mark = if holds { "ok" } else { "no" };
        format!("  {mark}  {sentence}")
    });
    lines.extend(rules);
    lines.join("\n")
}
