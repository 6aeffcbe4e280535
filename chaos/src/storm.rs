//! The minutes in which everything goes wrong at once: lanes that act side by side.
//!
//! To add one: a file in `storm/` and a line in [`rage`].

mod calls;
mod edits;
mod feed;
mod kills;
mod samples;
mod standing;
mod troubles;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::FutureExt as _;
use tokio::sync::watch;

pub(crate) use feed::{Heard, Reader};
pub(crate) use standing::{calm, unleash};

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
    let acted = futures::future::try_join4(
        edits::make(stage, begun, schedule.edits),
        calls::make(stage, begun, schedule.calls),
        kills::make(stage, rig, begun, schedule.kills),
        troubles::make(stage, rig, begun, schedule.troubles),
    );
    // Boxed: the futures of four lanes are large together.
    let acted = acted.boxed().await;
    over.send_replace(true);
    samples.await?;
    progress.await?;
    acted.map(|_| ())
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
            "chaos: {:02}:{:02} {} edits, {} calls, {} samples, {} kills, {} drains, {} troubles, {} findings",
            seconds / 60,
            seconds % 60,
            journal.count("edits"),
            journal.count("calls"),
            journal.count("samples"),
            journal.count("kills"),
            journal.count("drains"),
            journal.count("troubles"),
            journal.all_findings(),
        );
    }
}
