//! `Events` and `Event`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::Stated;

/// A page of `events.list`. `I` is [`Event`], or raw JSON where one of the page's items is no such thing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::google) struct EventsPage<I> {
    #[serde(default = "Vec::new")]
    pub(in crate::google) items: Vec<I>,
    pub(in crate::google) next_page_token: Option<String>,
    pub(in crate::google) next_sync_token: Option<String>,
    pub(in crate::google) time_zone: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::google) struct Event {
    pub(in crate::google) id: Option<String>,
    #[serde(rename = "iCalUID")]
    pub(in crate::google) ical_uid: Option<String>,
    pub(in crate::google) etag: Option<String>,
    pub(in crate::google) status: Option<Status>,
    pub(in crate::google) event_type: Option<EventType>,
    pub(in crate::google) start: Option<Stated>,
    pub(in crate::google) end: Option<Stated>,
    pub(in crate::google) recurrence: Option<Vec<String>>,
    pub(in crate::google) recurring_event_id: Option<String>,
    pub(in crate::google) original_start_time: Option<Stated>,
    pub(in crate::google) transparency: Option<Transparency>,
    pub(in crate::google) visibility: Option<Visibility>,
    pub(in crate::google) attendees: Option<Vec<Person>>,
    pub(in crate::google) organizer: Option<Person>,
    pub(in crate::google) summary: Option<String>,
    pub(in crate::google) location: Option<String>,
    pub(in crate::google) html_link: Option<String>,
    pub(in crate::google) updated: Option<Timestamp>,
    pub(in crate::google) extended_properties: Option<Properties>,
}

/// `extendedProperties`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::google) struct Properties {
    /// Of this calendar's copy alone.
    pub(in crate::google) private: BTreeMap<String, String>,
}

/// An attendee or the organizer.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::google) struct Person {
    pub(in crate::google) email: Option<String>,
    #[serde(rename = "self")]
    pub(in crate::google) is_self: Option<bool>,
    pub(in crate::google) response_status: Option<ResponseStatus>,
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($word:ident),+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub(in crate::google) enum $name {
            $($word,)+
            /// A word that came after this was written.
            #[serde(other)]
            Unknown,
        }
    )+};
}

words! {
    /// `status`.
    Status { Confirmed, Tentative, Cancelled }
    /// `eventType`.
    EventType { Default, OutOfOffice, FocusTime, WorkingLocation, Birthday, FromGmail }
    /// `transparency`.
    Transparency { Opaque, Transparent }
    /// `visibility`.
    Visibility { Default, Public, Private, Confidential }
    /// `responseStatus` of an attendee.
    ResponseStatus { NeedsAction, Declined, Tentative, Accepted }
}
