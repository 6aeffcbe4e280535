//! Links that may go on: something that held them up has changed.

use kalends_core::time::{CalendarId, ConnectionId, TenantId, UserId};
use kalends_store::{Effects, LinksOf, NewTask, OwedLink, StoreError, TaskLane};

use crate::{Engine, runner::task};

/// From so many on nobody waits for each of them.
const MANY: usize = 20;

/// The tasks that push them.
pub(crate) fn pushes(engine: &Engine, owed: &[OwedLink]) -> Vec<NewTask> {
    let lane = if owed.len() > MANY {
        TaskLane::Backfill
    } else {
        TaskLane::Push
    };
    let now = engine.ambient().now();
    let push = |owed: &OwedLink| task::push_link(owed.connection, owed.link, lane, now);
    owed.iter().map(push).collect()
}

/// What goes on when a connection works again, or allows more.
pub(crate) async fn resumed_of_connection(
    engine: &Engine,
    tenant: TenantId,
    id: ConnectionId,
) -> Result<Effects, StoreError> {
    resumed(engine, tenant, LinksOf::Connection(id)).await
}

/// What goes on when a user has set something else.
pub(crate) async fn resumed_of_user(
    engine: &Engine,
    tenant: TenantId,
    user: &UserId,
) -> Result<Effects, StoreError> {
    resumed(engine, tenant, LinksOf::User(user)).await
}

/// What goes on when calendars are back, or others than before.
pub(crate) async fn resumed_of_calendars(
    engine: &Engine,
    tenant: TenantId,
    calendars: &[CalendarId],
) -> Result<Effects, StoreError> {
    if calendars.is_empty() {
        return Ok(Effects::none());
    }
    resumed(engine, tenant, LinksOf::Calendars(calendars)).await
}

async fn resumed(engine: &Engine, tenant: TenantId, of: LinksOf<'_>) -> Result<Effects, StoreError> {
    let owed = engine.store().links_owed(tenant, of).await?;
    let pushes = pushes(engine, &owed);
    Ok(pushes.into_iter().fold(Effects::none(), Effects::task))
}
