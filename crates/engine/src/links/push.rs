//! Task: makes a calendar show what its link wants.

use kalends_core::time::EventLinkId;
use kalends_store::{ClaimedTask, StoreError};

use super::{
    pushing::{Ended, Pushing},
    subject::{Subject, Wait},
};
use crate::{
    Engine,
    runner::failure::{Class, Failure},
};

/// How often a link that others write meanwhile is read anew.
const MOST_ROUNDS: usize = 5;

/// Pushes one link: until its calendar shows what is wanted, or as far as it can be done now. A link that is gone is
/// left alone.
pub(crate) async fn push(engine: &Engine, task: &ClaimedTask) -> Result<(), Failure> {
    let (Some(tenant), Ok(id)) = (task.tenant, task.key.parse::<EventLinkId>()) else {
        return Err(Failure::new(Class::Bug, "internal", "the task names no link"));
    };
    for _ in 0..MOST_ROUNDS {
        let Some(subject) = Box::pin(Subject::load(engine, tenant, id)).await? else {
            return Ok(());
        };
        let waits = subject.waits();
        let pushing = Pushing::new(engine, task, subject);
        let ended = match waits {
            None => Box::pin(pushing.run()).await,
            Some(Wait::ForTime) => Box::pin(pushing.rest()).await,
            // Its push lets this link follow.
            Some(Wait::ForSeries) => return Ok(()),
        };
        match ended {
            Ok(Ended::Done) => return Ok(()),
            // Somebody wrote the event or the link since it was read.
            Ok(Ended::Anew) => {}
            Err(failure) if is_overtaken(&failure) => {}
            Err(failure) => return Err(failure),
        }
    }
    let cause = "the link was written by others again and again";
    Err(Failure::new(Class::Transient, "overtaken", cause))
}

/// Whether a commit was refused because a row has been written since it was read.
fn is_overtaken(failure: &Failure) -> bool {
    matches!(
        failure.cause.downcast_ref::<StoreError>(),
        Some(StoreError::Fenced { .. } | StoreError::Conflict { .. })
    )
}
