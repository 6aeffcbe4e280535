//! The directory as it was a little while ago, for reads that are made to be stale.

use std::collections::VecDeque;

use super::{Calendar, Directory, EventStore, StoredEvent};

/// Changes of a calendar that can be taken back.
const REMEMBERED: usize = 50;

/// Which past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Past {
    /// Before so many changes of the calendar.
    Changes(usize),
    /// As it was at this instant, in microseconds since 1970.
    At(i64),
}

/// The latest changes of one calendar's events, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct History(VecDeque<Change>);

/// What one change replaced.
#[derive(Clone, Debug)]
struct Change {
    revision: u64,
    replaced: Option<Box<(u64, StoredEvent)>>,
}

impl History {
    /// Notes what the change that made `revision` has replaced, and at which revision that stood.
    pub(super) fn note(&mut self, revision: u64, replaced: Option<(u64, StoredEvent)>) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(Change {
            revision,
            replaced: replaced.map(Box::new),
        });
    }
}

impl EventStore {
    /// A copy without the changes since then, as far as they are remembered.
    pub(crate) fn as_of(&self, past: Past) -> Self {
        let mut store = self.clone();
        let mut undone = 0;
        while let Some(change) = store.history.0.pop_back() {
            let newer = match past {
                Past::Changes(changes) => undone < changes,
                Past::At(instant_us) => store
                    .log
                    .get(&change.revision)
                    .is_some_and(|event| event.facts.version_us > instant_us),
            };
            if !newer {
                break;
            }
            store.take_back(change.revision, change.replaced.map(|replaced| *replaced));
            undone += 1;
        }
        store
    }
}

impl Directory {
    /// A copy in which one calendar, or without a name every one, is as it was. Of the other calendars it has no
    /// events, because nobody asks for them.
    pub(crate) fn as_of(&self, past: Past, calendar: Option<&str>) -> Self {
        let calendars = self.calendars().map(|one| {
            let events = match calendar {
                Some(id) if id != one.id => EventStore::default(),
                _ => one.events.as_of(past),
            };
            let copy = Calendar {
                id: one.id.clone(),
                summary: one.summary.clone(),
                description: one.description.clone(),
                location: one.location.clone(),
                zone: one.zone.clone(),
                owner: one.owner.clone(),
                acl: one.acl.clone(),
                version_us: one.version_us,
                events,
                free_busy_error: one.free_busy_error.clone(),
            };
            (one.id.clone(), copy)
        });
        Self {
            users: self.users.clone(),
            calendars: calendars.collect(),
            groups: self.groups.clone(),
            last_version_us: self.last_version_us,
            ..Self::default()
        }
    }
}
