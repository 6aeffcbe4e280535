//! Lets a hold last longer, or less.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use kalends_core::time::{EventId, TenantId};
use kalends_store::{Claiming, Effects, HoldWrite, StoreError};

use super::{Hold, HoldError, HoldState, expiry, row, seen, state};
use crate::{
    Engine, changes,
    events::{Also, Standing, TRIES, Wanted, change_with},
    runner::task,
};

/// The hold lasts so long from now.
pub async fn extend(
    engine: &Engine,
    tenant: TenantId,
    (id, ttl): (EventId, SignedDuration),
) -> Result<Hold, HoldError> {
    for _ in 0..TRIES {
        let row = row(engine, tenant, id).await?;
        let now_state = state(&row, engine.ambient().now());
        if now_state != HoldState::Placed {
            return Err(HoldError::Ended { state: now_state });
        }
        let expires_at = expiry(engine, ttl)?;
        let event = row.event.event.clone();
        let organizer = event.organizer().map(|person| &person.user);
        let also = Also {
            id: None,
            claiming: Claiming::Until(Some(expires_at)),
            hold: Some(HoldWrite::Extend { expires_at }),
            effects: Effects::none()
                .change(changes::hold_extended(organizer, id, expires_at))
                .task(task::expire_hold(tenant, id, expires_at)),
        };
        let wanted = Wanted {
            key: None,
            event: &event,
        };
        // Its calendars are not concerned: they are not told when it runs out.
        let found = Standing {
            row: Some(row.event),
            links: Vec::new(),
            calendars: Vec::new(),
        };
        match change_with(engine, tenant, &found, (wanted, &BTreeSet::new()), also).await {
            Err(StoreError::Conflict { .. } | StoreError::Fenced { what: "hold" }) => {}
            Err(StoreError::Fenced { .. }) => {
                let state = HoldState::Expired;
                return Err(HoldError::Ended { state });
            }
            result => {
                result?;
                let row = super::row(engine, tenant, id).await?;
                return seen(engine, tenant, row).await;
            }
        }
    }
    Err(StoreError::Conflict { what: "hold" }.into())
}
