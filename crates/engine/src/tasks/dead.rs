//! Lists what was given up.

use kalends_core::time::{TaskId, TenantId};

use super::{DeadTask, TaskError};
use crate::{
    Engine,
    page::{BadCursor, Page, Paged},
};

/// A tenant's dead tasks, in the order in which they were enqueued.
pub async fn dead(engine: &Engine, tenant: TenantId, page: Page) -> Result<Paged<DeadTask>, TaskError> {
    let after: Option<TaskId> = page
        .after
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| BadCursor)?;
    let rows = engine.store().dead_tasks(tenant, after, page.one_more()).await?;
    let tasks = rows.into_iter().map(DeadTask::from).collect();
    Ok(Paged::cut(tasks, page.limit, |task: &DeadTask| {
        task.id.to_string()
    }))
}
