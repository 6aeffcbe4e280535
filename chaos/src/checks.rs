//! What must hold when it is quiet again. Each check is one file in `checks/` that reports what does not hold to the
//! journal. To add one: a file, a line in [`all`], and a word in the summary.

mod agreement;
mod budgets;
mod connections;
mod feed;
mod logs;
mod rows;
mod tasks;

use std::{
    path::Path,
    time::{Duration, Instant},
};

pub(crate) use budgets::Peak;
pub(crate) use rows::Rows;

use crate::{stage::Stage, storm::Heard};

/// Between two looks at whether everything has come to rest.
const LOOK: Duration = Duration::from_secs(2);
/// Between two lines that say how far that is.
const SHOW: Duration = Duration::from_secs(10);
/// After so long the application asks for a sync of who is still behind, as it may: tasks that failed often in the storm
/// may be due only in an hour.
const NUDGE: Duration = Duration::from_secs(45);

/// Waits until store and provider agree and nothing is under way, for so long at the most. What then is still not so is
/// found by [`all`].
pub(crate) async fn settle(stage: &Stage, rows: &[Rows], patience: Duration) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let (mut nudged, mut shown) = (false, None);
    loop {
        let behind = agreement::behind(stage).await?;
        let owed = tasks::owed(rows).await?;
        if behind.is_empty() && owed.is_empty() {
            return Ok(begun.elapsed());
        }
        if shown.is_none_or(|shown: Instant| shown.elapsed() > SHOW) {
            shown = Some(Instant::now());
            show(begun.elapsed(), &behind, &owed);
        }
        if begun.elapsed() > patience {
            return Ok(begun.elapsed());
        }
        if begun.elapsed() > NUDGE && !nudged {
            nudged = true;
            agreement::nudge(stage).await?;
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn show(quiet: Duration, behind: &[String], owed: &[String]) {
    let first = behind.iter().chain(owed).next().map_or("", String::as_str);
    println!(
        "chaos: quiet for {} s: {} calendars differ, {} tasks are owed; first: {first}",
        quiet.as_secs(),
        behind.len(),
        owed.len()
    );
}

/// Everything that must hold.
pub(crate) async fn all(
    stage: &Stage,
    rows: &[Rows],
    heard: &[Heard],
    folder: &Path,
) -> anyhow::Result<Peak> {
    for difference in agreement::behind(stage).await? {
        stage.journal.found("differences", &difference);
    }
    for task in tasks::owed(rows).await? {
        stage.journal.found("stuck tasks", &task);
    }
    connections::check(stage, heard).await?;
    feed::check(stage, rows, heard).await?;
    logs::check(stage, folder)?;
    budgets::check(stage).await
}
