//! Links that are owed something and have no task.

use jiff::SignedDuration;
use kalends_store::{Dead, StoreError};

use super::{BATCH, ago};
use crate::{Engine, links, runner::task::Kind};

/// How long a link rests that waits for somebody or was given up.
const REST: SignedDuration = SignedDuration::from_hours(24);

pub(super) async fn sweep(engine: &Engine) -> Result<usize, StoreError> {
    let store = engine.store();
    let (mut made, mut after) = (0, None);
    loop {
        let owed = store.links_to_push(after, ago(engine, REST), BATCH).await?;
        let Some(last) = owed.last() else {
            return Ok(made);
        };
        after = Some(last.link);
        let keys: Vec<String> = owed.iter().map(|owed| owed.link.to_string()).collect();
        // A dead one covers its key too: it comes back after its rest.
        let missing = store
            .keys_without_task(Kind::PushLink.as_str(), &keys, Dead::Covers)
            .await?;
        for owed in owed
            .iter()
            .filter(|owed| missing.contains(&owed.link.to_string()))
        {
            store
                .enqueue(owed.tenant, links::pushes(engine, &[*owed]))
                .await?;
            made += 1;
        }
    }
}
