//! Lists conflicts.

use kalends_core::{
    conflict::ConflictKind,
    event::EventKey,
    time::{ConflictId, TenantId, UserId},
};
use kalends_store::ConflictFilter;

use super::{Conflict, ConflictError, view::views};
use crate::{
    Engine,
    page::{BadCursor, Page, Paged},
};

/// Which conflicts to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListConflicts {
    /// Only this person's.
    pub user: Option<UserId>,
    /// Only those of this event, or with it.
    pub key: Option<EventKey>,
    /// Only of this kind.
    pub kind: Option<ConflictKind>,
    /// Only open ones, or only resolved ones.
    pub open: Option<bool>,
}

/// Conflicts in the order in which they were found.
pub async fn list(
    engine: &Engine,
    tenant: TenantId,
    list: &ListConflicts,
    page: Page,
) -> Result<Paged<Conflict>, ConflictError> {
    let after: Option<ConflictId> = page
        .after
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| BadCursor)?;
    let filter = ConflictFilter {
        user: list.user.as_ref(),
        key: list.key.as_ref(),
        kind: list.kind,
        open: list.open,
        after,
        limit: page.one_more(),
    };
    let rows = engine.store().conflicts(tenant, filter).await?;
    let conflicts = views(engine, tenant, rows).await?;
    Ok(Paged::cut(conflicts, page.limit, |conflict: &Conflict| {
        conflict.id.to_string()
    }))
}
