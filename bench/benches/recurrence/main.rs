//! Expanding a thousand mixed series over two years: against the crate `rrule`, and against integer arithmetic that was
//! written for these series alone. Run with `cargo bench -p kalends-bench --bench recurrence`.

mod bare;
mod masters;
mod peer;

use std::{
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::ensure;
use kalends_bench::pairs::{Limit, measure, verdict};
use kalends_core::recurrence::{Expander, Series};

use bare::Bare;
use masters::World;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 60;
/// The crate takes long enough for a few rounds to say it all.
const PEER_ROUNDS: usize = 5;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let world = World::new()?;
    let bare = Bare::new(&world);
    let found = same_answers(&world, &bare)?;
    println!("{} series over two years, {found} occurrences", masters::MASTERS);
    let mut spans = Vec::with_capacity(found);
    let by_hand = measure(
        ("integer arithmetic written for these series", Limit::Target(5.0)),
        ROUNDS,
        async || Ok(timed(|| kalends(&world))),
        async || Ok(timed(|| bare.expand(&mut spans))),
    )
    .await?;
    let crate_rrule = measure(
        ("crate rrule", Limit::Target(0.2)),
        PEER_ROUNDS,
        async || Ok(timed(|| kalends(&world))),
        async || Ok(timed(|| peer::count(&world.texts))),
    )
    .await?;
    let seconds = by_hand.kalends_median().as_secs_f64();
    println!(
        "kalends: {:.1} million occurrences a second",
        found as f64 / seconds / 1e6
    );
    Ok(verdict(&[by_hand, crate_rrule]))
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let began = Instant::now();
    black_box(work());
    began.elapsed()
}

/// Expands all series and answers how many occurrences there are; the lines are read anew, as they stand in the store.
fn kalends(world: &World) -> usize {
    let mut expander = Expander::new(&world.zone, world.window);
    let mut total = 0;
    for master in black_box(&world.events) {
        let found = expander.expand(&Series {
            master,
            overrides: &[],
        });
        total += black_box(&found.occurrences).len();
    }
    total
}

/// Checks that all three find the same, and answers how many occurrences.
fn same_answers(world: &World, bare: &Bare) -> anyhow::Result<usize> {
    let mut expander = Expander::new(&world.zone, world.window);
    let (mut ours, mut starts) = (Vec::new(), Vec::new());
    for master in &world.events {
        let found = expander.expand(&Series {
            master,
            overrides: &[],
        });
        ensure!(found.faults.is_empty(), "{:?}", found.faults);
        ours.extend(found.occurrences.iter().map(|one| (one.start_us, one.end_us)));
        starts.push(
            found
                .occurrences
                .iter()
                .map(|one| one.start_us)
                .collect::<Vec<_>>(),
        );
    }
    let mut spans = Vec::new();
    bare.expand(&mut spans);
    ensure!(
        ours == spans,
        "the bare way finds others: {} and {}",
        ours.len(),
        spans.len()
    );
    for (text, starts) in world.texts.iter().zip(&starts) {
        let theirs = peer::starts(text, world.window)?;
        ensure!(
            *starts == theirs,
            "the crate finds others for {text}: {} and {}",
            starts.len(),
            theirs.len()
        );
    }
    Ok(ours.len())
}
