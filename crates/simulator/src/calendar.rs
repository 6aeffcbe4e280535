//! Calendars: the person's list of them, their properties, the person's settings, free/busy. One method per file.

mod calendar_list;
mod calendars;
mod free_busy;
mod list_entry;
mod settings;

use serde_json::{Value, json};

use crate::directory::{AccessRole, Calendar};

pub(crate) use calendar_list::{get as calendar_list_get, list as calendar_list};
pub(crate) use calendars::get as calendars_get;
pub(crate) use free_busy::{busy, query as free_busy};
pub(crate) use settings::{get as settings_get, list as settings_list};

/// The reminders that a person has on a calendar unless an event says otherwise.
pub(crate) fn default_reminders(calendar: &Calendar, role: AccessRole) -> Value {
    if calendar.is_primary() && role == AccessRole::Owner {
        json!([{"method": "popup", "minutes": 10}])
    } else {
        json!([])
    }
}
