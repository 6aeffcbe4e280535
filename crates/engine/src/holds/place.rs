//! Places a hold.

use jiff::SignedDuration;
use kalends_core::{
    event::{self, EventKey},
    external_event::{EventStatus, Transparency},
    invalid_field::InvalidField,
    time::{EventId, TenantId},
};
use kalends_store::{Effects, HoldFilter, HoldWrite, StoreError};

use super::{Hold, HoldError, HoldState, expire::ended, expiry, row, seen, state};
use crate::{
    Engine, changes,
    claims::{self, RequireFree},
    events::{Also, EventError, Standing, TRIES, Wanted, change_with, stand},
    runner::task,
};

/// A hold to be placed.
#[derive(Clone, Debug, PartialEq)]
pub struct NewHold {
    /// The application's name for it.
    pub key: Option<EventKey>,
    /// What is held; it is tentative and takes up time, whatever this says.
    pub event: event::Event,
    /// How long, from now.
    pub ttl: SignedDuration,
    /// On what terms the time has to be free.
    pub require_free: RequireFree,
}

/// Takes the time of the hold's people if all of it is free, and has it shown on their calendars.
pub async fn place(engine: &Engine, tenant: TenantId, new: NewHold) -> Result<Hold, HoldError> {
    let event = event::Event {
        status: EventStatus::Tentative,
        transparency: Transparency::Opaque,
        ..new.event
    };
    check(&event)?;
    let writers = stand::writers(engine, tenant, &event).await?;
    let found = Standing {
        row: None,
        links: Vec::new(),
        calendars: stand::calendars(engine, tenant, &writers, &[]).await?,
    };
    let id = EventId::new(engine.ambient());
    let wanted = Wanted {
        key: None,
        event: &event,
    };
    for _ in 0..TRIES {
        let expires_at = expiry(engine, new.ttl)?;
        let require = (&new.require_free, Some(expires_at));
        let claiming = claims::demand(engine, tenant, &event, require).await?;
        let organizer = event.organizer().map(|person| &person.user);
        let placed = changes::hold_placed(organizer, id, (new.key.as_ref(), expires_at));
        let also = Also {
            id: Some(id),
            claiming,
            hold: Some(HoldWrite::Place {
                key: new.key.clone(),
                expires_at,
            }),
            effects: Effects::none()
                .change(placed)
                .task(task::expire_hold(tenant, id, expires_at)),
        };
        match change_with(engine, tenant, &found, (wanted, &writers), also).await {
            Err(StoreError::Conflict { what: "hold" }) => {
                match of_key(engine, tenant, new.key.as_ref()).await? {
                    // Nobody has told yet that it has run out.
                    Some((hold, HoldState::Expired)) => ended(engine, tenant, hold).await?,
                    Some(_) => return Err(HoldError::HoldExists),
                    None => {}
                }
            }
            Err(StoreError::Conflict { .. }) => {}
            Err(StoreError::NotFree { refused }) => {
                // Asked for again because the first answer was lost: what takes the time is the hold itself.
                if let Some((_, HoldState::Placed | HoldState::Confirmed)) =
                    of_key(engine, tenant, new.key.as_ref()).await?
                {
                    return Err(HoldError::HoldExists);
                }
                let refused = (&new.require_free, refused);
                let not_free = claims::not_free(engine, tenant, (&event, None), refused).await?;
                return Err(HoldError::NotFree(not_free));
            }
            result => {
                result?;
                let row = row(engine, tenant, id).await?;
                return seen(engine, tenant, row).await;
            }
        }
    }
    Err(StoreError::Conflict { what: "claim" }.into())
}

/// The hold that has the name, and where it is in its life.
async fn of_key(
    engine: &Engine,
    tenant: TenantId,
    key: Option<&EventKey>,
) -> Result<Option<(EventId, HoldState)>, HoldError> {
    let Some(key) = key else { return Ok(None) };
    for named in [HoldState::Placed, HoldState::Confirmed] {
        let filter = HoldFilter {
            key: Some(key.clone()),
            state: Some(named),
            ..HoldFilter::default()
        };
        if let [row] = engine.store().holds(tenant, filter, 1).await?.as_slice() {
            return Ok(Some((row.event.id, state(row, engine.ambient().now()))));
        }
    }
    Ok(None)
}

/// What a hold may be.
pub(super) fn check(event: &event::Event) -> Result<(), HoldError> {
    event.check().map_err(EventError::from)?;
    if !event.recurrence.is_empty() {
        let expected = "left out: a hold is for one time";
        return Err(EventError::from(InvalidField::new("recurrence", expected)).into());
    }
    Ok(())
}
