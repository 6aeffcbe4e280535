//! Holds: events that take time for a while, until they are confirmed, released, or run out.
//!
//! The event and its claims are written by [`Store::commit_event`], and with them what becomes of the hold, so that neither is
//! ever true without the other.

use jiff::Timestamp;
use kalends_core::{
    event::EventKey,
    time::{EventId, TenantId, UserId},
};

use crate::{
    EventRow, Store, StoreError,
    db::{Row, Sql, Tx, corrupt, sql, words},
    events,
};

/// Where a hold is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldState {
    /// It takes time, until it runs out.
    Placed,
    /// It has become an event.
    Confirmed,
    /// The application gave it up.
    Released,
    /// It has run out.
    Expired,
}

words! {
    HoldState { Placed = "placed", Confirmed = "confirmed", Released = "released", Expired = "expired" }
}

/// A hold as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct HoldRow {
    /// The event that it is; its id is the hold's.
    pub event: EventRow,
    /// The application's name for the hold.
    pub key: Option<EventKey>,
    /// Where it is in its life; one whose time is over may not have been told so yet.
    pub state: HoldState,
    /// When it runs out.
    pub expires_at: Timestamp,
    /// When its state last changed.
    pub updated_at: Timestamp,
}

/// What becomes of a hold, with its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldWrite {
    /// It is placed. A name that a hold has, or an event that came of one, is a [`StoreError::Conflict`].
    Place {
        /// The application's name for it.
        key: Option<EventKey>,
        /// When it runs out.
        expires_at: Timestamp,
    },
    /// It runs out at another time. All these are a [`StoreError::Fenced`] when it has ended already.
    Extend {
        /// When.
        expires_at: Timestamp,
    },
    /// It becomes an event.
    Confirm,
    /// It is given up.
    Release,
    /// It has run out; fenced too while its time has not come.
    Expire,
}

/// Which holds are listed.
#[derive(Clone, Debug, Default)]
pub struct HoldFilter {
    /// Those that take this user's time.
    pub user: Option<UserId>,
    /// The one of this name that is placed or confirmed, and former ones.
    pub key: Option<EventKey>,
    /// Those in this state.
    pub state: Option<HoldState>,
    /// Those after this one.
    pub after: Option<EventId>,
}

const COLUMNS: &str =
    "SELECT e.id, e.tenant_id, e.key, e.version, e.content, e.start_us, e.desired_us, e.created_us,
     e.updated_us, h.key AS hold_key, h.state, h.expires_us, h.updated_us AS ended_us
     FROM holds h JOIN events e ON e.id = h.event_id";

