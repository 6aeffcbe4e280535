//! The people and calendars that a simulator starts with, and world files.
//!
//! A world file is a [`Document`]: `GET /_sim/world` writes one, `--world FILE` and `PUT /_sim/world` read it, and
//! the demo is one that is made for the present week.

mod demo;
mod document;

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use jiff::Timestamp;
use kalends_core::time::Zone;

use crate::{
    directory::{AccessList, Audience, Calendar, Directory, EventStore, ListEntry, User},
    events::{Author, adopt},
};

pub(crate) use document::{CalendarDocument, Document, UserDocument};

/// Why a world cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The text is no world document.
    #[error("it is not a world document")]
    Json(#[from] serde_json::Error),
    /// An address without `@`, or with what no address has.
    #[error("\"{email}\" is not an email address")]
    Email {
        /// The address as given.
        email: String,
    },
    /// A zone that does not exist.
    #[error("{place}: \"{zone}\" is not an IANA time zone such as \"Europe/Zurich\"")]
    Zone {
        /// The user or calendar that has it.
        place: String,
        /// The zone as given.
        zone: String,
    },
    /// An event that the calendar would not take.
    #[error("calendar {calendar}: event {index} (counted from 0): {message}")]
    Event {
        /// The calendar's id.
        calendar: String,
        /// The event's place in the list.
        index: usize,
        /// What the calendar says.
        message: String,
    },
    /// Somebody that a calendar cannot be shared with.
    #[error("calendar {calendar}: \"{audience}\" must be an address, default, group:ADDRESS or domain:NAME")]
    Sharing {
        /// The calendar's id.
        calendar: String,
        /// Who, as given.
        audience: String,
    },
    /// Two calendars or people with one name.
    #[error("\"{id}\" is there twice")]
    Twice {
        /// The id or address.
        id: String,
    },
}

/// Nobody.
pub(crate) fn empty() -> Directory {
    Directory::default()
}

/// Three lively people around `now`.
pub(crate) fn demo(now: Timestamp) -> Result<Directory, WorldError> {
    build(demo::document(now)?, now)
}

/// Reads a world file; what it leaves open is filled in as of `now`.
pub(crate) fn load(text: &[u8], now: Timestamp) -> Result<Directory, WorldError> {
    build(serde_json::from_slice(text)?, now)
}

/// The world as a file would state it.
pub(crate) fn save(directory: &Directory) -> Result<Document, WorldError> {
    document::write(directory)
}

/// Makes an account for the address, unless there is one.
pub(crate) fn ensure_user(directory: &mut Directory, email: &str, now: Timestamp) -> Result<(), WorldError> {
    if directory.user(email).is_some() {
        return Ok(());
    }
    let user = UserDocument {
        email: email.to_owned(),
        ..UserDocument::default()
    };
    add_user(directory, user, now)
}

/// Adds a person with a primary calendar.
pub(crate) fn add_user(
    directory: &mut Directory,
    given: UserDocument,
    now: Timestamp,
) -> Result<(), WorldError> {
    let email = given.email.trim().to_lowercase();
    let (name, domain) = email.split_once('@').unwrap_or_default();
    if name.is_empty() || domain.is_empty() || email.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(WorldError::Email { email });
    }
    if directory.user(&email).is_some() {
        return Err(WorldError::Twice { id: email });
    }
    let mut settings = default_settings();
    settings.extend(given.settings);
    let time_zone = settings.get("timezone").cloned().unwrap_or_default();
    let given_name = if given.given_name.is_empty() {
        capitalized(name)
    } else {
        given.given_name
    };
    let mut user = User {
        subject: given.subject.unwrap_or_else(|| subject(&email)),
        given_name,
        family_name: given.family_name,
        settings,
        list: Vec::new(),
        list_revision: 0,
        list_epoch: 0,
        email: email.clone(),
    };
    if directory.calendar(&email).is_none() {
        let primary = CalendarDocument {
            id: email.clone(),
            summary: email.clone(),
            time_zone,
            owner: email.clone(),
            ..CalendarDocument::default()
        };
        add_calendar(directory, primary, now)?;
    }
    let mut entries = given.calendars;
    if !entries.iter().any(|entry| entry.id == email) {
        entries.insert(0, document::EntryDocument::new(&email));
    }
    for entry in entries {
        user.set_entry(ListEntry {
            summary_override: entry.summary_override,
            color_id: entry.color_id,
            background: entry.background,
            foreground: entry.foreground,
            reminders: entry.reminders,
            notifications: entry.notifications,
            selected: entry.selected,
            hidden: entry.hidden,
            deleted: entry.deleted,
            ..ListEntry::new(&entry.id, directory.next_version(now))
        });
    }
    directory.insert_user(user);
    Ok(())
}

