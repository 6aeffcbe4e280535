//! Deletes rows that have expired.

use jiff::SignedDuration;
use kalends_store::StoreError;

use super::ago;
use crate::Engine;

/// How long sync runs are kept.
const RUNS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long drift audits are kept.
const AUDITS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);
/// How long resolved conflicts are kept.
const CONFLICTS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);
/// How long changes are kept.
const CHANGES_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

pub(super) async fn sweep(engine: &Engine) -> Result<usize, StoreError> {
    let store = engine.store();
    store.prune_oauth_states().await?;
    store.prune_idempotency_keys().await?;
    store.prune_sync_runs(ago(engine, RUNS_KEPT)).await?;
    store.prune_drift_audits(ago(engine, AUDITS_KEPT)).await?;
    // What a change names can be undone as long as the change can be read.
    store.prune_event_edits(ago(engine, CHANGES_KEPT)).await?;
    store.prune_conflicts(ago(engine, CONFLICTS_KEPT)).await?;
    store.prune_changes(ago(engine, CHANGES_KEPT)).await?;
    Ok(0)
}
