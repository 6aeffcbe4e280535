//! Makes a hold an event.

use kalends_core::{
    event::{self, EventKey},
    external_event::EventStatus,
    time::{EventId, TenantId},
};
use kalends_store::{Claiming, Effects, HoldRow, HoldWrite, StoreError};

use super::{Hold, HoldError, HoldState, place::check, row, seen, standing, state};
use crate::{
    Engine, changes,
    claims::{self, RequireFree},
    events::{Also, TRIES, Wanted, change_with, stand},
};

/// How a hold becomes an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirm {
    /// The application's name for the event.
    pub key: EventKey,
    /// What the event is to be, if it is not what was held, and the version of the hold that this was made from.
    pub event: Option<(event::Event, i64)>,
    /// On what terms other time, or other people's, has to be free than what was held.
    pub require_free: RequireFree,
}

/// Makes the hold the application's event of that key; its copies on calendars become the event's. What was held stays
/// taken, whatever calendars say by now. Doing it twice is no error.
pub async fn confirm(
    engine: &Engine,
    tenant: TenantId,
    (id, confirm): (EventId, Confirm),
) -> Result<Hold, HoldError> {
    for _ in 0..TRIES {
        let row = row(engine, tenant, id).await?;
        let now_state = state(&row, engine.ambient().now());
        if now_state == HoldState::Confirmed && row.event.key.as_ref() == Some(&confirm.key) {
            return seen(engine, tenant, row).await;
        }
        if now_state != HoldState::Placed {
            return Err(HoldError::Ended { state: now_state });
        }
        match once(engine, tenant, &row, &confirm).await {
            Err(HoldError::Store(StoreError::Conflict { .. })) => {
                let taken = engine.store().event_by_key(tenant, &confirm.key).await;
                if taken.is_ok_and(|event| event.id != id) {
                    return Err(HoldError::EventExists);
                }
            }
            // Its time is over, or somebody else has ended it.
            Err(HoldError::Store(StoreError::Fenced { .. })) => {
                let row = super::row(engine, tenant, id).await?;
                let state = match row.state {
                    HoldState::Placed => HoldState::Expired,
                    state => state,
                };
                if state != HoldState::Confirmed {
                    return Err(HoldError::Ended { state });
                }
            }
            result => return result,
        }
    }
    Err(StoreError::Conflict { what: "hold" }.into())
}

async fn once(
    engine: &Engine,
    tenant: TenantId,
    row: &HoldRow,
    confirm: &Confirm,
) -> Result<Hold, HoldError> {
    let held = &row.event.event;
    let event = match &confirm.event {
        Some((_, version)) if *version != row.event.version => return Err(HoldError::Changed),
        Some((event, _)) => event.clone(),
        None => held.clone(),
    };
    let event = event::Event {
        status: EventStatus::Confirmed,
        ..event
    };
    check(&event)?;
    let writers = stand::writers(engine, tenant, &event).await?;
    let found = standing(engine, tenant, row, &writers).await?;
    let claiming = if takes_what_was_held(held, &event) {
        Claiming::Until(None)
    } else {
        claims::demand(engine, tenant, &event, (&confirm.require_free, None)).await?
    };
    let organizer = event.organizer().map(|person| &person.user);
    let version = row.event.version + 1;
    let news = changes::hold_confirmed(organizer, row.event.id, &confirm.key, version);
    let also = Also {
        id: None,
        claiming,
        hold: Some(HoldWrite::Confirm),
        effects: Effects::none().change(news),
    };
    let wanted = Wanted {
        key: Some(&confirm.key),
        event: &event,
    };
    match change_with(engine, tenant, &found, (wanted, &writers), also).await {
        Err(StoreError::NotFree { refused }) => {
            let refused = (&confirm.require_free, refused);
            let own = (&event, Some(row.event.id));
            let not_free = claims::not_free(engine, tenant, own, refused).await?;
            Err(HoldError::NotFree(not_free))
        }
        result => {
            result?;
            let row = super::row(engine, tenant, row.event.id).await?;
            seen(engine, tenant, row).await
        }
    }
}

/// Whether an event takes no other time, and nobody else's, than what was held.
fn takes_what_was_held(held: &event::Event, event: &event::Event) -> bool {
    let users = |event: &event::Event| {
        let mut users: Vec<_> = event.people.iter().map(|person| person.user.clone()).collect();
        users.sort_unstable();
        users
    };
    held.when == event.when && held.transparency == event.transparency && users(held) == users(event)
}
