//! Calendars in the part that matters to events: where they are, and whether they can be written.

use kalends_core::{
    provider::ProviderKind,
    time::{CalendarId, ConnectionId, TenantId, UserId},
};

use crate::{
    ConnectionState, Store, StoreError,
    db::{Row, sql},
};

/// A calendar that events are written to, with its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventCalendar {
    /// The calendar.
    pub id: CalendarId,
    /// Whose it is.
    pub user: UserId,
    /// The connection that lists it.
    pub connection: ConnectionId,
    /// Who holds it.
    pub provider: ProviderKind,
    /// The provider's id of the account.
    pub account_id: String,
    /// The provider's id of the calendar.
    pub provider_id: String,
    /// Whether it gets the user's events.
    pub write_target: bool,
    /// Whether the account's role allows writing.
    pub can_write: bool,
    /// Whether the provider no longer lists it.
    pub lost: bool,
    /// Whether its connection works.
    pub state: ConnectionState,
}

impl Store {
    /// The write targets of these users, and these calendars besides; ordered by id.
    pub async fn event_calendars(
        &self,
        tenant: TenantId,
        users: &[UserId],
        calendars: &[CalendarId],
    ) -> Result<Vec<EventCalendar>, StoreError> {
        let mut select = sql(
            "SELECT c.id, c.user_id, c.connection_id, c.provider_id, c.write_target, c.can_write,
                 c.lost_us, n.provider, n.account_id, n.state
             FROM calendars c JOIN connections n ON n.id = c.connection_id
             WHERE c.tenant_id = ",
        )
        .push_bind(tenant)
        .push(" AND ((c.write_target AND c.user_id IN ")
        .push_list(users)
        .push(")");
        if !calendars.is_empty() {
            select = select.push(" OR c.id IN ").push_list(calendars.iter().copied());
        }
        let select = select.push(") ORDER BY c.id");
        self.db().read(select).await?.iter().map(calendar).collect()
    }
}

fn calendar(row: &Row) -> Result<EventCalendar, StoreError> {
    Ok(EventCalendar {
        id: row.id("id", CalendarId)?,
        user: row.user("user_id")?,
        connection: row.id("connection_id", ConnectionId)?,
        provider: row.word("provider")?,
        account_id: row.get("account_id")?,
        provider_id: row.get("provider_id")?,
        write_target: row.get("write_target")?,
        can_write: row.get("can_write")?,
        lost: row.get::<Option<i64>>("lost_us")?.is_some(),
        state: row.word("state")?,
    })
}
