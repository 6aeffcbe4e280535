//! One calendar.

use std::collections::BTreeMap;

use kalends_core::time::Zone;

use super::{AccessRole, EventStore};

/// Whom a calendar's access is given to when it is given to everyone.
const EVERYONE: &str = "default";

/// A calendar and its events.
#[derive(Debug)]
pub(crate) struct Calendar {
    /// The owner's address for a primary calendar.
    pub(crate) id: String,
    pub(crate) summary: String,
    pub(crate) description: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) zone: Zone,
    /// The address of the account that the data belongs to.
    pub(crate) owner: String,
    /// Roles by address; `default` is everyone.
    pub(crate) acl: BTreeMap<String, AccessRole>,
    /// What the calendar's own etag is made from.
    pub(crate) version_us: i64,
    pub(crate) events: EventStore,
}

impl Calendar {
    /// Whether this is its owner's primary calendar.
    pub(crate) fn is_primary(&self) -> bool {
        self.id == self.owner
    }

    /// The role of a person, by name or as one of everyone.
    pub(crate) fn role_of(&self, email: &str) -> Option<AccessRole> {
        if self.owner == email {
            return Some(AccessRole::Owner);
        }
        let own = self.acl.get(email).copied();
        own.max(self.acl.get(EVERYONE).copied())
    }

    /// Gives or takes a role; sync tokens of the calendar die with it.
    pub(crate) fn share(&mut self, email: &str, role: Option<AccessRole>) {
        match role {
            Some(role) => self.acl.insert(email.to_owned(), role),
            None => self.acl.remove(email),
        };
        self.events.expire_sync_tokens();
    }
}
