//! Expands many calendars: what `cargo xtask conformance` asks. Each line of standard input is
//! `{"ics": text, "zone": name, "from": seconds, "to": seconds}`; each line of standard output is
//! `{"occurrences": [[start, end, uid], ...], "faults": [text, ...]}` with seconds since 1970.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, Write},
};

use kalends_core::{
    external_event::{ExternalEvent, SeriesRole},
    ical,
    recurrence::{Expander, Series},
    time::{Interval, Zone},
};
use serde_json::{Value, json};

const SECOND_US: i64 = 1_000_000;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line?)?;
        writeln!(out, "{}", answer(&question)?)?;
    }
    Ok(())
}

fn answer(question: &Value) -> Result<Value, Failure> {
    let text = question["ics"].as_str().ok_or("no ics")?;
    let zone = Zone::iana(question["zone"].as_str().unwrap_or("UTC"))?;
    let micros = |field: &str| question[field].as_i64().map(|seconds| seconds * SECOND_US);
    let window = micros("from")
        .zip(micros("to"))
        .and_then(|(from, to)| Interval::from_micros(from, to))
        .ok_or("no window")?;
    let feed = ical::parse(text.as_bytes(), &zone)?;
    let mut faults: Vec<String> = feed.faults.iter().map(|fault| fault.reason.to_string()).collect();
    let mut overrides: BTreeMap<&str, Vec<&ExternalEvent>> = BTreeMap::new();
    let mut alone: Vec<&ExternalEvent> = Vec::new();
    for event in &feed.events {
        match &event.role {
            SeriesRole::Override { master, .. } => overrides.entry(master).or_default().push(event),
            SeriesRole::Single | SeriesRole::Master { .. } => alone.push(event),
        }
    }
    let mut series: Vec<(&ExternalEvent, Vec<&ExternalEvent>)> = Vec::new();
    for event in alone {
        let own = overrides.remove(event.provider_id.as_str()).unwrap_or_default();
        series.push((event, own));
    }
    series.extend(
        overrides
            .into_values()
            .flatten()
            .map(|orphan| (orphan, Vec::new())),
    );
    let mut expander = Expander::new(&zone, window);
    let mut occurrences = Vec::new();
    for (master, overrides) in &series {
        let found = expander.expand(&Series { master, overrides });
        faults.extend(found.faults.iter().map(ToString::to_string));
        occurrences.extend(found.occurrences.iter().map(|one| {
            let uid = one.event.ical_uid.as_deref().unwrap_or_default();
            (one.start_us / SECOND_US, one.end_us / SECOND_US, uid)
        }));
    }
    occurrences.sort_unstable();
    Ok(json!({ "occurrences": occurrences, "faults": faults }))
}
