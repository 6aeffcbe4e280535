//! The ends of tasks, gathered: while one batch is being written the next comes together, so that one commit serves
//! as many tasks as have ended meanwhile. A claim is kept until its task's end is durable.

use std::time::Duration;

use kalends_store::{Lease, StoreError, TaskEnd};
use tokio::sync::mpsc::UnboundedReceiver;

use super::{floor::is_crowded, held::Held};
use crate::Engine;

/// Ends that are written at a time.
const AT_ONCE: usize = 1_024;
/// Wait before ends are written again after the database failed.
const TROUBLE: Duration = Duration::from_secs(1);

/// Writes ends until no sender is left.
pub(super) async fn all(engine: &Engine, held: &Held, mut ends: UnboundedReceiver<TaskEnd>) {
    let mut batch = Vec::new();
    while ends.recv_many(&mut batch, AT_ONCE).await > 0 {
        write(engine, &batch).await;
        if let_go(held, &mut batch) {
            // Nobody else tells the loop that there is room again.
            engine.worker_freed().notify_one();
        }
    }
}

/// The ends are durable; answers whether so many claims were held that the loop may be waiting for room.
fn let_go(held: &Held, ends: &mut Vec<TaskEnd>) -> bool {
    let was_crowded = is_crowded(held.count());
    for end in ends.drain(..) {
        held.remove(end.lease);
    }
    was_crowded
}

/// Writes ends, again and again while the database is away: another worker may have the tasks by then, but no end
/// counts twice, since each carries the number of its claim.
pub(super) async fn write(engine: &Engine, ends: &[TaskEnd]) {
    loop {
        match engine.store().settle_tasks(ends).await {
            Ok(refused) => return refused.iter().for_each(tell_refused),
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, "the ends of tasks are not recorded yet");
                tokio::time::sleep(TROUBLE).await;
            }
            // One that cannot be written keeps no other from it.
            Err(_) if ends.len() > 1 => {
                for end in ends {
                    Box::pin(write(engine, std::slice::from_ref(end))).await;
                }
                return;
            }
            Err(error) => return tell_unrecorded(&error),
        }
    }
}

fn tell_refused(lease: &Lease) {
    tracing::debug!(task = %lease.task, "a task was another worker's when it ended");
}

fn tell_unrecorded(error: &StoreError) {
    // The claim runs out and the task runs again, which every handler allows.
    tracing::warn!(%error, "the end of a task was not recorded");
}

#[cfg(test)]
mod tests {
    use kalends_core::time::TaskId;
    use kalends_store::Ending;
    use uuid::Uuid;

    use super::*;
    use crate::runner::floor::Floor;

    #[test]
    fn the_loop_is_told_when_there_is_room_for_claims_again() {
        let (held, floor) = (Held::default(), Floor::<()>::new(20));
        let mut ends = Vec::new();
        for number in 0_u128.. {
            if floor.wanted(held.count()).is_none() {
                break;
            }
            let lease = Lease {
                task: TaskId(Uuid::from_u128(number)),
                fence: 1,
            };
            held.add(lease);
            ends.push(TaskEnd {
                lease,
                ending: Ending::Done,
            });
        }
        let mut rest = ends.split_off(1_024);
        assert!(let_go(&held, &mut ends), "the loop found no room and waits");
        assert!(floor.wanted(held.count()).is_some());
        while rest.len() > 1_024 {
            let_go(&held, &mut rest.split_off(rest.len() - 1_024));
        }
        assert!(!let_go(&held, &mut rest), "there was room before");
        assert_eq!(held.count(), 0);
    }
}
