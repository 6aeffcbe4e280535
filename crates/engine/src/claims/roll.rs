//! Lets series claim their times farther ahead as time goes by.

use jiff::Timestamp;
use kalends_core::{claims, time::EventId};
use kalends_store::StoreError;

use crate::Engine;

/// Series that are looked at at a time.
const BATCH: u32 = 20;

/// Claims anew what does not reach halfway from the least that is sure to the most that is claimed, so that each series comes up
/// once in a month. Answers how many.
pub(crate) async fn roll(engine: &Engine) -> Result<usize, StoreError> {
    let store = engine.store();
    let halfway = (claims::SURE + claims::AHEAD) / 2;
    let before = engine
        .ambient()
        .now()
        .checked_add(halfway)
        .unwrap_or(Timestamp::MAX);
    let (mut rolled, mut after): (usize, Option<(i64, EventId)>) = (0, None);
    loop {
        let series = store.series_to_claim(before, after, BATCH).await?;
        let Some(last) = series.last() else {
            return Ok(rolled);
        };
        after = Some((last.until_us, last.event));
        for short in &series {
            match store.roll_claims(short.tenant, short.event).await {
                // Whoever changed it meanwhile has claimed its times.
                Err(StoreError::Conflict { .. }) => {}
                result => {
                    result?;
                    rolled += 1;
                }
            }
        }
    }
}
