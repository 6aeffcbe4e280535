//! The events of one calendar, as the JSON that is served, in the order of their last change.
//!
//! An event is kept as its finished body beside the few facts that listings filter by, so that a page costs a copy
//! of its bytes and a delta costs its own size; questions about a time cost what lies in it. What needs more than the facts reads the body again.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use bytes::Bytes;
use jiff::Timestamp;

use super::{past::History, time_index::TimeIndex};
use crate::{events::Facts, google::EventDateTime};

/// An event and what listings need to know of it.
#[derive(Clone, Debug)]
pub(crate) struct StoredEvent {
    pub(crate) id: Arc<str>,
    pub(crate) facts: Facts,
    /// The event resource as its calendar's owner sees it, cancelled events with their details.
    pub(crate) body: Bytes,
}

/// The events of a calendar by last change, by id and by time.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventStore {
    /// Events by the revision of their last change: a page is read as it lies here.
    pub(super) log: BTreeMap<u64, StoredEvent>,
    by_id: HashMap<Arc<str>, u64>,
    by_time: TimeIndex,
    exceptions: HashMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// Instances that series gave by an earlier rule, by series and id.
    withdrawn: HashMap<Arc<str>, BTreeMap<String, EventDateTime>>,
    revision: u64,
    epoch: u32,
    changed: Option<Timestamp>,
    pub(super) history: History,
}

impl EventStore {
    pub(crate) fn get(&self, id: &str) -> Option<&StoredEvent> {
        self.log.get(self.by_id.get(id)?)
    }

    /// Adds or replaces an event; it becomes the latest change.
    pub(crate) fn put(&mut self, event: StoredEvent) {
        self.revision += 1;
        self.changed = self.changed.max(Some(event.facts.updated));
        if let Some(master) = event.facts.role.master() {
            self.exceptions
                .entry(master.clone())
                .or_default()
                .insert(event.id.clone());
        }
        let old = self.by_id.insert(event.id.clone(), self.revision);
        let replaced = old.and_then(|old| Some((old, self.log.remove(&old)?)));
        if let Some((old, replaced)) = &replaced {
            self.by_time.remove(span(replaced), *old);
        }
        self.history.note(self.revision, replaced);
        self.by_time.insert(span(&event), self.revision);
        self.log.insert(self.revision, event);
    }

    /// Puts an event at the revision at which it stood when it was saved; revisions come in rising order.
    pub(super) fn restore(&mut self, revision: u64, event: StoredEvent) {
        self.revision = revision.saturating_sub(1);
        self.put(event);
    }

    /// Goes on from where a saved store stood.
    pub(super) fn resume(
        &mut self,
        revision: u64,
        epoch: u32,
        withdrawn: BTreeMap<String, BTreeMap<String, EventDateTime>>,
    ) {
        self.revision = revision;
        self.epoch = epoch;
        let withdrawn = withdrawn.into_iter();
        self.withdrawn = withdrawn
            .map(|(series, instances)| (series.into(), instances))
            .collect();
        // What was changed before cannot be taken back any more.
        self.history = History::default();
    }

    /// All instances that series gave once, by series and id.
    pub(super) fn withdrawn(&self) -> BTreeMap<String, BTreeMap<String, EventDateTime>> {
        let withdrawn = self.withdrawn.iter();
        withdrawn
            .map(|(series, instances)| (series.to_string(), instances.clone()))
            .collect()
    }

    /// Undoes the latest change, which made `revision`; `replaced` is what stood before, and where.
    pub(super) fn take_back(&mut self, revision: u64, replaced: Option<(u64, StoredEvent)>) {
        if let Some(event) = self.log.remove(&revision) {
            self.by_time.remove(span(&event), revision);
            self.by_id.remove(&event.id);
            if replaced.is_none()
                && let Some(exceptions) = event
                    .facts
                    .role
                    .master()
                    .and_then(|master| self.exceptions.get_mut(master))
            {
                exceptions.remove(&event.id);
            }
        }
        if let Some((old, event)) = replaced {
            self.by_time.insert(span(&event), old);
            self.by_id.insert(event.id.clone(), old);
            self.log.insert(old, event);
        }
        self.revision = revision.saturating_sub(1);
        let latest = self.log.values().map(|event| event.facts.updated).max();
        self.changed = latest;
    }

    /// Writes all events anew without changing when they changed.
    pub(crate) fn rewrite<E>(
        &mut self,
        mut write: impl FnMut(&StoredEvent) -> Result<StoredEvent, E>,
    ) -> Result<(), E> {
        let mut log = BTreeMap::new();
        let mut by_time = TimeIndex::default();
        for (revision, event) in &self.log {
            let event = write(event)?;
            by_time.insert(span(&event), *revision);
            log.insert(*revision, event);
        }
        (self.log, self.by_time) = (log, by_time);
        Ok(())
    }

    /// Everything that changed at or after `revision`, oldest change first.
    pub(crate) fn changed_from(&self, revision: u64) -> impl Iterator<Item = (u64, &StoredEvent)> {
        self.log
            .range(revision..)
            .map(|(revision, event)| (*revision, event))
    }

    /// The events, and the series as wholes, that touch the time between two instants (microseconds since 1970, the
    /// second exclusive), in no useful order.
    pub(crate) fn touching(&self, from_us: i64, to_us: i64) -> impl Iterator<Item = &StoredEvent> {
        self.by_time
            .touching(from_us, to_us)
            .filter_map(|revision| self.log.get(&revision))
    }

    /// The exceptions of a series, cancelled ones too.
    pub(crate) fn exceptions_of(&self, master: &str) -> impl Iterator<Item = &StoredEvent> {
        self.exceptions
            .get(master)
            .into_iter()
            .flatten()
            .filter_map(|id| self.get(id))
    }

    /// Remembers instances that a series gave until now, so that deltas can tell that they are gone.
    pub(crate) fn withdraw(
        &mut self,
        master: &str,
        instances: impl Iterator<Item = (String, EventDateTime)>,
    ) {
        self.withdrawn.entry(master.into()).or_default().extend(instances);
    }

    /// Instances that a series gave once, with their original starts; it may give some of them again.
    pub(crate) fn withdrawn_from(&self, master: &str) -> impl Iterator<Item = (&String, &EventDateTime)> {
        self.withdrawn.get(master).into_iter().flatten()
    }

    /// The revision of the latest change.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// The generation of sync tokens that are good.
    pub(crate) fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Makes every sync token given so far invalid.
    pub(crate) fn expire_sync_tokens(&mut self) {
        self.epoch += 1;
    }

    /// When an event changed last.
    pub(crate) fn changed(&self) -> Option<Timestamp> {
        self.changed
    }

    /// How many events there are, cancelled ones too.
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }
}

fn span(event: &StoredEvent) -> (i64, i64) {
    (event.facts.start_us, event.facts.end_us)
}