/// Adds a calendar with its events.
pub(crate) fn add_calendar(
    directory: &mut Directory,
    given: CalendarDocument,
    now: Timestamp,
) -> Result<(), WorldError> {
    if directory.calendar(&given.id).is_some() {
        return Err(WorldError::Twice { id: given.id });
    }
    let zone = Zone::iana(&given.time_zone).map_err(|_| WorldError::Zone {
        place: format!("calendar {}", given.id),
        zone: given.time_zone.clone(),
    })?;
    let owner = given.owner.to_lowercase();
    // A primary calendar has its owner's address, which is compared in lower case.
    let id = if given.id.to_lowercase() == owner {
        owner.clone()
    } else {
        given.id
    };
    let mut calendar = Calendar {
        summary: if given.summary.is_empty() {
            id.clone()
        } else {
            given.summary
        },
        description: given.description,
        location: given.location,
        owner: owner.clone(),
        acl: AccessList::default(),
        version_us: directory.next_version(now),
        events: EventStore::default(),
        free_busy_error: None,
        id,
        zone,
    };
    for (index, event) in given.events.into_iter().enumerate() {
        let author = Author {
            email: &owner,
            now,
            version_us: directory.next_version(now),
        };
        let adopted = adopt(&mut calendar, event, author).map_err(|error| WorldError::Event {
            calendar: calendar.id.clone(),
            index,
            message: error.message(),
        });
        directory.pass_version(adopted?);
    }
    let id = calendar.id.clone();
    directory.insert_calendar(calendar);
    for (audience, role) in given.sharing {
        let audience = Audience::parse(&audience).ok_or_else(|| WorldError::Sharing {
            calendar: id.clone(),
            audience: audience.clone(),
        })?;
        let version_us = directory.next_version(now);
        directory.set_access(&id, audience, Some(role), version_us);
    }
    Ok(())
}

fn build(document: Document, now: Timestamp) -> Result<Directory, WorldError> {
    let mut directory = Directory::default();
    for (address, members) in document.groups {
        let members = members.iter().map(|email| email.to_lowercase());
        directory.set_group(&address, members.collect());
    }
    for calendar in document.calendars {
        add_calendar(&mut directory, calendar, now)?;
    }
    for user in document.users {
        add_user(&mut directory, user, now)?;
    }
    Ok(directory)
}

fn default_settings() -> BTreeMap<String, String> {
    let settings = [
        ("autoAddHangouts", "false"),
        ("dateFieldOrder", "MDY"),
        ("defaultEventLength", "60"),
        ("format24HourTime", "true"),
        ("hideInvitations", "false"),
        ("hideWeekends", "false"),
        ("locale", "en"),
        ("remindOnRespondedEventsOnly", "false"),
        ("showDeclinedEvents", "true"),
        ("timezone", "UTC"),
        ("useKeyboardShortcuts", "true"),
        ("weekStart", "1"),
    ];
    settings
        .into_iter()
        .map(|(id, value)| (id.to_owned(), value.to_owned()))
        .collect()
}

/// 21 digits that are the same for an address every time.
fn subject(email: &str) -> String {
    let hash = digest::digest(&digest::SHA256, email.as_bytes());
    let digits = hash.as_ref()[..20]
        .iter()
        .map(|byte| char::from(b'0' + byte % 10));
    std::iter::once('1').chain(digits).collect()
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
