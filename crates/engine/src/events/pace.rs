//! When pushes of links are due: at once, or a few at a time.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use kalends_core::time::{ConnectionId, EventLinkId};
use kalends_store::{NewTask, TaskLane};

use crate::runner::task;

/// How many of a person's events are pushed together when there are many, and how long it is to the next ones. What an
/// account is asked is still limited by its budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bulks {
    /// Pushes of one batch.
    pub batch: u32,
    /// From one batch to the next; zero sends all at once.
    pub pause: SignedDuration,
}

impl Default for Bulks {
    /// Ten every two seconds.
    fn default() -> Self {
        Self {
            batch: 10,
            pause: SignedDuration::from_secs(2),
        }
    }
}

/// Gives each push its time.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    lane: TaskLane,
    from: Timestamp,
    bulks: Bulks,
    /// Pushes that each connection has before the next one.
    before: HashMap<ConnectionId, u64>,
}

impl Pace {
    /// Every push is due now.
    pub(super) fn at_once(lane: TaskLane, now: Timestamp) -> Self {
        let bulks = Bulks {
            batch: 1,
            pause: SignedDuration::ZERO,
        };
        Self::in_bulks((bulks, lane), now, HashMap::new())
    }

    /// Pushes are due batch by batch, after those that their connection has already.
    pub(super) fn in_bulks(
        (bulks, lane): (Bulks, TaskLane),
        now: Timestamp,
        before: HashMap<ConnectionId, u64>,
    ) -> Self {
        Self {
            lane,
            from: now,
            bulks,
            before,
        }
    }

    /// The push of a link.
    pub(super) fn push(&mut self, connection: ConnectionId, link: EventLinkId) -> NewTask {
        let before = self.before.entry(connection).or_default();
        let pauses = *before / u64::from(self.bulks.batch.max(1));
        *before += 1;
        let wait = self
            .bulks
            .pause
            .saturating_mul(i32::try_from(pauses).unwrap_or(i32::MAX));
        let run_at = self.from.checked_add(wait).unwrap_or(Timestamp::MAX);
        task::push_link(connection, link, self.lane, run_at)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// Seconds from now of so many pushes, with so many before them.
    fn seconds(bulks: Bulks, before: u64, count: usize) -> Vec<i64> {
        let now = "2026-11-20T10:00:00Z".parse().unwrap();
        let connection = ConnectionId(Uuid::nil());
        let mut pace = Pace::in_bulks(
            (bulks, TaskLane::Backfill),
            now,
            HashMap::from([(connection, before)]),
        );
        let push = |_| pace.push(connection, EventLinkId(Uuid::nil()));
        let pushes = (0..count).map(push);
        pushes
            .map(|push| push.run_at.duration_since(now).as_secs())
            .collect()
    }

    #[test]
    fn batches_follow_one_another() {
        let three = Bulks {
            batch: 3,
            ..Bulks::default()
        };
        assert_eq!(seconds(three, 0, 7), [0, 0, 0, 2, 2, 2, 4]);
        assert_eq!(seconds(three, 2, 4), [0, 2, 2, 2]);
        let at_once = Bulks {
            pause: SignedDuration::ZERO,
            ..three
        };
        assert_eq!(seconds(at_once, 2, 4), [0, 0, 0, 0]);
    }
}
