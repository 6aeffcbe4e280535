//! No task is stuck: none is long overdue, none has a worker that is gone, none is dead.

use super::Rows;
use crate::present::now;

/// How long something may be due before it counts as stuck, and how long a lease may have ended.
const GRACE_US: i64 = 10_000_000;

/// Tasks that somebody should have done by now. A waiting task's `due_us` is its time, a running one's the end of its
/// lease; a dead one has none.
const OWED: &str =
    "SELECT kind || ' ' || key, state || ': ' || COALESCE(last_error, 'never failed'), COALESCE(due_us, 0)
    FROM tasks WHERE state = 'dead' OR due_us < $1 ORDER BY due_us";

/// What is owed, one line a task.
pub(super) async fn owed(rows: &[Rows]) -> anyhow::Result<Vec<String>> {
    let now = now().as_microsecond();
    let mut owed = Vec::new();
    for rows in rows {
        for (task, state, due) in rows.texts(OWED, now - GRACE_US).await? {
            owed.push(format!(
                "task {task} is {state}, due {} s ago",
                (now - due) / 1_000_000
            ));
        }
    }
    Ok(owed)
}
