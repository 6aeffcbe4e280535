//! The people, their calendars and who may see what.

mod access;
mod access_list;
mod calendar;
mod event_store;
mod outbox;
mod past;
mod saved;
mod time_index;
mod user;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

pub(crate) use access::AccessRole;
pub(crate) use access_list::{AccessList, AccessRule, Audience};
pub(crate) use calendar::Calendar;
pub(crate) use event_store::{EventStore, StoredEvent};
pub(crate) use outbox::Outbox;
pub use outbox::{MailKind, SentMail};
pub(crate) use past::Past;
pub(crate) use saved::{BrokenDirectory, SavedDirectory};
pub(crate) use user::{ListEntry, Notification, NotificationKind, NotificationMethod, User, domain_of};

use crate::{
    events::Conferences,
    google::{Caller, GoogleError},
};

/// All accounts and calendars.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    users: BTreeMap<String, User>,
    calendars: BTreeMap<String, Calendar>,
    /// People by the address of their group.
    groups: BTreeMap<String, BTreeSet<String>>,
    last_version_us: i64,
    /// How requests for conferences are answered, and those that wait.
    pub(crate) conferences: Conferences,
    /// The mail about events.
    pub(crate) outbox: Outbox,
}

impl Directory {
    pub(crate) fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// The account of an address, in any case.
    pub(crate) fn user(&self, email: &str) -> Option<&User> {
        self.users.get(&email.to_lowercase())
    }

    pub(crate) fn users_mut(&mut self) -> impl Iterator<Item = &mut User> {
        self.users.values_mut()
    }

    pub(crate) fn user_mut(&mut self, email: &str) -> Option<&mut User> {
        self.users.get_mut(&email.to_lowercase())
    }

    pub(crate) fn calendar(&self, id: &str) -> Option<&Calendar> {
        self.calendars.get(id)
    }

    pub(crate) fn calendar_mut(&mut self, id: &str) -> Option<&mut Calendar> {
        self.calendars.get_mut(id)
    }

    /// All calendars by id.
    pub(crate) fn calendars(&self) -> impl Iterator<Item = &Calendar> {
        self.calendars.values()
    }

    pub(crate) fn calendars_mut(&mut self) -> impl Iterator<Item = &mut Calendar> {
        self.calendars.values_mut()
    }

    pub(crate) fn insert_user(&mut self, user: User) {
        self.users.insert(user.email.to_lowercase(), user);
    }

    pub(crate) fn insert_calendar(&mut self, calendar: Calendar) {
        self.calendars.insert(calendar.id.clone(), calendar);
    }

    /// The people of a group, when there is such a group.
    pub(crate) fn group(&self, address: &str) -> Option<&BTreeSet<String>> {
        self.groups.get(&address.to_lowercase())
    }

    /// Makes a group, or says anew who is in it.
    pub(crate) fn set_group(&mut self, address: &str, members: BTreeSet<String>) {
        let address = address.to_lowercase();
        for calendar in self.calendars.values_mut() {
            calendar.acl.set_members(&address, &members);
        }
        self.groups.insert(address, members);
    }

    /// All groups by address.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (&String, &BTreeSet<String>)> {
        self.groups.iter()
    }

    /// Gives somebody a role on a calendar, or takes it away.
    pub(crate) fn set_access(
        &mut self,
        calendar: &str,
        audience: Audience,
        role: Option<AccessRole>,
        version_us: i64,
    ) {
        let members = match &audience {
            Audience::Group(address) => self.group(address).cloned().unwrap_or_default(),
            _ => BTreeSet::new(),
        };
        if let Some(calendar) = self.calendars.get_mut(calendar) {
            calendar.share(audience, role, members, version_us);
        }
    }

    /// Ends a calendar; on the lists of those who had it a tombstone is left.
    pub(crate) fn remove_calendar(&mut self, id: &str, version_us: i64) {
        self.calendars.remove(id);
        for user in self.users.values_mut() {
            let entry = user.list.iter().find(|entry| entry.calendar == id).cloned();
            if let Some(entry) = entry {
                user.set_entry(ListEntry {
                    deleted: true,
                    version_us,
                    ..entry
                });
            }
        }
    }

    /// A version in microseconds that no other change has: the present millisecond, or half of one more than the last,
    /// so that etags, which are twice the version, end with three zeros as Google's do.
    pub(crate) fn next_version(&mut self, now: Timestamp) -> i64 {
        self.last_version_us = (now.as_millisecond() * 1000).max(self.last_version_us + 500);
        self.last_version_us
    }

    /// Makes sure that later versions are higher than this one.
    pub(crate) fn pass_version(&mut self, version_us: i64) {
        self.last_version_us = self.last_version_us.max(version_us);
    }

    /// The calendar that the caller means and the role they have on it; `404` when there is none for them.
    pub(crate) fn open(&self, caller: &Caller, id: &str) -> Result<(&Calendar, AccessRole), GoogleError> {
        let calendar = self
            .calendars
            .get(caller.calendar(id))
            .ok_or_else(GoogleError::not_found)?;
        let role = calendar
            .role_of(&caller.email)
            .and_then(|role| caller.limit(role));
        Ok((calendar, role.ok_or_else(GoogleError::not_found)?))
    }

    /// The id of a calendar that the caller may write to.
    pub(crate) fn open_for_writing(&self, caller: &Caller, id: &str) -> Result<String, GoogleError> {
        let (calendar, role) = self.open(caller, id)?;
        if role.writes() {
            Ok(calendar.id.clone())
        } else {
            Err(GoogleError::needs_writer())
        }
    }
}
