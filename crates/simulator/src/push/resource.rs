//! What can be watched, and how a change of it is seen.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::directory::Directory;

/// A collection that channels tell about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "camelCase")]
pub(crate) enum Resource {
    /// The events of the calendar with this id.
    Events(String),
    /// Who may do what with the calendar of this id.
    Acl(String),
    /// The list of calendars of the person with this address.
    CalendarList(String),
    /// The settings of the person with this address.
    Settings(String),
}

impl Resource {
    /// The path below `/calendar/v3` that names it.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::Events(id) => format!("/calendars/{}/events", escaped(id)),
            Self::Acl(id) => format!("/calendars/{}/acl", escaped(id)),
            Self::CalendarList(_) => "/users/me/calendarList".to_owned(),
            Self::Settings(_) => "/users/me/settings".to_owned(),
        }
    }

    /// Opaque, and the same for all channels on the same resource.
    pub(crate) fn id(&self) -> String {
        let hash = digest::digest(&digest::SHA256, format!("{self:?}").as_bytes());
        URL_SAFE_NO_PAD.encode(&hash.as_ref()[..20])
    }

    /// A number that differs when the resource has changed; `None` when it is gone.
    pub(crate) fn version(&self, directory: &Directory) -> Option<u64> {
        match self {
            Self::Events(id) => Some(directory.calendar(id)?.events.revision()),
            Self::Acl(id) => {
                let rules = directory.calendar(id)?.acl.iter();
                Some(fingerprint(rules.map(|(audience, rule)| {
                    format!("{} {:?} {}", audience.id(), rule.role, rule.version_us)
                })))
            }
            Self::CalendarList(email) => {
                let user = directory.user(email)?;
                let entries = user.list.iter().map(|entry| {
                    let calendar = directory.calendar(&entry.calendar);
                    let seen = calendar.map(|one| (one.version_us, one.role_of(&user.email)));
                    format!("{} {} {seen:?}", entry.calendar, entry.version_us)
                });
                Some(fingerprint(entries))
            }
            Self::Settings(email) => {
                let settings = directory.user(email)?.settings.iter();
                Some(fingerprint(settings.map(|(id, value)| format!("{id} {value}"))))
            }
        }
    }
}

/// A path segment as Google writes it.
fn escaped(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect()
}

/// The same in every process, so that it can be kept in a snapshot.
fn fingerprint(parts: impl Iterator<Item = String>) -> u64 {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part.as_bytes());
        context.update(&[0]);
    }
    let mut first = [0; 8];
    first.copy_from_slice(&context.finish().as_ref()[..8]);
    u64::from_be_bytes(first)
}
