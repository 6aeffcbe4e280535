//! Gives up a hold.

use std::collections::BTreeSet;

use kalends_core::{
    event,
    external_event::EventStatus,
    time::{EventId, TenantId},
};
use kalends_store::{Claiming, Effects, HoldRow, HoldWrite, NewChange, StoreError};

use super::{HoldError, HoldState, row, standing, state};
use crate::{
    Engine, changes,
    events::{Also, TRIES, Wanted, change_with},
};

/// Frees the time and takes the hold from calendars. One that is over already is left so; one that has become an event is the
/// event's now.
pub async fn release(engine: &Engine, tenant: TenantId, id: EventId) -> Result<(), HoldError> {
    for _ in 0..TRIES {
        let row = row(engine, tenant, id).await?;
        match state(&row, engine.ambient().now()) {
            HoldState::Placed => {}
            HoldState::Released | HoldState::Expired => return Ok(()),
            state @ HoldState::Confirmed => return Err(HoldError::Ended { state }),
        }
        let organizer = row.event.event.organizer().map(|person| &person.user);
        let news = changes::hold_released(organizer, id);
        match end(engine, tenant, &row, (HoldWrite::Release, news)).await {
            Err(HoldError::Store(StoreError::Conflict { .. } | StoreError::Fenced { .. })) => {}
            result => return result,
        }
    }
    Err(StoreError::Conflict { what: "hold" }.into())
}

/// Ends a hold without an event.
pub(super) async fn end(
    engine: &Engine,
    tenant: TenantId,
    row: &HoldRow,
    (write, news): (HoldWrite, NewChange),
) -> Result<(), HoldError> {
    let nobody = BTreeSet::new();
    let found = standing(engine, tenant, row, &nobody).await?;
    let event = event::Event {
        status: EventStatus::Cancelled,
        ..row.event.event.clone()
    };
    let wanted = Wanted {
        key: None,
        event: &event,
    };
    let also = Also {
        id: None,
        claiming: Claiming::Kept,
        hold: Some(write),
        effects: Effects::none().change(news),
    };
    change_with(engine, tenant, &found, (wanted, &nobody), also).await?;
    Ok(())
}
