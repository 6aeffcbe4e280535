//! Holds: events that take their people's time for a while, tentatively, until they are confirmed, released, or run out.
//!
//! A hold is an event without a key, so that its copies on calendars are pushed as every other event's, and confirming it makes
//! the same event, and the same copies, the application's. It always demands free time. Its claims run out by the clock, whoever
//! runs or does not; the task [`expire`] then takes it from calendars and tells of it.

mod confirm;
mod expire;
mod extend;
mod get;
mod list;
mod place;
mod release;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    event::{self, EventKey},
    invalid_field::InvalidField,
    time::{EventId, TenantId, UserId},
};
use kalends_store::{EventCalendar, HoldRow, LinkRow, StoreError};

use crate::{
    Engine,
    availability::AvailabilityError,
    claims::NotFree,
    events::{self, EventError, Link, Standing, stand},
    page::BadCursor,
};

pub use self::{
    confirm::{Confirm, confirm},
    extend::extend,
    get::get,
    list::{HoldsOf, list},
    place::{NewHold, place},
    release::release,
};
pub(crate) use expire::expire;
pub use kalends_store::HoldState;

/// How long a hold lasts unless the caller says otherwise.
pub const USUAL_TTL: SignedDuration = SignedDuration::from_mins(15);
/// The longest from now.
pub const LONGEST_TTL: SignedDuration = SignedDuration::from_hours(24 * 7);

/// A hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Hold {
    /// Its id.
    pub id: EventId,
    /// The application's name for it.
    pub key: Option<EventKey>,
    /// Where it is in its life, now.
    pub state: HoldState,
    /// When it runs out.
    pub expires_at: Timestamp,
    /// What is held. Never logged.
    pub wanted: event::Event,
    /// The key of the event that came of it.
    pub event_key: Option<EventKey>,
    /// Counts the changes of its event.
    pub version: i64,
    /// It on calendars.
    pub links: Vec<Link>,
    /// When it was placed.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Why a hold was not placed, found or changed.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// The tenant has no such hold.
    #[error("no such hold")]
    NotFound,
    /// A hold of that key is placed, or has become an event.
    #[error("there is a hold of that key")]
    HoldExists,
    /// There is another event of that key.
    #[error("there is another event of that key")]
    EventExists,
    /// The hold is over, or has become another event.
    #[error("the hold is over")]
    Ended {
        /// What became of it.
        state: HoldState,
    },
    /// The hold has changed since the caller read it.
    #[error("the hold has changed meanwhile")]
    Changed,
    /// The time is not free.
    #[error("the time is not free")]
    NotFree(NotFree),
    /// Whether the time is free cannot be said.
    #[error(transparent)]
    Availability(#[from] AvailabilityError),
    /// What is held cannot be an event.
    #[error(transparent)]
    Event(#[from] EventError),
    /// A field cannot be used.
    #[error(transparent)]
    Field(#[from] InvalidField),
    /// The cursor is none of this list.
    #[error(transparent)]
    BadCursor(#[from] BadCursor),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The stored hold.
async fn row(engine: &Engine, tenant: TenantId, id: EventId) -> Result<HoldRow, HoldError> {
    engine
        .store()
        .hold(tenant, id)
        .await
        .map_err(|error| match error {
            StoreError::NotFound { .. } => HoldError::NotFound,
            error => HoldError::Store(error),
        })
}

/// Where a hold is in its life at an instant, whether or not anybody has told so yet.
fn state(row: &HoldRow, now: Timestamp) -> HoldState {
    match row.state {
        HoldState::Placed if row.expires_at <= now => HoldState::Expired,
        state => state,
    }
}

/// When a hold runs out that is to last so long.
fn expiry(engine: &Engine, ttl: SignedDuration) -> Result<Timestamp, InvalidField> {
    let longest = LONGEST_TTL.as_secs();
    let refused = || InvalidField::new("ttlSeconds", format!("from 1 to {longest}"));
    if ttl < SignedDuration::from_secs(1) || ttl > LONGEST_TTL {
        return Err(refused());
    }
    let end = engine.ambient().now().checked_add(ttl).map_err(|_| refused())?;
    // As rows keep it.
    Timestamp::from_microsecond(end.as_microsecond()).map_err(|_| refused())
}

/// The hold's event with its links and the write targets of these users, for a change of it.
async fn standing(
    engine: &Engine,
    tenant: TenantId,
    row: &HoldRow,
    writers: &BTreeSet<UserId>,
) -> Result<Standing, HoldError> {
    let event = &row.event;
    let links = engine.store().links_of_events(tenant, &[event.id]).await?;
    Ok(Standing {
        calendars: stand::calendars(engine, tenant, writers, &links).await?,
        row: Some(event.clone()),
        links,
    })
}

/// The hold as it is answered.
async fn seen(engine: &Engine, tenant: TenantId, row: HoldRow) -> Result<Hold, HoldError> {
    let links = engine.store().links_of_events(tenant, &[row.event.id]).await?;
    let calendars = stand::calendars(engine, tenant, &BTreeSet::new(), &links).await?;
    Ok(view(row, (&links, &calendars), engine.ambient().now()))
}

fn view(row: HoldRow, (links, calendars): (&[LinkRow], &[EventCalendar]), now: Timestamp) -> Hold {
    Hold {
        state: state(&row, now),
        id: row.event.id,
        key: row.key,
        expires_at: row.expires_at,
        links: events::links(row.event.id, links, calendars),
        event_key: row.event.key,
        version: row.event.version,
        wanted: row.event.event,
        created_at: row.event.created_at,
        updated_at: row.updated_at.max(row.event.updated_at),
    }
}
