//! The event resource as it goes over the wire (discovery document of Calendar v3, schema `Event`).
//!
//! Optional members are left out when they have their default, as Google does. Parts that the simulator only keeps
//! and gives back stay plain JSON.

use std::collections::BTreeMap;

use kalends_core::time::Zone;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::google::EventDateTime;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct EventResource {
    pub(crate) kind: String,
    pub(crate) etag: String,
    pub(crate) id: String,
    pub(crate) status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) html_link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) updated: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) color_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) creator: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organizer: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) start: Option<EventDateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) end: Option<EventDateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) end_time_unspecified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recurrence: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recurring_event_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) original_start_time: Option<EventDateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) transparency: Option<Transparency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) visibility: Option<Visibility>,
    #[serde(rename = "iCalUID", skip_serializing_if = "Option::is_none")]
    pub(crate) ical_uid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sequence: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attendees: Option<Vec<Attendee>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attendees_omitted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) extended_properties: Option<ExtendedProperties>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hangout_link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) conference_data: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) anyone_can_add_self: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) guests_can_invite_others: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) guests_can_modify: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) guests_can_see_other_guests: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) private_copy: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reminders: Option<Reminders>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<Source>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attachments: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) out_of_office_properties: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) focus_time_properties: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) working_location_properties: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) birthday_properties: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) event_type: Option<EventType>,
}

impl EventResource {
    /// Writes the times as the clocks of a calendar's zone show them; what they are stated in stays.
    pub(crate) fn show_in(&mut self, zone: &Zone) {
        for time in [&mut self.start, &mut self.end, &mut self.original_start_time] {
            *time = time.as_ref().map(|time| time.shown_in(zone));
        }
    }
}

/// `status`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Status {
    #[default]
    Confirmed,
    Tentative,
    Cancelled,
}

/// `transparency`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Transparency {
    Opaque,
    Transparent,
}

/// `visibility`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Visibility {
    Default,
    Public,
    Private,
    Confidential,
}

/// `eventType`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum EventType {
    #[default]
    Default,
    OutOfOffice,
    FocusTime,
    WorkingLocation,
    Birthday,
    FromGmail,
}

/// `creator` and `organizer`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Person {
    pub(crate) email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) display_name: Option<String>,
    /// Whether it is the calendar that this copy of the event lies on.
    #[serde(rename = "self", skip_serializing_if = "Option::is_none")]
    pub(crate) is_self: Option<bool>,
}

/// One of `attendees`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Attendee {
    pub(crate) email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organizer: Option<bool>,
    #[serde(rename = "self", skip_serializing_if = "Option::is_none")]
    pub(crate) is_self: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) optional: Option<bool>,
    pub(crate) response_status: ResponseStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) additional_guests: Option<i32>,
}

/// `responseStatus`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ResponseStatus {
    #[default]
    NeedsAction,
    Declined,
    Tentative,
    Accepted,
}

/// `extendedProperties`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ExtendedProperties {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) private: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) shared: BTreeMap<String, String>,
}

/// `reminders`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Reminders {
    pub(crate) use_default: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) overrides: Vec<Reminder>,
}

impl Default for Reminders {
    fn default() -> Self {
        Self {
            use_default: true,
            overrides: Vec::new(),
        }
    }
}

/// One of `reminders.overrides`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reminder {
    pub(crate) method: ReminderMethod,
    pub(crate) minutes: i32,
}

/// How a reminder arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReminderMethod {
    Email,
    Popup,
}

/// `source`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Source {
    pub(crate) url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
}
