//! Google Calendar's JSON, as lenient as its promises: every member may be missing, words and members that nobody
//! knows yet are passed over.

mod calendar;
mod channel;
mod event;
mod failure;
mod stated;

pub(super) use calendar::{CalendarEntry, CalendarListPage};
pub(super) use channel::{Channel, Millis};
pub(super) use event::{
    Event, EventType, EventsPage, Person, Properties, ResponseStatus, Status, Transparency, Visibility,
};
pub(super) use failure::Failure;
pub(super) use stated::{Moment, Stated};
