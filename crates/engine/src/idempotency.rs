//! Requests that their caller may repeat: of all repetitions under one idempotency key one is carried out, and the
//! others get its answer.
//!
//! Only what was carried out is kept. A request that was refused or failed frees its key, so that the caller can try
//! again under the same one. A crash between doing and answering leaves the key to its lease; the next repetition is
//! then carried out anew.

use jiff::{SignedDuration, Timestamp};
use kalends_store::StoreError;
pub use kalends_store::{KeptAnswer, KeyState, KeyedRequest};
use uuid::Uuid;

use crate::Engine;

/// How long a request may be under way before a repetition takes its key over: well above any request's own limits.
const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// How long answers are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// How a keyed request ended.
#[derive(Clone, Debug)]
pub enum Ending {
    /// It was carried out.
    Done(KeptAnswer),
    /// It changed nothing that a repetition would change again.
    Undone,
}

/// Takes the key for the request, or says what it stands for already.
pub async fn begin(engine: &Engine, request: &KeyedRequest) -> Result<KeyState, StoreError> {
    engine
        .store()
        .begin_keyed_request(request, after(engine, LEASE))
        .await
}

/// Keeps the answer for repetitions, or frees the key. A request that took longer than its lease has lost the key
/// and leaves it alone.
pub async fn finish(
    engine: &Engine,
    request: &KeyedRequest,
    attempt: Uuid,
    ending: &Ending,
) -> Result<(), StoreError> {
    match ending {
        Ending::Done(answer) => {
            let kept = (answer, after(engine, KEPT));
            if !engine.store().keep_answer(request, attempt, kept).await? {
                tracing::warn!(
                    route = request.route,
                    "a request outlasted its idempotency key's lease"
                );
            }
            Ok(())
        }
        Ending::Undone => engine.store().free_key(request, attempt).await,
    }
}

fn after(engine: &Engine, span: SignedDuration) -> Timestamp {
    engine
        .ambient()
        .now()
        .saturating_add(span)
        .unwrap_or(Timestamp::MAX)
}
