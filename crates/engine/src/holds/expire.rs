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
    for _ in 0..TRIES {
        match once(engine, tenant, id).await {
            Err(HoldError::Store(StoreError::Conflict { .. } | StoreError::Fenced { .. })) => {}
            Err(HoldError::Store(error) | HoldError::Event(EventError::Store(error))) => {
                return Err(error.into());
            }
            Err(error) => {
                tracing::error!(%error, "a hold cannot be ended");
                return Err(Failure::new(
                    Class::Bug,
                    "hold_not_ended",
                    "a hold cannot be ended",
                ));
            }
            Ok(()) => return Ok(()),
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
