//! Tasks about people's conflicts.

use jiff::Timestamp;
use kalends_core::time::{TenantId, UserId};
use kalends_store::{NewTask, TaskLane};
use serde_json::Value;

use super::Kind;

/// Looks for the conflicts of one of a tenant's people. To be enqueued in the transaction of whatever may have made or
/// ended one: an event of theirs, a calendar, a block, their working hours.
pub(crate) fn conflicts(tenant: TenantId, user: &UserId, run_at: Timestamp) -> NewTask {
    let key = format!("{tenant}:{user}");
    NewTask {
        kind: Kind::Conflicts.as_str(),
        group: key.clone(),
        key,
        lane: TaskLane::Push,
        run_at,
        payload: Value::Null,
        secret: None,
    }
}

/// Whom the key of a [`Kind::Conflicts`] task names.
pub(crate) fn conflicts_of(key: &str) -> Option<UserId> {
    let (_, user) = key.split_once(':')?;
    UserId::new(user).ok()
}
