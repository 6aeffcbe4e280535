//! Lists what was synced.

use kalends_core::time::{ConnectionId, SyncRunId, TenantId};
use kalends_store::SyncRunFilter;

use super::{ConnectionError, SyncRun, missing};
use crate::{
    Engine,
    page::{BadCursor, Page, Paged},
};

/// The passes over a connection's calendars, newest first.
pub async fn sync_runs(
    engine: &Engine,
    tenant: TenantId,
    connection: ConnectionId,
    page: Page,
) -> Result<Paged<SyncRun>, ConnectionError> {
    engine
        .store()
        .connection(tenant, connection)
        .await
        .map_err(missing)?;
    let before: Option<SyncRunId> = page
        .after
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| BadCursor)?;
    let filter = SyncRunFilter {
        connection,
        calendar: None,
        before,
        limit: page.one_more(),
    };
    let rows = engine.store().sync_runs(tenant, filter).await?;
    let runs = rows.into_iter().map(SyncRun::from).collect();
    Ok(Paged::cut(runs, page.limit, |run: &SyncRun| run.id.to_string()))
}
