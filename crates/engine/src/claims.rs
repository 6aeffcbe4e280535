//! Whose time events take: demands of free time, and what there is instead when it is taken.
//!
//! The store keeps claims with the events ([`kalends_store::Claiming`]); here is what a caller may demand. Calendars that are
//! too old are asked before anything is written, the index and everybody's claims are read in the transaction that takes the
//! time, so that of all who want it at once one gets it.

mod alternatives;
mod demand;
mod roll;

use std::collections::BTreeMap;

use kalends_core::{
    claims::{Obstacle, Refusal, Taker, Terms},
    event::EventKey,
    time::{EventId, Interval, TenantId, UserId},
};
use kalends_store::StoreError;

use crate::{Engine, availability::Freshness};

pub(crate) use self::{alternatives::not_free, demand::demand, roll::roll};

/// A demand that an event's time is free for all of its people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequireFree {
    /// On what terms.
    pub terms: Terms,
    /// How fresh their calendars have to be.
    pub freshness: Freshness,
}

/// Time that was demanded is not free; nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFree {
    /// Whose time it is not, and what takes it.
    pub people: Vec<TakenTime>,
    /// Times of the same length, near the one that was demanded, at which all of them can; in order. Not told for whole days
    /// and series.
    pub alternatives: Vec<Interval>,
}

/// Whose time is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenTime {
    /// Whose.
    pub user: UserId,
    /// By what, in the order of time.
    pub by: Vec<TakenBy>,
}

/// What takes somebody's time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBy {
    /// The time that is taken.
    pub span: Interval,
    /// What it is.
    pub taker: Taker,
    /// The event's key, of an event of the application.
    pub key: Option<EventKey>,
}

/// Most things that are named of one person.
const MOST_NAMED: usize = 20;

/// The refusals with the keys of the events that they name.
async fn named(
    engine: &Engine,
    tenant: TenantId,
    refused: Vec<Refusal>,
) -> Result<Vec<TakenTime>, StoreError> {
    let event = |obstacle: &Obstacle| match obstacle.taker {
        Taker::Event(id) => Some(id),
        _ => None,
    };
    let first = |refusal: &Refusal| {
        refusal
            .obstacles
            .iter()
            .take(MOST_NAMED)
            .copied()
            .collect::<Vec<_>>()
    };
    let mut ids: Vec<EventId> = refused
        .iter()
        .flat_map(first)
        .filter_map(|found| event(&found))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let keys: BTreeMap<EventId, EventKey> = engine.store().event_keys(tenant, &ids).await?;
    let by = |obstacle: Obstacle| TakenBy {
        span: obstacle.span,
        taker: obstacle.taker,
        key: event(&obstacle).and_then(|id| keys.get(&id).cloned()),
    };
    let taken = refused.into_iter().map(|refusal| TakenTime {
        by: first(&refusal).into_iter().map(by).collect(),
        user: refusal.user,
    });
    Ok(taken.collect())
}
