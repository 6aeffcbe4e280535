//! What must hold when it is quiet again. Each check is one file in `checks/` that answers what does not hold. To add one: a
//! file, a line in [`all`], a word in the summary, and a mistake in `planted.rs` that it must find.

mod agreement;
mod budgets;
mod connections;
mod copies;
mod ended;
mod feed;
mod likeness;
mod logs;
mod planted;
mod rows;
mod spares;
mod tasks;
mod told;

use std::{
    path::Path,
    time::{Duration, Instant},
};

pub(crate) use budgets::Peaks;
pub(crate) use rows::Rows;

use crate::{stage::Stage, storm::Heard};

/// Something that does not hold: what the summary calls it, and the particulars.
type Finding = (&'static str, String);

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
        let mut behind = agreement::behind(stage).await?;
        behind.extend(of_events(stage).await?.into_iter().map(|(_, text)| text));
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
        "chaos: quiet for {} s: {} differences, {} tasks are owed; first: {first}",
        quiet.as_secs(),
        behind.len(),
        owed.len()
    );
}

/// What does not hold of the application's own events.
async fn of_events(stage: &Stage) -> anyhow::Result<Vec<Finding>> {
    let copies = copies::read(stage).await?;
    let named = |kind: &'static str| move |text: String| (kind, text);
    let mut found = spares::found(stage, &copies);
    found.extend(
        ended::open(stage, &copies)
            .into_iter()
            .map(named("links that do not end")),
    );
    found.extend(
        likeness::unlike(stage, &copies)
            .into_iter()
            .map(named("events unlike their copies")),
    );
    found.extend(
        told::wrong(stage, &stage.agenda.links())
            .into_iter()
            .map(named("touches told wrongly")),
    );
    Ok(found)
}

/// Everything that must hold.
pub(crate) async fn all(
    stage: &Stage,
    rows: &[Rows],
    heard: &[Heard],
    folder: &Path,
) -> anyhow::Result<Peaks> {
    let named = |kind: &'static str| move |text: String| (kind, text);
    let (peaks, exceeded) = budgets::read(stage).await?;
    let mut found: Vec<Finding> = Vec::new();
    found.extend(
        agreement::behind(stage)
            .await?
            .into_iter()
            .map(named("differences")),
    );
    found.extend(of_events(stage).await?);
    found.extend(tasks::owed(rows).await?.into_iter().map(named("stuck tasks")));
    found.extend(
        feed::gaps(stage, rows, heard)
            .await?
            .into_iter()
            .map(named("gaps in seq")),
    );
    found.extend(exceeded.into_iter().map(named("budgets exceeded")));
    found.extend(connections::wrong(stage, heard).await?);
    found.extend(logs::wrong(stage, folder)?);
    // Last, because the databases are no good afterwards.
    let unseen = planted::unseen(stage, rows, heard, folder).await?;
    found.extend(unseen.into_iter().map(named("planted mistakes unseen")));
    for (kind, text) in found {
        stage.journal.found(kind, &text);
    }
    Ok(peaks)
}
