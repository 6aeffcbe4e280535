//! The conflicts of one changed event among 50,000 busy intervals, one of which lasts the whole time, beside trying them
//! all. Run with `cargo bench -p kalends-bench --bench conflict`.

use std::{
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use kalends_core::{
    conflict::{Cause, Conflicts, Opponent, Surroundings, Timeline, of_event},
    time::{ExternalEventId, Interval},
};
use uuid::Uuid;

/// The allocator that the product is shipped with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const INTERVALS: i64 = 50_000;
const HOUR_US: i64 = 3_600_000_000;
const ROUNDS: usize = 101;
const CALLS: u32 = 1_000;
const TARGET: Duration = Duration::from_micros(5);

fn main() -> anyhow::Result<ExitCode> {
    let intervals = busy()?;
    let changed = span(INTERVALS * 9 / 10 * HOUR_US + HOUR_US / 4, HOUR_US)?;
    let busy = Timeline::new(intervals.clone());
    let ours = || -> Conflicts {
        let surroundings = Surroundings {
            busy: &busy,
            open: None,
        };
        of_event(&[black_box(changed)], surroundings, Cause::Other)
    };
    let bare = || -> Vec<(Interval, Opponent)> {
        let changed = black_box(changed);
        let met = intervals.iter().filter(|(span, _)| span.overlaps(changed));
        met.copied().collect()
    };
    ensure!(
        ours().len() == 3 && bare().len() == 3,
        "the two find different conflicts"
    );

    let found = median(CALLS, ours);
    let tried = median(10, bare);
    println!("{INTERVALS} intervals: {found:?} for one changed event; {tried:?} for trying all");
    let is_met = found <= TARGET;
    println!("target {TARGET:?}: {}", if is_met { "met" } else { "MISSED" });
    Ok(if is_met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The median over the rounds of one call's time.
fn median<T>(calls: u32, call: impl Fn() -> T) -> Duration {
    let round = || {
        let begun = Instant::now();
        for _ in 0..calls {
            black_box(call());
        }
        begun.elapsed() / calls
    };
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| round()).collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

/// Half an hour in each hour, and one span over all.
fn busy() -> anyhow::Result<Vec<(Interval, Opponent)>> {
    let who = |number: i64| Opponent::External(ExternalEventId(Uuid::from_u128(number as u128)));
    let short = (1..INTERVALS).map(|hour| Ok((span(hour * HOUR_US, HOUR_US / 2)?, who(hour))));
    let long = span(0, INTERVALS * HOUR_US).map(|long| (long, who(0)));
    short.chain([long]).collect()
}

fn span(start_us: i64, len_us: i64) -> anyhow::Result<Interval> {
    Interval::from_micros(start_us, start_us + len_us).context("an empty span")
}
