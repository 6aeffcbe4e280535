//! Reading conflicts, one by one and by what they are about.

use std::collections::BTreeMap;

use kalends_core::{
    conflict::{Conflict, Opponent, Overlap},
    event::EventKey,
    time::{ConflictId, EventId, ExternalEventId, Interval, TenantId, UserId},
};

use super::{ConflictRow, form};
use crate::{
    Store, StoreError,
    db::{Row, corrupt, sql},
};

pub(super) const COLUMNS: &str =
    "SELECT c.id, c.tenant_id, c.event_id, e.key, c.user_id, c.kind, c.opponent, c.first_start_us,
     c.first_end_us, c.times, c.resolution, c.resolved_us, c.opened_us, c.updated_us, c.revision
     FROM conflicts c JOIN events e ON e.id = c.event_id";

/// Most ids in one `IN`.
const CHUNK: usize = 500;

impl Store {
    /// One conflict.
    pub async fn conflict(&self, tenant: TenantId, id: ConflictId) -> Result<ConflictRow, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE c.tenant_id = ")
            .push_bind(tenant)
            .push(" AND c.id = ")
            .push_bind(id);
        let row = self.db().read_first(select).await?;
        conflict(&row.ok_or(StoreError::NotFound { what: "conflict" })?)
    }

    /// A person's conflicts that stand: those that are open, and those that were kept.
    pub async fn standing_conflicts(
        &self,
        tenant: TenantId,
        user: &UserId,
    ) -> Result<Vec<ConflictRow>, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE c.standing AND c.tenant_id = ")
            .push_bind(tenant)
            .push(" AND c.user_id = ")
            .push_bind(user)
            .push(" ORDER BY c.id");
        self.db().read(select).await?.iter().map(conflict).collect()
    }

    /// Those of the events that have an open conflict, or are what another of the application's events is in conflict
    /// with; with the people whom it concerns.
    pub async fn events_in_conflict(
        &self,
        tenant: TenantId,
        events: &[EventId],
    ) -> Result<BTreeMap<EventId, Vec<UserId>>, StoreError> {
        let mut found: BTreeMap<EventId, Vec<UserId>> = BTreeMap::new();
        let mut note = |event: EventId, user: UserId| {
            let users = found.entry(event).or_default();
            if !users.contains(&user) {
                users.push(user);
            }
        };
        for chunk in events.chunks(CHUNK) {
            let own =
                sql("SELECT DISTINCT event_id, user_id FROM conflicts WHERE state = 'open' AND tenant_id = ")
                    .push_bind(tenant)
                    .push(" AND event_id IN ")
                    .push_list(chunk.iter().copied())
                    .push(" ORDER BY event_id, user_id");
            for row in &self.db().read(own).await? {
                note(row.id("event_id", EventId)?, row.user("user_id")?);
            }
            let met =
                sql("SELECT DISTINCT opponent, user_id FROM conflicts WHERE state = 'open' AND tenant_id = ")
                    .push_bind(tenant)
                    .push(" AND opponent IN ")
                    .push_list(chunk.iter().map(|id| form::to_text(&Opponent::Event(*id))))
                    .push(" ORDER BY opponent, user_id");
            for row in &self.db().read(met).await? {
                if let Opponent::Event(event) = form::from_text(&row.get::<String>("opponent")?)? {
                    note(event, row.user("user_id")?);
                }
            }
        }
        Ok(found)
    }

    /// The application's names for those of the events that have one.
    pub async fn event_keys(
        &self,
        tenant: TenantId,
        events: &[EventId],
    ) -> Result<BTreeMap<EventId, EventKey>, StoreError> {
        let mut found = BTreeMap::new();
        for chunk in events.chunks(CHUNK) {
            let select = sql("SELECT id, key FROM events WHERE key IS NOT NULL AND tenant_id = ")
                .push_bind(tenant)
                .push(" AND id IN ")
                .push_list(chunk.iter().copied());
            for row in &self.db().read(select).await? {
                found.insert(row.id("id", EventId)?, key(row)?);
            }
        }
        Ok(found)
    }

    /// The application's events that are in an open conflict with these external events.
    pub async fn conflicts_of_external_events(
        &self,
        tenant: TenantId,
        events: &[ExternalEventId],
    ) -> Result<BTreeMap<ExternalEventId, Vec<EventKey>>, StoreError> {
        let mut found: BTreeMap<ExternalEventId, Vec<EventKey>> = BTreeMap::new();
        for chunk in events.chunks(CHUNK) {
            let select = sql(
                "SELECT DISTINCT c.opponent, e.key FROM conflicts c JOIN events e ON e.id = c.event_id
                 WHERE c.state = 'open' AND e.key IS NOT NULL AND c.tenant_id = ",
            )
            .push_bind(tenant)
            .push(" AND c.opponent IN ")
            .push_list(chunk.iter().map(|id| form::to_text(&Opponent::External(*id))))
            .push(" ORDER BY c.opponent, e.key");
            for row in &self.db().read(select).await? {
                if let Opponent::External(event) = form::from_text(&row.get::<String>("opponent")?)? {
                    found.entry(event).or_default().push(key(row)?);
                }
            }
        }
        Ok(found)
    }
}

pub(super) fn conflict(row: &Row) -> Result<ConflictRow, StoreError> {
    let first = row
        .get::<Option<i64>>("first_start_us")?
        .zip(row.get::<Option<i64>>("first_end_us")?)
        .and_then(|(start, end)| Interval::from_micros(start, end));
    let times = row.count("times")?;
    let resolved = row
        .optional_word("resolution")?
        .zip(row.optional_time("resolved_us")?);
    Ok(ConflictRow {
        id: row.id("id", ConflictId)?,
        tenant: row.id("tenant_id", TenantId)?,
        event: row.id("event_id", EventId)?,
        key: key(row)?,
        user: row.user("user_id")?,
        opponent: form::from_text(&row.get::<String>("opponent")?)?,
        conflict: Conflict {
            kind: row.word("kind")?,
            overlap: first.map(|first| Overlap { first, times }),
        },
        resolved,
        opened_at: row.time("opened_us")?,
        updated_at: row.time("updated_us")?,
        revision: row.get("revision")?,
    })
}

fn key(row: &Row) -> Result<EventKey, StoreError> {
    EventKey::new(row.get::<String>("key")?).map_err(|error| corrupt("key", &error.to_string()))
}
