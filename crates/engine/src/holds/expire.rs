//! Task: ends a hold whose time is over.

use kalends_core::time::{EventId, TenantId};
use kalends_store::{ClaimedTask, HoldState, HoldWrite, StoreError};

use super::{HoldError, release::end};
use crate::{
    Engine, changes,
    events::{EventError, TRIES},
    runner::{
        failure::{Class, Failure},
        task,
    },
};

/// Takes the hold from calendars and tells of it. One that has been extended is looked at again then; one that has ended is
/// left alone.
pub(crate) async fn expire(engine: &Engine, task: &ClaimedTask) -> Result<(), Failure> {
    let (Some(tenant), Ok(id)) = (task.tenant, task.key.parse::<EventId>()) else {
        return Ok(());
    };
    match ended(engine, tenant, id).await {
        Ok(()) => Ok(()),
        Err(HoldError::Store(error) | HoldError::Event(EventError::Store(error))) => Err(error.into()),
        Err(error) => {
            tracing::error!(%error, "a hold cannot be ended");
            Err(Failure::new(
                Class::Bug,
                "hold_not_ended",
                "a hold cannot be ended",
            ))
        }
    }
}

/// Ends a hold whose time is over, or has its task look again when it is.
pub(super) async fn ended(engine: &Engine, tenant: TenantId, id: EventId) -> Result<(), HoldError> {
    for _ in 0..TRIES {
        match once(engine, tenant, id).await {
            Err(HoldError::Store(StoreError::Conflict { .. } | StoreError::Fenced { .. })) => {}
            result => return result,
        }
    }
    Err(StoreError::Conflict { what: "hold" }.into())
}

async fn once(engine: &Engine, tenant: TenantId, id: EventId) -> Result<(), HoldError> {
    let row = match super::row(engine, tenant, id).await {
        // Its user is gone.
        Err(HoldError::NotFound) => return Ok(()),
        row => row?,
    };
    if row.state != HoldState::Placed {
        return Ok(());
    }
    if row.expires_at > engine.ambient().now() {
        let later = task::expire_hold(tenant, id, row.expires_at);
        return Ok(engine.store().enqueue(tenant, vec![later]).await?);
    }
    let organizer = row.event.event.organizer().map(|person| &person.user);
    let news = changes::hold_expired(organizer, id);
    end(engine, tenant, &row, (HoldWrite::Expire, news)).await
}
