//! Listing conflicts, page by page.

use kalends_core::{
    conflict::{ConflictKind, Opponent},
    event::EventKey,
    time::{ConflictId, EventId, TenantId, UserId},
};

use super::{
    ConflictRow, form,
    read::{COLUMNS, conflict},
};
use crate::{
    Store, StoreError,
    db::{Word as _, sql},
};

/// Which conflicts to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConflictFilter<'a> {
    /// Only this person's.
    pub user: Option<&'a UserId>,
    /// Only those of this event, or with it.
    pub key: Option<&'a EventKey>,
    /// Only of this kind.
    pub kind: Option<ConflictKind>,
    /// Only open ones, or only resolved ones.
    pub open: Option<bool>,
    /// Only those that were found after this one.
    pub after: Option<ConflictId>,
    /// Most of them.
    pub limit: u32,
}

impl Store {
    /// Conflicts in the order in which they were found.
    pub async fn conflicts(
        &self,
        tenant: TenantId,
        filter: ConflictFilter<'_>,
    ) -> Result<Vec<ConflictRow>, StoreError> {
        let mut select = sql(COLUMNS).push(" WHERE c.tenant_id = ").push_bind(tenant);
        if let Some(user) = filter.user {
            select = select.push(" AND c.user_id = ").push_bind(user);
        }
        if let Some(key) = filter.key {
            let Some(event) = self.event_id(tenant, key).await? else {
                return Ok(Vec::new());
            };
            select = select
                .push(" AND (c.event_id = ")
                .push_bind(event)
                .push(" OR c.opponent = ")
                .push_bind(form::to_text(&Opponent::Event(event)))
                .push(")");
        }
        if let Some(kind) = filter.kind {
            select = select.push(" AND c.kind = ").push_bind(kind.word());
        }
        if let Some(open) = filter.open {
            let state = if open { "open" } else { "resolved" };
            select = select.push(" AND c.state = ").push_bind(state);
        }
        if let Some(after) = filter.after {
            select = select.push(" AND c.id > ").push_bind(after);
        }
        let select = select.push(" ORDER BY c.id LIMIT ").push_bind(filter.limit);
        self.db().read(select).await?.iter().map(conflict).collect()
    }

    async fn event_id(&self, tenant: TenantId, key: &EventKey) -> Result<Option<EventId>, StoreError> {
        let select = sql("SELECT id FROM events WHERE tenant_id = $1 AND key = $2")
            .bind(tenant)
            .bind(key.as_str());
        let row = self.db().read_first(select).await?;
        row.map(|row| row.id("id", EventId)).transpose()
    }
}
