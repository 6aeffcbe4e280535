//! The form of world files.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::WorldError;
use crate::{
    directory::{AccessRole, Audience, Directory, Notification},
    events::{EventResource, Reminder},
};

/// A whole world.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Document {
    pub(crate) users: Vec<UserDocument>,
    /// Addresses by the address of their group.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) groups: BTreeMap<String, BTreeSet<String>>,
    pub(crate) calendars: Vec<CalendarDocument>,
}

/// A person. Only the address is needed; a primary calendar is made when the document has none.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct UserDocument {
    pub(crate) email: String,
    pub(crate) given_name: String,
    pub(crate) family_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
    pub(crate) settings: BTreeMap<String, String>,
    pub(crate) calendars: Vec<EntryDocument>,
}

/// A calendar in a person's list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct EntryDocument {
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) summary_override: Option<String>,
    pub(crate) color_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) background: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) foreground: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reminders: Option<Vec<Reminder>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notifications: Option<Vec<Notification>>,
    pub(crate) selected: bool,
    pub(crate) hidden: bool,
    pub(crate) deleted: bool,
}

/// A calendar and its events, in Google's form of an event.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct CalendarDocument {
    /// For a person's primary calendar their address.
    pub(crate) id: String,
    pub(crate) summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<String>,
    pub(crate) time_zone: String,
    pub(crate) owner: String,
    /// Roles by address; `default` is everyone, `group:` and `domain:` before a name mean its people.
    pub(crate) sharing: BTreeMap<String, AccessRole>,
    pub(crate) events: Vec<EventResource>,
}

impl EntryDocument {
    /// A ticked calendar.
    pub(crate) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            ..Self::default()
        }
    }
}

impl Default for EntryDocument {
    fn default() -> Self {
        Self {
            id: String::new(),
            summary_override: None,
            color_id: "14".to_owned(),
            background: None,
            foreground: None,
            reminders: None,
            notifications: None,
            selected: true,
            hidden: false,
            deleted: false,
        }
    }
}

impl Default for CalendarDocument {
    fn default() -> Self {
        Self {
            id: String::new(),
            summary: String::new(),
            description: None,
            location: None,
            time_zone: "UTC".to_owned(),
            owner: String::new(),
            sharing: BTreeMap::new(),
            events: Vec::new(),
        }
    }
}

/// The document of a world as it is.
pub(super) fn write(directory: &Directory) -> Result<Document, WorldError> {
    let users = directory.users().map(|user| UserDocument {
        email: user.email.clone(),
        given_name: user.given_name.clone(),
        family_name: user.family_name.clone(),
        subject: Some(user.subject.clone()),
        settings: user.settings.clone(),
        calendars: user
            .list
            .iter()
            .map(|entry| EntryDocument {
                id: entry.calendar.clone(),
                summary_override: entry.summary_override.clone(),
                color_id: entry.color_id.clone(),
                background: entry.background.clone(),
                foreground: entry.foreground.clone(),
                reminders: entry.reminders.clone(),
                notifications: entry.notifications.clone(),
                selected: entry.selected,
                hidden: entry.hidden,
                deleted: entry.deleted,
            })
            .collect(),
    });
    let mut calendars = Vec::new();
    for calendar in directory.calendars() {
        let events = calendar
            .events
            .changed_from(0)
            .map(|(_, event)| serde_json::from_slice(&event.body));
        calendars.push(CalendarDocument {
            id: calendar.id.clone(),
            summary: calendar.summary.clone(),
            description: calendar.description.clone(),
            location: calendar.location.clone(),
            time_zone: calendar.zone.name().to_owned(),
            owner: calendar.owner.clone(),
            sharing: calendar
                .acl
                .iter()
                .filter_map(|(audience, rule)| Some((sharing_key(audience), rule.role?)))
                .collect(),
            events: events.collect::<Result<_, _>>()?,
        });
    }
    let groups = directory.groups();
    Ok(Document {
        users: users.collect(),
        groups: groups
            .map(|(address, members)| (address.clone(), members.clone()))
            .collect(),
        calendars,
    })
}

/// A person's address stands for itself.
fn sharing_key(audience: &Audience) -> String {
    match audience {
        Audience::User(address) => address.clone(),
        other => other.id(),
    }
}
