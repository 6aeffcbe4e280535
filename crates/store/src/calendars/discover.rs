//! What a provider lists, put beside what is known.

use jiff::Timestamp;
use kalends_core::time::{CalendarId, ConnectionId, TenantId, UserId, Zone};

use super::{Capabilities, Which, clear};
use crate::{
    Effects, Store, StoreError,
    db::{Tx, sql},
};

/// A calendar as the provider lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundCalendar {
    /// The id of the row that is known for it, else a new one.
    pub id: CalendarId,
    /// The provider's id.
    pub provider_id: String,
    /// The name that its owner sees.
    pub name: String,
    /// The zone of its all-day events.
    pub zone: Zone,
    /// Color as `#rrggbb`.
    pub color: Option<String>,
    /// The provider's word for what the account may do in it.
    pub access_role: String,
    /// Whether it is the account's main calendar.
    pub primary: bool,
    /// What can be done with it.
    pub capabilities: Capabilities,
    /// Whether it counts for availability from the start; a known calendar keeps what was chosen.
    pub selected_if_new: bool,
}

/// The outcome of listing a connection's calendars.
#[derive(Debug)]
pub struct Discovery {
    /// What the provider lists and is new or has changed.
    pub found: Vec<FoundCalendar>,
    /// Known calendars that it no longer lists.
    pub lost: Vec<CalendarId>,
    /// First pulls, news, the next listing.
    pub effects: Effects,
}

/// Whose calendars are written.
#[derive(Clone, Copy)]
pub(crate) struct CalendarOwner<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) user: &'a UserId,
    pub(crate) connection: ConnectionId,
}

impl Store {
    /// Stores what was listed. Lost calendars lose their events and busy time and keep their choices, in case they
    /// come back.
    pub async fn commit_discovery(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        discovery: Discovery,
    ) -> Result<(), StoreError> {
        let effects = self.prepare(tenant, discovery.effects).await?;
        let now = self.now();
        let mut tx = self.begin().await?;
        let owner = sql("SELECT user_id FROM connections WHERE state <> 'disconnected' AND tenant_id = ")
            .push_bind(tenant)
            .push(" AND id = ")
            .push_bind(connection)
            .push(tx.locked());
        let row = tx.read_first(owner).await?;
        let user = row
            .ok_or(StoreError::NotFound { what: "connection" })?
            .user("user_id")?;
        let owner = CalendarOwner {
            tenant,
            user: &user,
            connection,
        };
        upsert_found(&mut tx, owner, &discovery.found, now).await?;
        for id in discovery.lost {
            let lose = sql("UPDATE calendars SET lost_us = $1, updated_us = $1
                 WHERE tenant_id = $2 AND id = $3 AND connection_id = $4 AND lost_us IS NULL")
            .bind(now)
            .bind(tenant)
            .bind(id)
            .bind(connection);
            if tx.execute(lose).await? > 0 {
                clear(&mut tx, tenant, Which::Calendar(id), now).await?;
            }
        }
        self.commit_with(tx, effects).await
    }
}

/// Writes what was found; the rows of known calendars keep their ids, choices and synchronisation.
pub(crate) async fn upsert_found(
    tx: &mut Tx,
    owner: CalendarOwner<'_>,
    found: &[FoundCalendar],
    now: Timestamp,
) -> Result<(), StoreError> {
    for calendar in found {
        let upsert = sql(
            "INSERT INTO calendars (id, tenant_id, user_id, connection_id, provider_id, name, time_zone, color,
                 access_role, is_primary, free_busy_only, can_write, can_create_meet, selected, write_target,
                 sync_status, retry_count, pass, generation, pass_pages, pass_items, created_us, updated_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, FALSE, 'idle', 0, 0, 0, 0, 0,
                 $15, $15)
             ON CONFLICT (connection_id, provider_id) DO UPDATE SET name = excluded.name,
                 time_zone = excluded.time_zone, color = excluded.color, access_role = excluded.access_role,
                 is_primary = excluded.is_primary, free_busy_only = excluded.free_busy_only,
                 can_write = excluded.can_write, can_create_meet = excluded.can_create_meet, lost_us = NULL,
                 updated_us = excluded.updated_us",
        )
        .bind(calendar.id)
        .bind(owner.tenant)
        .bind(owner.user)
        .bind(owner.connection)
        .bind(&calendar.provider_id)
        .bind(&calendar.name)
        .bind(calendar.zone.name())
        .bind(calendar.color.as_deref())
        .bind(&calendar.access_role)
        .bind(calendar.primary)
        .bind(calendar.capabilities.free_busy_only)
        .bind(calendar.capabilities.can_write)
        .bind(calendar.capabilities.can_create_meet)
        .bind(calendar.selected_if_new)
        .bind(now);
        tx.execute(upsert).await?;
    }
    Ok(())
}
