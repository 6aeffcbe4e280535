//! Pages of 250 events from the simulated Google with a million events in memory, against a bare handler that answers
//! the same pages ready-made.
//!
//! Each server has one thread, on which alone its runtime runs, so that it never has more than one core; two callers
//! with a connection each keep it busy. The pages are those of a client that syncs: the first page of each of 3,000
//! people's calendars in turn, and a walk by page tokens through one calendar of 250,000 events. Beside what a caller
//! sees, the time is counted that the server's thread was really on a core, which other programs do not lengthen. Run
//! with `cargo xtask bench --bench simulator`.

mod caller;
mod server;

use std::{fs, process::ExitCode, time::Instant};

use anyhow::{Context, ensure};
use kalends_bench::pairs::{Limit, measure, shown, verdict};
use kalends_simulator::FillOrder;

use crate::{
    caller::{Caller, Question},
    server::{Bare, Google, OnOneCore},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PEOPLE: u32 = 3_000;
const EVENTS_EACH: u32 = 250;
const EVENTS_OF_ONE: u32 = 250_000;
/// Pages asked for in one round, on each side.
const PAGES: usize = 3_000;
const ROUNDS: usize = 15;
/// What one core has to answer.
const PAGES_PER_SECOND: f64 = 5_000.0;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let google = Google::start()?;
    fill(&google)?;
    let visits = visits(&google)?;
    let walk = walk(&google)?;
    let visiting = compare("first pages of 3,000 calendars in turn", &google, visits).await?;
    let walking = compare("a walk through a calendar of 250,000 events", &google, walk).await?;
    if visiting && walking {
        return Ok(verdict(&[]));
    }
    eprintln!("a target is missed");
    Ok(ExitCode::FAILURE)
}

/// A million events, and what they cost.
fn fill(google: &Google) -> anyhow::Result<()> {
    let before = resident()?;
    let began = Instant::now();
    google.control().fill(&FillOrder {
        email: "load@example.com".to_owned(),
        people: Some(PEOPLE),
        count: EVENTS_EACH,
        ..FillOrder::default()
    })?;
    google.control().fill(&FillOrder {
        email: "one@example.com".to_owned(),
        count: EVENTS_OF_ONE,
        ..FillOrder::default()
    })?;
    let events = f64::from(PEOPLE * EVENTS_EACH + EVENTS_OF_ONE);
    let bytes = resident()?.saturating_sub(before);
    println!(
        "{events} events made in {:.1} s; {:.0} bytes of memory each",
        began.elapsed().as_secs_f64(),
        bytes as f64 / events
    );
    Ok(())
}

/// The first page of everybody's calendar.
fn visits(google: &Google) -> anyhow::Result<Vec<Question>> {
    let mut questions = Vec::new();
    for number in 1..=PEOPLE {
        let email = format!("load-{number}@example.com");
        questions.push(Question::new(&google.token(&email)?, None));
    }
    Ok(questions)
}

/// All pages of the large calendar, by the tokens that the pages gave.
fn walk(google: &Google) -> anyhow::Result<Vec<Question>> {
    let token = google.token("one@example.com")?;
    let mut caller = Caller::new(google.address())?;
    let mut questions = vec![Question::new(&token, None)];
    loop {
        let last = questions.last().context("a question")?;
        let page: serde_json::Value = serde_json::from_slice(caller.ask(last)?)?;
        let Some(next) = page["nextPageToken"].as_str() else {
            return Ok(questions);
        };
        questions.push(Question::new(&token, Some(next)));
    }
}

/// Measures both sides with the same questions; tells whether the pages per second reach the target.
async fn compare(name: &str, google: &Google, questions: Vec<Question>) -> anyhow::Result<bool> {
    let mut caller = Caller::new(google.address())?;
    let mut pages = Vec::new();
    for question in &questions {
        pages.push(caller.ask(question)?.to_vec());
    }
    let bytes: usize = pages.iter().map(Vec::len).sum();
    let bare = Bare::start(&questions, &pages)?;
    ensure!(
        Caller::new(bare.address())?.ask(&questions[0])? == pages[0],
        "the bare handler answers something else"
    );
    let turns = questions.len().min(PAGES);
    let pairs = measure(
        (name, Limit::None),
        ROUNDS,
        async || caller::all(google.address(), &questions[..turns]),
        async || caller::all(bare.address(), &questions[..turns]),
    )
    .await?;
    let busy = google.time_on_core()?;
    let took = caller::all(google.address(), &questions[..turns])?;
    let busy = google.time_on_core()?.saturating_sub(busy);
    let per_second = turns as f64 / pairs.kalends_median().as_secs_f64();
    let met = per_second >= PAGES_PER_SECOND;
    println!(
        "  {per_second:.0} pages of 250 a second on one core, {} kB each, at least {PAGES_PER_SECOND:.0}: {}",
        bytes / pages.len() / 1000,
        if met { "met" } else { "MISSED" }
    );
    println!(
        "  the server's thread was on its core for {} of {}: {:.0} pages a second of its time",
        shown(busy),
        shown(took),
        turns as f64 / busy.as_secs_f64()
    );
    Ok(met)
}

/// Resident memory of this process in bytes (Linux, `proc_pid_statm(5)`; pages of 4 KiB).
fn resident() -> anyhow::Result<u64> {
    let statm = fs::read_to_string("/proc/self/statm")?;
    let pages = statm.split_whitespace().nth(1).context("resident pages")?;
    Ok(pages.parse::<u64>()? * 4096)
}
