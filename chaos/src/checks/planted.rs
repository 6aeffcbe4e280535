//! Proof that the checks see: at the end of each run, when all is said, mistakes are planted in the throw-away databases
//! and logs, and each must be found.

use std::path::Path;

use super::{Rows, agreement, feed, logs, tasks};
use crate::{stage::Stage, storm::Heard};

/// Forgets an event that a calendar has.
const EVENT: &str =
    "DELETE FROM external_events WHERE id IN (SELECT id FROM external_events ORDER BY id LIMIT 1)";
/// Gives up the task that is due last.
const TASK: &str = "UPDATE tasks SET state = 'dead', due_us = NULL
    WHERE id IN (SELECT id FROM tasks WHERE due_us IS NOT NULL ORDER BY due_us DESC LIMIT 1)";
/// Loses a change of every tenant.
const CHANGE: &str = "DELETE FROM changes WHERE seq = 2";

/// Plants mistakes in each database; answers those that no check finds.
pub(super) async fn unseen(
    stage: &Stage,
    rows: &[Rows],
    heard: &[Heard],
    folder: &Path,
) -> anyhow::Result<Vec<String>> {
    let mut unseen = Vec::new();
    for (number, one) in rows.iter().enumerate() {
        let mut expect = |what: &str, found: usize| {
            if found == 0 {
                unseen.push(format!("{what} in database {number}"));
            }
        };
        let before = agreement::behind(stage).await?.len();
        one.tamper(EVENT).await?;
        let found = agreement::behind(stage).await?.len();
        expect("an event that was forgotten", found.saturating_sub(before));
        one.tamper(TASK).await?;
        expect(
            "a task that was given up",
            tasks::owed(std::slice::from_ref(one)).await?.len(),
        );
        one.tamper(CHANGE).await?;
        expect(
            "a change that was lost",
            feed::gaps(stage, rows, heard).await?.len(),
        );
    }
    let log = folder.join("fleet-0.planted.log");
    std::fs::write(
        &log,
        format!("stored {}\n", crate::cast::calendar_name("planted")),
    )?;
    if logs::wrong(stage, folder)?.is_empty() {
        unseen.push("a title in a log".to_owned());
    }
    std::fs::remove_file(log)?;
    Ok(unseen)
}
