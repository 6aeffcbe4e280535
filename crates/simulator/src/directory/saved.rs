//! What a snapshot keeps of people, calendars and events: also what world files leave out, so that etags, sync tokens
//! and deltas go on as if nothing had happened.

use std::collections::{BTreeMap, BTreeSet};

use kalends_core::time::Zone;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{AccessList, Calendar, Directory, EventStore, Outbox, StoredEvent, User};
use crate::{
    events::{Conferences, EventResource},
    google::EventDateTime,
};

/// All people and calendars.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SavedDirectory {
    users: Vec<User>,
    calendars: Vec<SavedCalendar>,
    /// People by the address of their group.
    groups: BTreeMap<String, BTreeSet<String>>,
    last_version_us: i64,
    conferences: Conferences,
    outbox: Outbox,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SavedCalendar {
    id: String,
    summary: String,
    description: Option<String>,
    location: Option<String>,
    zone: String,
    owner: String,
    acl: AccessList,
    free_busy_error: Option<String>,
    version_us: i64,
    revision: u64,
    epoch: u32,
    /// Instances that series gave once, by series and id.
    withdrawn: BTreeMap<String, BTreeMap<String, EventDateTime>>,
    events: Vec<SavedEvent>,
}

/// An event at its place in the order of changes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SavedEvent {
    revision: u64,
    version_us: i64,
    event: Box<RawValue>,
}

/// A part of a snapshot that cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BrokenDirectory {
    /// A zone that does not exist.
    #[error("calendar {calendar}: \"{zone}\" is not an IANA time zone")]
    Zone { calendar: String, zone: String },
    /// An event that is none.
    #[error("calendar {calendar}: the event at revision {revision} cannot be read")]
    Event { calendar: String, revision: u64 },
}

impl Directory {
    /// What a snapshot keeps.
    pub(crate) fn save(&self) -> Result<SavedDirectory, serde_json::Error> {
        let calendars = self.calendars.values().map(|calendar| {
            let store = &calendar.events;
            let events = store.changed_from(0).map(|(revision, stored)| {
                Ok(SavedEvent {
                    revision,
                    version_us: stored.facts.version_us,
                    event: serde_json::from_slice(&stored.body)?,
                })
            });
            Ok(SavedCalendar {
                id: calendar.id.clone(),
                summary: calendar.summary.clone(),
                description: calendar.description.clone(),
                location: calendar.location.clone(),
                zone: calendar.zone.name().to_owned(),
                owner: calendar.owner.clone(),
                acl: calendar.acl.clone(),
                free_busy_error: calendar.free_busy_error.clone(),
                version_us: calendar.version_us,
                revision: store.revision(),
                epoch: store.epoch(),
                withdrawn: store.withdrawn(),
                events: events.collect::<Result<_, serde_json::Error>>()?,
            })
        });
        Ok(SavedDirectory {
            users: self.users.values().cloned().collect(),
            calendars: calendars.collect::<Result<_, serde_json::Error>>()?,
            groups: self.groups.clone(),
            last_version_us: self.last_version_us,
            conferences: self.conferences.clone(),
            outbox: self.outbox.clone(),
        })
    }

    /// The directory that a snapshot kept.
    pub(crate) fn load(saved: SavedDirectory) -> Result<Self, BrokenDirectory> {
        let mut directory = Self {
            groups: saved.groups,
            last_version_us: saved.last_version_us,
            conferences: saved.conferences,
            outbox: saved.outbox,
            ..Self::default()
        };
        for calendar in saved.calendars {
            directory.insert_calendar(calendar.load()?);
        }
        for user in saved.users {
            directory.insert_user(user);
        }
        Ok(directory)
    }
}

impl SavedCalendar {
    fn load(self) -> Result<Calendar, BrokenDirectory> {
        let zone = Zone::iana(&self.zone).map_err(|_| BrokenDirectory::Zone {
            calendar: self.id.clone(),
            zone: self.zone.clone(),
        })?;
        let mut store = EventStore::default();
        for saved in self.events {
            let read = || {
                let resource: EventResource = serde_json::from_str(saved.event.get()).ok()?;
                let updated = resource.updated.as_ref()?.parse().ok()?;
                StoredEvent::new(&resource, &zone, saved.version_us, updated).ok()
            };
            let event = read().ok_or_else(|| BrokenDirectory::Event {
                calendar: self.id.clone(),
                revision: saved.revision,
            })?;
            store.restore(saved.revision, event);
        }
        store.resume(self.revision, self.epoch, self.withdrawn);
        Ok(Calendar {
            id: self.id,
            summary: self.summary,
            description: self.description,
            location: self.location,
            zone,
            owner: self.owner,
            acl: self.acl,
            free_busy_error: self.free_busy_error,
            version_us: self.version_us,
            events: store,
        })
    }
}
