//! Conflicts: what people must look at, found whichever side changes, and gone by themselves.
//!
//! Whatever may make or end a conflict enqueues [`task::conflicts`](crate::runner::task::conflicts) for the person in its own
//! transaction, and [`look`] finds everything anew from the rows: the person's events ahead, what else takes up their time, their
//! hours. So the order in which both sides change does not matter, and nothing is ever cancelled by it. What takes place later than
//! calendars are covered, `windowAheadDays` and the rest of that month, is looked at when its time comes nearer.
//!
//! To add a kind: core's [`ConflictKind`](kalends_core::conflict::ConflictKind), who finds it in `find`, and what enqueues the look.

mod find;
mod look;
mod night;
mod taken;
pub(crate) mod wire;

use std::collections::BTreeSet;

use jiff::Timestamp;
use kalends_core::{
    event::Event,
    time::{TenantId, UserId},
};
use kalends_store::NewTask;

pub(crate) use self::{look::look, night::look_at_all};
use crate::runner::task;

/// What looks for the conflicts of everybody who has a part in an event, before its change or after it. Nobody, when the change has
/// nothing to do with when it takes up whose time.
pub(crate) fn looks(tenant: TenantId, before: Option<&Event>, after: &Event, now: Timestamp) -> Vec<NewTask> {
    if before.is_some_and(|before| takes_the_same(before, after)) {
        return Vec::new();
    }
    let people = before.into_iter().chain([after]).flat_map(|event| &event.people);
    let users: BTreeSet<&UserId> = people.map(|person| &person.user).collect();
    users
        .into_iter()
        .map(|user| task::conflicts(tenant, user, now))
        .collect()
}

/// Whether two forms of an event take up the same people's time at the same times.
fn takes_the_same(before: &Event, after: &Event) -> bool {
    before.when == after.when
        && before.recurrence == after.recurrence
        && before.people == after.people
        && before.transparency == after.transparency
        && before.status == after.status
}
