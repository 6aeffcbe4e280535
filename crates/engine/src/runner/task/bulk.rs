//! Tasks that push many of a person's events.

use jiff::Timestamp;
use kalends_core::time::{TenantId, UserId};
use kalends_store::{NewTask, TaskLane};
use serde_json::Value;

use super::Kind;

/// Which events are pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bulk {
    /// Those that are not on the person's calendar as they should be.
    Owed,
    /// Those whose meeting links the person decides about.
    Meetings,
}

impl Bulk {
    const ALL: [Self; 2] = [Self::Owed, Self::Meetings];

    const fn word(self) -> &'static str {
        match self {
            Self::Owed => "owed",
            Self::Meetings => "meetings",
        }
    }
}

/// Pushes many events of one of a tenant's people. To be enqueued in the transaction of whatever made that possible.
pub(crate) fn bulk_push(tenant: TenantId, user: &UserId, bulk: Bulk, run_at: Timestamp) -> NewTask {
    NewTask {
        kind: Kind::BulkPush.as_str(),
        key: format!("{tenant}:{}:{user}", bulk.word()),
        lane: TaskLane::Push,
        group: format!("{tenant}:{user}"),
        run_at,
        payload: Value::Null,
        secret: None,
    }
}

/// What the key of a [`Kind::BulkPush`] task names.
pub(crate) fn bulk_of(key: &str) -> Option<(Bulk, UserId)> {
    let mut parts = key.splitn(3, ':');
    let (_, word, user) = (parts.next()?, parts.next()?, parts.next()?);
    let bulk = Bulk::ALL.into_iter().find(|bulk| bulk.word() == word)?;
    Some((bulk, UserId::new(user).ok()?))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn keys_lead_back() {
        let user = UserId::new("a:b owed:").unwrap();
        for bulk in Bulk::ALL {
            let task = bulk_push(TenantId(Uuid::nil()), &user, bulk, Timestamp::UNIX_EPOCH);
            assert_eq!(bulk_of(&task.key), Some((bulk, user.clone())));
        }
        assert_eq!(bulk_of("x:y"), None);
    }
}
