//! `kalends ics expand`: the occurrences of a calendar file in a window.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    io::{self, BufWriter, ErrorKind, Read, Write},
    path::Path,
};

use anyhow::{Context, bail};
use kalends_core::{
    external_event::EventStatus,
    ical::{self, Fault, Feed, SeriesList},
    time::Interval,
};

use super::row::{self, Row};
use crate::cli;

pub(super) fn run(args: &cli::IcsExpand) -> anyhow::Result<()> {
    let Some(window) = Interval::new(args.from, args.to) else {
        bail!("--to {} must be later than --from {}", args.to, args.from);
    };
    let name = shown_name(&args.file);
    let text = read(&args.file).with_context(|| format!("cannot read {name}"))?;
    let mut feed = ical::parse(&text, &args.zone).with_context(|| name.clone())?;
    // Cancelled occurrences are to be seen, and whether they are cancelled is told by what the file states.
    for event in &mut feed.events {
        event.status = EventStatus::Confirmed;
    }
    let series = SeriesList::of(&feed.events);
    let expanded = series.expand(&args.zone, window);
    let cut_short = expanded.faults.into_iter().map(|(event, error)| Fault {
        line: 0,
        uid: event.ical_uid.clone(),
        event: Some(event.provider_id.clone()),
        reason: error.into(),
    });
    let faults: Vec<Fault> = feed.faults.iter().cloned().chain(cut_short).collect();
    let flags = flags(&faults);
    let statuses = statuses(&feed);
    let rows = expanded.occurrences.iter().map(|one| {
        let id = one.event.provider_id.as_str();
        Row::new(
            one,
            statuses.get(id).copied(),
            flags.get(id).map_or(&[], Vec::as_slice),
        )
    });
    let rows: Vec<Row<'_>> = rows.collect();
    let mut output = BufWriter::new(io::stdout().lock());
    let written = if args.json {
        row::write_json(&rows, &mut output)
    } else {
        row::write_table(&rows, &args.zone, &mut output)
    };
    match written.and_then(|()| output.flush()) {
        // Whoever read has seen enough.
        Err(fault) if fault.kind() == ErrorKind::BrokenPipe => return Ok(()),
        written => written.context("standard output")?,
    }
    report(&name, &faults, rows.len(), feed.events.len());
    Ok(())
}

fn shown_name(file: &Path) -> String {
    if file == Path::new("-") {
        "standard input".to_owned()
    } else {
        file.display().to_string()
    }
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    if file != Path::new("-") {
        return fs::read(file);
    }
    let mut text = Vec::new();
    io::stdin().lock().read_to_end(&mut text)?;
    Ok(text)
}

/// The words for what is wrong with each event, by its id; each once, in alphabetical order.
fn flags(faults: &[Fault]) -> HashMap<&str, Vec<&'static str>> {
    let mut flags: HashMap<&str, Vec<&'static str>> = HashMap::new();
    for fault in faults {
        if let Some(event) = &fault.event {
            flags.entry(event).or_default().push(fault.reason.flag());
        }
    }
    for words in flags.values_mut() {
        words.sort_unstable();
        words.dedup();
    }
    flags
}

/// The stated status of each event that states one, by its id.
fn statuses(feed: &Feed) -> HashMap<&str, EventStatus> {
    let stated = feed.events.iter().zip(&feed.stated_status);
    stated
        .filter_map(|(event, status)| Some((event.provider_id.as_str(), (*status)?)))
        .collect()
}

/// Tells on standard error what was skipped and what was flagged, and sums up.
fn report(name: &str, faults: &[Fault], occurrences: usize, events: usize) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for Fault {
        line,
        uid,
        event,
        reason,
    } in faults
    {
        let uid = uid.as_deref().unwrap_or("(no UID)");
        let (place, flag) = (
            if *line == 0 {
                String::new()
            } else {
                format!(" line {line}:")
            },
            reason.flag(),
        );
        let fate = if event.is_some() {
            flag.to_owned()
        } else {
            format!("skipped, {flag}")
        };
        eprintln!("{name}:{place} {uid}: {fate}: {reason}");
        if event.is_some() {
            *counts.entry(flag).or_default() += 1;
        }
    }
    let skipped = faults.iter().filter(|fault| fault.event.is_none()).count();
    let flagged: Vec<String> = counts
        .iter()
        .map(|(flag, count)| format!("{flag} {count}"))
        .collect();
    let flagged = if flagged.is_empty() {
        "nothing".to_owned()
    } else {
        flagged.join(", ")
    };
    eprintln!("{name}: {occurrences} occurrences of {events} events, {skipped} skipped, flagged: {flagged}");
}
