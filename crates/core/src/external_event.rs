//! An event of a provider's calendar that Kalends did not create, in one form for every provider.
//!
//! Masters, overrides and cancelled occurrences are kept as the provider sent them; `recurrence` expands them.

use jiff::{SignedDuration, Timestamp};

use crate::time::EventTime;

/// One item of a provider's calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct ExternalEvent {
    /// The provider's id, unique in its calendar: Google's event id; for iCalendar the `UID`, for an override the
    /// `UID` and its `RECURRENCE-ID`.
    pub provider_id: String,
    /// The iCalendar `UID`, shared by all occurrences of a series.
    pub ical_uid: Option<String>,
    /// The provider's version of the item.
    pub etag: Option<String>,
    /// How the item relates to a series.
    pub role: SeriesRole,
    /// When it takes place; only a cancelled override may lack it.
    pub span: Option<EventSpan>,
    /// Whether it takes place.
    pub status: EventStatus,
    /// What sort of entry it is.
    pub kind: EventKind,
    /// Whether it takes up the person's time.
    pub transparency: Transparency,
    /// Who may see its details.
    pub visibility: Visibility,
    /// The connected person's answer; `None` when they are not among the attendees.
    pub self_response: Option<Response>,
    /// `SUMMARY`. Never logged.
    pub title: Option<String>,
    /// `LOCATION`. Never logged.
    pub location: Option<String>,
    /// The organizer's address. Never logged.
    pub organizer: Option<String>,
    /// The provider's page of the event.
    pub html_link: Option<String>,
    /// When the provider last changed it, by the provider's clock.
    pub updated: Option<Timestamp>,
}

/// Start and end of an event as stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventSpan {
    /// The first moment, or the first day.
    pub start: EventTime,
    /// Where it ends.
    pub end: EventEnd,
}

/// The end of an event, exclusive (RFC 5545 sections 3.6.1 and 3.8.2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventEnd {
    /// At a stated point (`DTEND`); for dates the first day after the event.
    At(EventTime),
    /// After a stated `DURATION`: days count on the calendar, the rest on the clock.
    After {
        /// Nominal days (weeks are seven of them).
        days: i32,
        /// Exact remainder.
        exact: SignedDuration,
    },
}

/// How an item relates to a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeriesRole {
    /// An event that happens once.
    Single,
    /// The event that a series is made from, with its `RRULE`, `RDATE`, `EXDATE` and `EXRULE` lines as sent.
    Master {
        /// Content lines of RFC 5545, unfolded, one property each.
        recurrence: Vec<String>,
    },
    /// Stands in for one occurrence of a series, or removes it when its status is cancelled.
    Override {
        /// The master's [`ExternalEvent::provider_id`].
        master: String,
        /// The start that the occurrence had by the rule (`RECURRENCE-ID`).
        original_start: EventTime,
        /// How many occurrences it changes.
        range: OverrideRange,
    },
}

/// How far an override reaches (RFC 5545 section 3.2.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverrideRange {
    /// The one occurrence.
    ThisOnly,
    /// The occurrence and all later ones (`RANGE=THISANDFUTURE`).
    ThisAndFuture,
}

/// Whether an event takes place (RFC 5545 section 3.8.1.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventStatus {
    /// It takes place.
    Confirmed,
    /// It may take place.
    Tentative,
    /// It does not take place.
    Cancelled,
}

/// What sort of entry an item is; providers without kinds have only `Default`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// An ordinary event.
    Default,
    /// The person is away; blocks whatever its transparency.
    OutOfOffice,
    /// Time kept free for work.
    FocusTime,
    /// Says where the person works; never blocks.
    WorkingLocation,
    /// A birthday; never blocks.
    Birthday,
    /// Made by the provider from mail.
    FromMail,
}

/// Whether an event takes up time (RFC 5545 section 3.8.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transparency {
    /// It does.
    Opaque,
    /// It does not.
    Transparent,
}

/// Who may see an event's details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// As the calendar's sharing says.
    Default,
    /// Everyone who sees the calendar.
    Public,
    /// Only attendees; others see that the person is busy.
    Private,
}

/// An attendee's answer (RFC 5545 section 3.2.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response {
    /// Not yet given.
    NeedsAction,
    /// Comes.
    Accepted,
    /// May come.
    Tentative,
    /// Does not come.
    Declined,
}
