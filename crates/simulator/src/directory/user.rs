//! An account and its list of calendars.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::events::Reminder;

/// A person.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct User {
    pub(crate) email: String,
    pub(crate) given_name: String,
    pub(crate) family_name: String,
    /// `sub`: 21 digits, never reused.
    pub(crate) subject: String,
    /// Calendar settings by id, such as `timezone`.
    pub(crate) settings: BTreeMap<String, String>,
    /// The calendars in the person's list.
    pub(crate) list: Vec<ListEntry>,
    /// Grows with every change of the list.
    pub(crate) list_revision: u64,
    /// The generation of the list's sync tokens.
    pub(crate) list_epoch: u32,
}

/// A calendar in a person's list, with what only this person sees of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListEntry {
    pub(crate) calendar: String,
    pub(crate) summary_override: Option<String>,
    pub(crate) color_id: String,
    /// `#rrggbb`, when the person has chosen one that is not in the palette.
    pub(crate) background: Option<String>,
    pub(crate) foreground: Option<String>,
    /// The person's reminders on this calendar, when they have chosen them.
    pub(crate) reminders: Option<Vec<Reminder>>,
    pub(crate) notifications: Option<Vec<Notification>>,
    pub(crate) selected: bool,
    pub(crate) hidden: bool,
    /// Taken off the list; kept so that sync can tell.
    pub(crate) deleted: bool,
    /// The list's revision at which the entry changed last.
    pub(crate) revision: u64,
    /// What the entry's etag is made from.
    pub(crate) version_us: i64,
}

/// One of `notificationSettings.notifications`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notification {
    #[serde(rename = "type")]
    pub(crate) kind: NotificationKind,
    pub(crate) method: NotificationMethod,
}

/// What a notification is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum NotificationKind {
    EventCreation,
    EventChange,
    EventCancellation,
    EventResponse,
    Agenda,
}

/// How a notification arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NotificationMethod {
    Email,
}

impl ListEntry {
    /// A ticked calendar that a person has just got.
    pub(crate) fn new(calendar: &str, version_us: i64) -> Self {
        Self {
            calendar: calendar.to_owned(),
            summary_override: None,
            color_id: "14".to_owned(),
            background: None,
            foreground: None,
            reminders: None,
            notifications: None,
            selected: true,
            hidden: false,
            deleted: false,
            revision: 0,
            version_us,
        }
    }
}

impl User {
    /// What Google shows as the name.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
            .trim()
            .to_owned()
    }

    /// The zone of the person's settings.
    pub(crate) fn time_zone(&self) -> &str {
        self.settings.get("timezone").map_or("UTC", String::as_str)
    }

    /// The Workspace domain, when the address has one.
    pub(crate) fn domain(&self) -> Option<&str> {
        domain_of(&self.email)
    }

    /// Puts a calendar on the list, or changes its entry there.
    pub(crate) fn set_entry(&mut self, mut entry: ListEntry) {
        self.list_revision += 1;
        entry.revision = self.list_revision;
        self.list.retain(|old| old.calendar != entry.calendar);
        self.list.push(entry);
    }
}

/// The Workspace domain of an address; Google's own mailboxes have none.
pub(crate) fn domain_of(email: &str) -> Option<&str> {
    let (_, domain) = email.split_once('@')?;
    let own = ["gmail.com", "googlemail.com"];
    (!own.iter().any(|mailbox| domain.eq_ignore_ascii_case(mailbox))).then_some(domain)
}
