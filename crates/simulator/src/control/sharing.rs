//! Putting calendars on people's lists and changing what people may do with them.

use kalends_core::time::Zone;
use serde::Deserialize;

use super::{Control, ControlError};
use crate::{
    directory::{AccessRole, Audience, ListEntry},
    events::rezone,
    world::{self, CalendarDocument, WorldError},
};

/// `PUT /_sim/calendars`: one person's relation to one calendar, and the calendar's properties.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct SharingOrder {
    /// Whose list.
    pub email: String,
    /// Which calendar; an unknown one is made, and the person owns it.
    pub id: String,
    /// A new name.
    pub summary: Option<String>,
    /// The zone of a new calendar.
    pub time_zone: Option<String>,
    /// A role by Google's name, or `none` to take the calendar away.
    pub access_role: Option<String>,
    /// The tick in the person's list.
    pub selected: Option<bool>,
    /// Whether the person has hidden it.
    pub hidden: Option<bool>,
    /// The reason with which free/busy cannot tell the calendar's times, such as `internalError`; empty when it can.
    pub free_busy_error: Option<String>,
}

impl Control {
    /// Adds, changes or takes away a calendar of a person.
    pub fn share(&self, order: SharingOrder) -> Result<(), ControlError> {
        let now = self.sim.now();
        let mut directory = self.sim.directory_mut();
        let unknown = || ControlError::Unknown {
            id: order.email.clone(),
        };
        let email = directory.user(&order.email).ok_or_else(unknown)?.email.clone();
        if order.id.is_empty() {
            return Err(ControlError::Value {
                field: "id",
                expected: "the calendar's id",
            });
        }
        if directory.calendar(&order.id).is_none() {
            let zone = order.time_zone.clone().unwrap_or_else(|| "UTC".to_owned());
            let calendar = CalendarDocument {
                id: order.id.clone(),
                time_zone: zone,
                owner: email.clone(),
                ..CalendarDocument::default()
            };
            world::add_calendar(&mut directory, calendar, now)?;
        }
        let version_us = directory.next_version(now);
        let taken = order.access_role.as_deref() == Some("none");
        let role = match order.access_role.as_deref() {
            None | Some("none") => None,
            Some(name) => Some(AccessRole::named(name).ok_or(ControlError::Value {
                field: "accessRole",
                expected: "none, freeBusyReader, reader, writerWithoutPrivateAccess, writer or owner",
            })?),
        };
        if taken || role.is_some() {
            directory.set_access(&order.id, Audience::User(email.clone()), role, version_us);
        }
        let calendar = directory.calendar_mut(&order.id).ok_or_else(unknown)?;
        calendar.version_us = version_us;
        if let Some(summary) = order.summary {
            calendar.summary = summary;
        }
        if let Some(name) = &order.time_zone {
            let zone = Zone::iana(name).map_err(|_| WorldError::Zone {
                place: format!("calendar {}", order.id),
                zone: name.clone(),
            })?;
            rezone(calendar, zone).map_err(|_| ControlError::Value {
                field: "timeZone",
                expected: "a zone that the calendar's events can be told in",
            })?;
        }
        if let Some(reason) = order.free_busy_error {
            calendar.free_busy_error = Some(reason).filter(|reason| !reason.is_empty());
        }
        let user = directory.user_mut(&email).ok_or_else(unknown)?;
        let old = user.list.iter().find(|entry| entry.calendar == order.id).cloned();
        let old = old.unwrap_or_else(|| ListEntry::new(&order.id, version_us));
        user.set_entry(ListEntry {
            selected: order.selected.unwrap_or(old.selected),
            hidden: order.hidden.unwrap_or(old.hidden),
            deleted: taken,
            version_us,
            ..old
        });
        Ok(())
    }
}
