//! Events: the resource, its rules, and one method of the API per file.
//!
//! Reading methods turn stored bodies into answers through a [`view::View`]; writing methods make a draft, settle it
//! by the rules in [`rules`], and give it to [`commit`], which stores the finished body with its [`Facts`] and brings
//! the copies of guests in line.

mod attachments;
mod attendees;
mod auto_decline;
mod commit;
mod conference;
mod copies;
mod delete;
mod draft;
mod event_types;
mod exceptions;
mod facts;
mod get;
mod guests;
mod ids;
mod import;
mod inherit;
mod insert;
mod instances;
mod list;
mod listing;
mod mail;
mod move_to;
mod quick_add;
mod resource;
mod rules;
mod selection;
mod series;
mod update;
mod use_limits;
mod view;
mod visibility;
mod whole_calendar;
mod write;

pub use conference::{ConferenceOrder, ConferenceOutcome};
pub(crate) use conference::{Conferences, ripen_all};
pub(crate) use delete::delete;
pub(crate) use facts::{Facts, Role};
pub(crate) use get::get;
pub(crate) use import::import;
pub(crate) use insert::insert;
pub(crate) use instances::instances;
pub(crate) use list::list;
pub(crate) use move_to::move_to;
pub(crate) use quick_add::quick_add;
pub(crate) use resource::{
    Attendee, EventResource, EventType, Person, Reminder, ResponseStatus, Status, Transparency, Visibility,
};
pub(crate) use series::{instances_in, read_instance};
pub(crate) use update::{patch, update};
pub(crate) use whole_calendar::{clear, rezone};
pub(crate) use write::{Author, adopt};
