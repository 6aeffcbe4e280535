//! Calendars: the person's list of them, their properties, the person's settings, free/busy. One method per file.

mod acl;
mod body;
mod calendar_ends;
mod calendar_list;
mod calendar_list_write;
mod calendars;
mod colors;
mod free_busy;
mod list_entry;
mod settings;

use serde_json::{Value, json};

use crate::directory::{Calendar, Directory};

pub(crate) use acl::{
    delete as acl_delete, get as acl_get, insert as acl_insert, list as acl_list, patch as acl_patch,
    update as acl_update,
};
pub(crate) use calendar_ends::{
    clear as calendars_clear, delete as calendars_delete, transfer as calendars_transfer,
};
pub(crate) use calendar_list::{get as calendar_list_get, list as calendar_list};
pub(crate) use calendar_list_write::{
    delete as calendar_list_delete, insert as calendar_list_insert, patch as calendar_list_patch,
    update as calendar_list_update,
};
pub(crate) use calendars::{
    get as calendars_get, insert as calendars_insert, patch as calendars_patch, update as calendars_update,
};
pub(crate) use colors::get as colors_get;
pub(crate) use free_busy::{busy, query as free_busy};
pub(crate) use settings::{get as settings_get, list as settings_list};

/// The reminders that a person has on a calendar unless an event says otherwise: those that they chose, else one on
/// their own calendar.
pub(crate) fn default_reminders(directory: &Directory, email: &str, calendar: &Calendar) -> Value {
    let list = directory.user(email).map(|user| user.list.iter());
    let entry = list.and_then(|mut list| list.find(|entry| entry.calendar == calendar.id));
    match entry.and_then(|entry| entry.reminders.as_ref()) {
        Some(chosen) => json!(chosen),
        None if calendar.id == email => json!([{"method": "popup", "minutes": 10}]),
        None => json!([]),
    }
}
