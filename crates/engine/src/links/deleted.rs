//! A person deleted the event from their calendar.

use kalends_core::{
    sync::push::{LinkState, Made, Refusal, Remote},
    two_way::{AfterDeletion, DeletedEvent, called_off, on_deletion},
};
use kalends_store::{EditWhat, LinkAim, LinkStatus};

use super::pushing::Pushing;
use crate::runner::failure::Failure;

impl Pushing<'_> {
    /// Decides what becomes of the event, and writes what follows, in one commit.
    pub(super) async fn deleted(&mut self, link: LinkState, remote: Option<Remote>) -> Result<(), Failure> {
        let before = &self.standing.state;
        let is_changed = match (&before.synced, &self.subject.content) {
            (Some(synced), Some(content)) => !synced.sent.changed(&before.reachable(content)).is_empty(),
            _ => false,
        };
        let deleted = DeletedEvent {
            role: self.subject.role(),
            is_changed,
            deleted_at: remote.and_then(|remote| remote.provided.updated),
        };
        let outcome = on_deletion(deleted, self.subject.rules());
        self.standing.state = link;
        self.standing.made = Made::default();
        let mut event = self.subject.event.event.clone();
        match outcome {
            AfterDeletion::Cancel => {
                event = called_off(&event, self.subject.time());
                self.put_off(LinkAim::Removed, None);
            }
            AfterDeletion::Unlink => self.put_off(LinkAim::Off, None),
            AfterDeletion::Ask => self.put_off(LinkAim::Off, Some(Refusal::Asked)),
            AfterDeletion::Recreate => self.standing.owed = true,
        }
        let now = self.engine.ambient().now();
        let desired_at = self.subject.event.desired_at;
        let desired_at = deleted.deleted_at.unwrap_or(now).max(desired_at);
        let write = self.write_of(event, desired_at);
        self.commit_edit(write, EditWhat::Deleted(outcome)).await
    }

    /// The event is off the calendar, which is as it should be, or waits for somebody's word.
    fn put_off(&mut self, aim: LinkAim, waits: Option<Refusal>) {
        let standing = &mut self.standing;
        standing.aim = aim;
        standing.owed = false;
        standing.status = match waits {
            Some(_) => LinkStatus::Blocked,
            None => LinkStatus::Removed,
        };
        standing.reason = waits.map(|reason| reason.code().to_owned());
        standing.last_error = None;
        standing.synced_at = Some(self.engine.ambient().now());
    }
}
