//! Lists connections.

use kalends_core::time::{ConnectionId, TenantId, UserId};
use kalends_store::ConnectionFilter;

use super::{Connection, ConnectionError, view};
use crate::{
    Engine,
    page::{BadCursor, Page, Paged},
};

/// A tenant's connections in the order in which they were made, disconnected ones too; of one user when one is named.
pub async fn list(
    engine: &Engine,
    tenant: TenantId,
    user: Option<&UserId>,
    page: Page,
) -> Result<Paged<Connection>, ConnectionError> {
    let after: Option<ConnectionId> = page
        .after
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| BadCursor)?;
    let filter = ConnectionFilter {
        user,
        after,
        limit: page.one_more(),
    };
    let rows = engine.store().connections(tenant, filter).await?;
    let connections = rows.into_iter().map(|row| view(engine, row)).collect();
    Ok(Paged::cut(connections, page.limit, |connection: &Connection| {
        connection.id.to_string()
    }))
}