impl Store {
    /// One hold, ended or not.
    pub async fn hold(&self, tenant: TenantId, id: EventId) -> Result<HoldRow, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE h.tenant_id = ")
            .push_bind(tenant)
            .push(" AND h.event_id = ")
            .push_bind(id);
        let row = self.db().read_first(select).await?;
        hold(&row.ok_or(StoreError::NotFound { what: "hold" })?)
    }

    /// Holds in the order in which they were placed.
    pub async fn holds(
        &self,
        tenant: TenantId,
        filter: HoldFilter,
        limit: u32,
    ) -> Result<Vec<HoldRow>, StoreError> {
        let mut select = sql(COLUMNS).push(" WHERE h.tenant_id = ").push_bind(tenant);
        if let Some(after) = filter.after {
            select = select.push(" AND h.event_id > ").push_bind(after);
        }
        if let Some(state) = filter.state {
            select = select
                .push(" AND h.state = ")
                .push_bind(crate::db::Word::word(&state));
        }
        if let Some(key) = &filter.key {
            select = select.push(" AND h.key = ").push_bind(key.as_str());
        }
        if let Some(user) = &filter.user {
            select = select
                .push(" AND h.event_id IN (SELECT event_id FROM event_people WHERE tenant_id = ")
                .push_bind(tenant)
                .push(" AND user_id = ")
                .push_bind(user)
                .push(")");
        }
        let select = select.push(" ORDER BY h.event_id LIMIT ").push_bind(limit);
        self.db().read(select).await?.iter().map(hold).collect()
    }

    /// Holds whose time was over before an instant and that nobody has ended, after one of them; of all tenants.
    pub async fn holds_to_expire(
        &self,
        before: Timestamp,
        after: Option<(Timestamp, EventId)>,
        limit: u32,
    ) -> Result<Vec<(TenantId, EventId, Timestamp)>, StoreError> {
        let after_us = after.map_or(i64::MIN, |(at, _)| at.as_microsecond());
        let after = after.map_or(EventId(uuid::Uuid::nil()), |(_, id)| id);
        let select = sql("SELECT tenant_id, event_id, expires_us FROM holds
             WHERE state = 'placed' AND expires_us < $1 AND (expires_us, event_id) > ($2, $3)
             ORDER BY expires_us, event_id LIMIT $4");
        let select = select.bind(before).bind(after_us).bind(after).bind(limit);
        let rows = self.db().read(select).await?;
        let over = |row: &Row| {
            Ok((
                row.id("tenant_id", TenantId)?,
                row.id("event_id", EventId)?,
                row.time("expires_us")?,
            ))
        };
        rows.iter().map(over).collect()
    }
}

/// Writes what becomes of the hold, after its event.
pub(crate) async fn write(
    tx: &mut Tx,
    (tenant, id): (TenantId, EventId),
    write: HoldWrite,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (update, while_on) = match write {
        HoldWrite::Place { key, expires_at } => return place(tx, (tenant, id), (key, expires_at), now).await,
        HoldWrite::Extend { expires_at } => {
            let update = sql("UPDATE holds SET expires_us = ").push_bind(expires_at);
            (
                update.push(", updated_us = ").push_bind(now),
                " AND expires_us > ",
            )
        }
        HoldWrite::Confirm => (ended("confirmed", now), " AND expires_us > "),
        HoldWrite::Release => (ended("released", now), " AND expires_us > "),
        HoldWrite::Expire => (ended("expired", now), " AND expires_us <= "),
    };
    let update = update
        .push(" WHERE state = 'placed' AND tenant_id = ")
        .push_bind(tenant)
        .push(" AND event_id = ")
        .push_bind(id)
        .push(while_on)
        .push_bind(now);
    match tx.execute(update).await? {
        0 => Err(StoreError::Fenced { what: "hold" }),
        _ => Ok(()),
    }
}

async fn place(
    tx: &mut Tx,
    (tenant, id): (TenantId, EventId),
    (key, expires_at): (Option<EventKey>, Timestamp),
    now: Timestamp,
) -> Result<(), StoreError> {
    let insert = sql(
        "INSERT INTO holds (event_id, tenant_id, key, state, expires_us, created_us, updated_us)
         VALUES ($1, $2, $3, 'placed', $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(id)
    .bind(tenant)
    .bind(key.as_ref().map(EventKey::as_str))
    .bind(expires_at)
    .bind(now)
    .bind(now);
    match tx.execute(insert).await? {
        0 => Err(StoreError::Conflict { what: "hold" }),
        _ => Ok(()),
    }
}

fn ended(state: &'static str, now: Timestamp) -> Sql {
    let update = sql("UPDATE holds SET state = ").push_bind(state);
    update.push(", updated_us = ").push_bind(now)
}

fn hold(row: &Row) -> Result<HoldRow, StoreError> {
    let key = row
        .get::<Option<String>>("hold_key")?
        .map(EventKey::new)
        .transpose();
    Ok(HoldRow {
        event: events::event_row(row)?,
        key: key.map_err(|error| corrupt("key", &error.to_string()))?,
        state: row.word("state")?,
        expires_at: row.time("expires_us")?,
        updated_at: row.time("ended_us")?,
    })
}
