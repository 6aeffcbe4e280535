//! Task: holds what is stored of a calendar against what its provider lists, and heals what differs.
//!
//! Cursors can lie: a provider may drop a change from its log, a delta may be answered by a lagging replica, and our own
//! rows may be damaged. Once in a while all versions are listed, which takes a request for 2,500 items, and compared; the rule
//! is [`kalends_core::sync::drift`]. Drift is counted by cause, shown, and healed by a full pass.
//!
//! Calendars that name everything at each pull heal by themselves and are never audited.

mod listing;

use std::collections::{BTreeMap, BTreeSet};

use kalends_core::{
    provider::ProviderKind,
    sync::{
        drift::{Drift, Stored, drift},
        push::LinkKey,
    },
    time::{EventLinkId, Interval},
};
use kalends_store::{Calendar, ClaimedTask, DriftAudit, Effects, NewAudit, StoreError};

use crate::{
    Engine,
    connections::{LiveAccount, Trigger},
    pull::{pull, subject},
    runner::{failure::Failure, task},
};

/// Most unreadable items that are left out of the comparison.
const MOST_UNREADABLE: u32 = 10_000;

/// The providers whose calendars are audited.
pub(crate) fn audited(engine: &Engine) -> Vec<ProviderKind> {
    let kinds = engine.providers();
    kinds
        .filter(|kind| {
            engine
                .provider(*kind)
                .is_some_and(|provider| provider.capabilities().incremental)
        })
        .collect()
}

/// A delta, the listing, and where they differ another delta. A calendar that is not in step is left to its pulls.
pub(crate) async fn audit(engine: &Engine, task: &ClaimedTask) -> Result<(), Failure> {
    let started_at = engine.ambient().now();
    let Some(calendar) = in_step(engine, task).await? else {
        return Ok(());
    };
    let account = LiveAccount::load(engine, calendar.tenant, calendar.connection, task.lane).await?;
    let (Some(account), Some(covered)) = (account, calendar.sync.covered) else {
        return Ok(());
    };
    let before = stored(engine, &calendar).await?;
    let listing = listing::read(engine, &account, &calendar, covered.start()).await?;
    let mut left_out = unreadable(engine, &calendar).await?;
    left_out.extend(ours(engine, &calendar, &listing).await?);
    let mut found = drift(&listing.versions, (&before, &before), &left_out);
    if !found.is_empty() {
        // Some of it may have changed while it was listed.
        if in_step(engine, task).await?.is_none() {
            return Ok(());
        }
        let after = stored(engine, &calendar).await?;
        found = drift(&listing.versions, (&before, &after), &left_out);
    }
    let audit = DriftAudit {
        calendar: calendar.id,
        started_at,
        finished_at: engine.ambient().now(),
        listed: listing.versions.len() as u64,
        missing: found.missing.len() as u64,
        surplus: found.surplus.len() as u64,
        different: found.different.len() as u64,
        requests: listing.requests,
    };
    record(engine, &calendar, audit, &found).await
}

/// Pulls what changed; the calendar as it then is, when that brought it into step.
async fn in_step(engine: &Engine, task: &ClaimedTask) -> Result<Option<Calendar>, Failure> {
    let asked_at = engine.ambient().now();
    pull(engine, task).await?;
    let calendar = subject::calendar(engine, task).await?;
    Ok(calendar.filter(|calendar| {
        let as_of = calendar.sync.as_of;
        calendar.sync.cursor.is_some() && as_of.is_some_and(|as_of| as_of >= asked_at)
    }))
}

async fn stored(engine: &Engine, calendar: &Calendar) -> Result<Stored, StoreError> {
    let rows = engine
        .store()
        .stored_versions(calendar.tenant, calendar.id)
        .await?;
    let from = calendar.sync.covered.map(Interval::start);
    let from = from.and_then(|from| from.checked_add(subject::EDGE).ok());
    let mut stored = Stored::default();
    for row in rows {
        if from.is_some_and(|from| row.end_us > from.as_microsecond()) {
            stored.must_be_listed.insert(row.provider_id.clone());
        }
        stored.versions.insert(row.provider_id, row.etag);
    }
    Ok(stored)
}

/// What could not be read is listed, and stored not at all or in an old version.
async fn unreadable(engine: &Engine, calendar: &Calendar) -> Result<BTreeSet<String>, StoreError> {
    let store = engine.store();
    let items = store
        .quarantined(calendar.tenant, calendar.id, None, MOST_UNREADABLE)
        .await?;
    Ok(items.into_iter().map(|item| item.provider_id).collect())
}

/// The application's own events, which are listed and are no external events.
async fn ours(
    engine: &Engine,
    calendar: &Calendar,
    listing: &listing::Listing,
) -> Result<Vec<String>, StoreError> {
    let named = listing.versions.keys();
    let named: BTreeMap<&String, EventLinkId> = named
        .filter_map(|id| Some((id, LinkKey::from_google_id(id)?.link)))
        .collect();
    let links: BTreeSet<EventLinkId> = named.values().copied().collect();
    let links: Vec<EventLinkId> = links.into_iter().collect();
    let store = engine.store();
    let known = store
        .links_of_calendar(calendar.tenant, calendar.id, &links)
        .await?;
    let known: BTreeSet<EventLinkId> = known.into_iter().map(|link| link.id).collect();
    let own = named.into_iter().filter(|(_, link)| known.contains(link));
    Ok(own.map(|(id, _)| id.clone()).collect())
}

async fn record(
    engine: &Engine,
    calendar: &Calendar,
    audit: DriftAudit,
    drift: &Drift,
) -> Result<(), Failure> {
    let mut effects = Effects::none();
    if !drift.is_empty() {
        let DriftAudit {
            missing,
            surplus,
            different,
            ..
        } = audit;
        tracing::warn!(calendar = %calendar.id, missing, surplus, different, "a calendar has drifted and is read anew");
        let pull = task::pull(
            calendar.connection,
            calendar.id,
            Trigger::Selected,
            audit.finished_at,
        );
        effects = effects.task(pull);
    }
    let audit = NewAudit {
        found: audit,
        effects,
    };
    match engine.store().record_audit(calendar.tenant, audit).await {
        // Deselected or deleted meanwhile.
        Err(StoreError::NotFound { .. }) => Ok(()),
        result => Ok(result?),
    }
}
