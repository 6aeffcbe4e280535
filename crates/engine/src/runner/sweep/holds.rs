//! Holds whose time is over and that no task ends: the claims have run out by themselves, but calendars still show them.

use jiff::SignedDuration;
use kalends_store::{Dead, StoreError};

use super::{BATCH, ago};
use crate::{
    Engine,
    runner::task::{self, Kind},
};

/// How long a task is given.
const LATE: SignedDuration = SignedDuration::from_mins(1);

pub(super) async fn sweep(engine: &Engine) -> Result<usize, StoreError> {
    let store = engine.store();
    let (mut made, mut after) = (0, None);
    loop {
        let holds = store.holds_to_expire(ago(engine, LATE), after, BATCH).await?;
        let Some((_, last, expired_at)) = holds.last() else {
            return Ok(made);
        };
        after = Some((*expired_at, *last));
        let keys: Vec<String> = holds.iter().map(|(_, id, _)| id.to_string()).collect();
        // A dead one covers its key too: it comes back after its rest.
        let owed = store
            .keys_without_task(Kind::ExpireHold.as_str(), &keys, Dead::Covers)
            .await?;
        for ((tenant, id, _), key) in holds.iter().zip(&keys) {
            if owed.contains(key) {
                let now = engine.ambient().now();
                store
                    .enqueue(*tenant, vec![task::expire_hold(*tenant, *id, now)])
                    .await?;
                made += 1;
            }
        }
    }
}
