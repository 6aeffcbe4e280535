//! Events: the resource, its rules, and one method of the API per file.
//!
//! Reading methods turn stored bodies into answers through a [`view::View`]; writing methods make a draft, settle it
//! by the rules in [`rules`], and store the finished body with its [`Facts`].

mod conference;
mod delete;
mod draft;
mod exceptions;
mod facts;
mod get;
mod insert;
mod instances;
mod list;
mod listing;
mod resource;
mod rules;
mod selection;
mod series;
mod update;
mod view;
mod write;

pub(crate) use delete::delete;
pub(crate) use facts::{Facts, Role};
pub(crate) use get::get;
pub(crate) use insert::insert;
pub(crate) use instances::instances;
pub(crate) use list::list;
pub(crate) use resource::{
    Attendee, EventResource, EventType, Person, ResponseStatus, Status, Transparency, Visibility,
};
pub(crate) use series::{instances_in, read_instance};
pub(crate) use update::{patch, update};
pub(crate) use write::{Author, adopt};
