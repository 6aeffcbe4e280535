//! The minutes in which everything goes wrong at once: lanes that act side by side.
//!
//! To add one: a file in `storm/` and a line in [`rage`].

mod calls;
mod edits;
mod feed;
mod kills;
mod samples;
mod standing;
mod touches;
mod troubles;
mod wishes;

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::FutureExt as _;
use tokio::sync::watch;

pub(crate) use feed::{Heard, Reader};
pub(crate) use standing::{calm, unleash};
pub(crate) use wishes::stock;

use crate::{
    rig::Rig,
    schedule::{Schedule, Step},
    stage::Stage,
};

/// Between two lines of progress.
const PROGRESS: Duration = Duration::from_secs(5);
/// What servers and wires suffer may begin so late.
const LATE: Duration = Duration::from_secs(10);

/// Carries the schedule out; answers what the readers of the feeds must go on from.
pub(crate) async fn rage(stage: &Arc<Stage>, rig: &Arc<Rig>, schedule: Schedule) -> anyhow::Result<()> {
    let (over, is_over) = watch::channel(false);
    let begun = Instant::now();
    let samples = tokio::spawn(samples::ask(Arc::clone(stage), is_over.clone()));
    let progress = tokio::spawn(progress(Arc::clone(stage), is_over));
    // Boxed: the futures of all lanes are large together.
    let lanes = [
        edits::make(stage, begun, schedule.edits).boxed(),
        calls::make(stage, begun, schedule.calls).boxed(),
        wishes::make(stage, begun, schedule.wishes).boxed(),
        touches::make(stage, begun, schedule.touches).boxed(),
        kills::make(stage, rig, begun, schedule.kills).boxed(),
        troubles::make(stage, rig, begun, schedule.troubles).boxed(),
    ];
    let acted = futures::future::try_join_all(lanes).await;
    over.send_replace(true);
    samples.await?;
    progress.await?;
    acted.map(|_| ())
}

/// Steps by whom they concern, so that each does one thing after the other and nobody waits for others.
fn in_turn<T>(steps: impl IntoIterator<Item = Step<T>>, whom: impl Fn(&T) -> usize) -> Vec<Vec<Step<T>>> {
    let mut lanes: BTreeMap<usize, Vec<Step<T>>> = BTreeMap::new();
    for step in steps {
        lanes.entry(whom(&step.deed)).or_default().push(step);
    }
    lanes.into_values().collect()
}

/// Waits until the step is due; steps that are late are done at once.
async fn due<T>(begun: Instant, step: &Step<T>) {
    tokio::time::sleep_until((begun + step.at).into()).await;
}

/// Whether the step is so late that it is left out: on a slow machine the storm shall not last longer.
fn is_past<T>(begun: Instant, step: &Step<T>) -> bool {
    begun.elapsed() > step.at + LATE
}

async fn progress(stage: Arc<Stage>, mut over: watch::Receiver<bool>) {
    while tokio::time::timeout(PROGRESS, over.wait_for(|over| *over))
        .await
        .is_err()
    {
        let journal = &stage.journal;
        let seconds = journal.seconds();
        println!(
            "chaos: {:02}:{:02} {} edits, {} calls, {} wishes, {} touches, {} samples, {} kills, {} drains, {} troubles, {} findings",
            seconds / 60,
            seconds % 60,
            journal.count("edits"),
            journal.count("calls"),
            journal.count("wishes"),
            journal.count("touches"),
            journal.count("samples"),
            journal.count("kills"),
            journal.count("drains"),
            journal.count("troubles"),
            journal.all_findings(),
        );
    }
}
