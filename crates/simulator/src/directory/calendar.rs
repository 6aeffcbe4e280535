//! One calendar.

use std::collections::BTreeSet;

use kalends_core::time::Zone;

use super::{AccessList, AccessRole, Audience, EventStore};

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
    /// Who may do what, beside the owner.
    pub(crate) acl: AccessList,
    /// What the calendar's own etag is made from.
    pub(crate) version_us: i64,
    pub(crate) events: EventStore,
    /// Why free/busy cannot be told, when a test wants that.
    pub(crate) free_busy_error: Option<String>,
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
        self.acl.role_of(email)
    }

    /// Makes every sync token of the calendar's events and rules given so far invalid.
    pub(crate) fn expire_sync_tokens(&mut self) {
        self.events.expire_sync_tokens();
        self.acl.expire_sync_tokens();
    }

    /// Gives or takes a role; sync tokens of the calendar's events die with it. `members` are those of a group.
    pub(crate) fn share(
        &mut self,
        audience: Audience,
        role: Option<AccessRole>,
        members: BTreeSet<String>,
        version_us: i64,
    ) {
        self.acl.set(audience, role, members, version_us);
        self.events.expire_sync_tokens();
    }
}
