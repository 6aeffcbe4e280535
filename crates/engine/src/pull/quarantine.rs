//! Items that could not be read: when they are read again, and reading them on their own.
//!
//! A delta pass takes those along whose time has come (the rule is [`kalends_core::sync::quarantine`]) and commits what they
//! became with everything else. A full pass names them anyway. Until an item can be read, what was stored of it before
//! stays and counts; of one that was never read nothing counts, and the calendar says how many there are.

use std::collections::{BTreeMap, BTreeSet};

use kalends_core::sync::{pull::Incoming, quarantine::retry_at};
use kalends_providers::provider::{Fate, Quarantined, RemoteItem};
use kalends_store::QuarantinedItem;

use super::pass::Running;
use crate::runner::failure::Failure;

/// Most items that one pass reads on their own.
const MOST: u32 = 5;

/// What reading items on their own brought.
#[derive(Default)]
pub(super) struct Retried {
    pub(super) items: Vec<RemoteItem>,
    pub(super) unreadable: Vec<QuarantinedItem>,
    pub(super) requests: u32,
}

/// Unreadable items as they are stored; one without an id is only counted by its place, and named by the next full pass.
pub(super) fn quarantined(running: &Running<'_>, items: Vec<Quarantined>) -> Vec<QuarantinedItem> {
    let now = running.engine.ambient().now();
    let stored = |(index, item): (usize, Quarantined)| {
        let alone = item.fate == Fate::LeftOut && item.provider_id.is_some();
        QuarantinedItem {
            provider_id: item.provider_id.unwrap_or_else(|| format!("?{index}")),
            reason: item.reason,
            attempts: 0,
            retry_at: alone.then(|| retry_at(0, now)),
        }
    };
    items.into_iter().enumerate().map(stored).collect()
}

/// Reads those items of the calendar on their own whose time has come. `named` are items that the pass has read anyway.
/// Trouble ends it, and is no trouble of the pass: what was not read stays due.
pub(super) async fn retry(running: &Running<'_>, named: &BTreeSet<&str>) -> Result<Retried, Failure> {
    let mut retried = Retried::default();
    let calendar = &running.calendar;
    if calendar.sync.quarantined == 0 {
        return Ok(retried);
    }
    let store = running.engine.store();
    let due = store.quarantined_due(calendar.tenant, calendar.id, MOST).await?;
    for (provider_id, attempts) in due {
        if named.contains(provider_id.as_str()) {
            continue;
        }
        let answer = running.subject.event(&provider_id).await;
        retried.requests += 1;
        match answer {
            Ok(Ok(item)) => retried.items.push(item),
            Ok(Err(poison)) => {
                let attempts = attempts.saturating_add(1);
                retried.unreadable.push(QuarantinedItem {
                    provider_id,
                    reason: poison.reason,
                    attempts,
                    retry_at: Some(retry_at(attempts, running.engine.ambient().now())),
                });
            }
            Err(error) => {
                tracing::info!(calendar = %calendar.id, %error, "unreadable items are not read on their own now");
                break;
            }
        }
    }
    Ok(retried)
}

/// Items that are gone by the last word on each: what was never stored leaves the quarantine too.
pub(super) fn gone(items: &[Incoming]) -> Vec<String> {
    let last_words: BTreeMap<&str, &Incoming> = items.iter().map(|item| (item.provider_id(), item)).collect();
    let gone = last_words
        .into_iter()
        .filter(|(_, item)| matches!(item, Incoming::Gone { .. }));
    gone.map(|(provider_id, _)| provider_id.to_owned()).collect()
}
