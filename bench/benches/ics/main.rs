//! A calendar file of 10,000 events, parsed, expanded over the window that a calendar covers by default and compiled to
//! the busy index, against the parse alone: what the library that reads our content lines takes for the same text.
//!
//! Both begin with the bytes. The library's part is its own unfolding and its own tree of components with their
//! properties; ours besides decides on zones, series, duplicates and everything else that an event means. Run with
//! `cargo bench -p kalends-bench --bench ics`.

mod calendar;

use std::{
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{anyhow, ensure};
use icalendar::parser;
use jiff::{SignedDuration, Timestamp};
use kalends_bench::pairs::{Limit, measure, verdict};
use kalends_core::{
    busy::{Builder, BusyRules},
    ical,
    time::{Interval, Zone},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EVENTS: usize = 10_000;
const ROUNDS: usize = 60;
/// Days that a calendar covers by default.
const COVERED_DAYS: i64 = 120;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let text = calendar::text(EVENTS)?;
    let start: Timestamp = "2026-10-21T00:00:00Z".parse()?;
    let window = Interval::new(start, start + SignedDuration::from_hours(24 * COVERED_DAYS));
    let window = window.ok_or_else(|| anyhow!("an empty window"))?;

    let (ours, theirs) = (
        ical::parse(text.as_bytes(), &Zone::UTC)?.events.len(),
        parse_alone(&text)?,
    );
    ensure!(
        ours == EVENTS && theirs == EVENTS,
        "{ours} events here, {theirs} there"
    );
    let busy = indexed(&text, window)?;
    ensure!(busy > 0, "nothing takes place");
    println!(
        "{EVENTS} events in {} KB: {busy} busy intervals in {COVERED_DAYS} days",
        text.len() / 1024
    );

    let all = [
        measure(
            (
                "parsed, expanded and indexed; the library's parse alone",
                Limit::Target(3.0),
            ),
            ROUNDS,
            async || timed(|| indexed(&text, window)),
            async || timed(|| parse_alone(&text)),
        )
        .await?,
        measure(
            ("parsed to events; the library's parse alone", Limit::None),
            ROUNDS,
            async || timed(|| Ok(ical::parse(text.as_bytes(), &Zone::UTC)?.events.len())),
            async || timed(|| parse_alone(&text)),
        )
        .await?,
    ];
    Ok(verdict(&all))
}

/// From bytes to busy intervals, as a pull does it; answers how many.
fn indexed(text: &str, window: Interval) -> anyhow::Result<usize> {
    let feed = ical::parse(text.as_bytes(), &Zone::UTC)?;
    let zone = feed.zone.unwrap_or(Zone::UTC);
    let mut builder = Builder::new(BusyRules::default(), &zone, window);
    feed.events.into_iter().for_each(|event| builder.add(event));
    Ok(builder.finish().busy.len())
}

/// The library's parse; answers how many events it found.
fn parse_alone(text: &str) -> anyhow::Result<usize> {
    let unfolded = parser::unfold(text);
    let calendar = parser::read_calendar(&unfolded).map_err(|fault| anyhow!("{fault}"))?;
    Ok(calendar
        .components
        .iter()
        .filter(|component| component.name == "VEVENT")
        .count())
}

fn timed(work: impl FnOnce() -> anyhow::Result<usize>) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    black_box(work()?);
    Ok(begun.elapsed())
}
