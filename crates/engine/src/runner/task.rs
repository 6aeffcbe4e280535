//! The kinds of tasks, and how each is made.

mod bulk;
mod conflicts;
mod watch;

use jiff::Timestamp;
use kalends_core::time::{CalendarId, ConnectionId, EventId, EventLinkId, TenantId};
use kalends_store::{Connection, NewTask, TaskLane};
use secrecy::SecretString;
use serde_json::{Value, json};

pub(crate) use self::{
    bulk::{Bulk, bulk_of, bulk_push},
    conflicts::{conflicts, conflicts_of},
    watch::{Watched, unwatch, watch, watch_key, watched},
};
use crate::connections::Trigger;

/// What a task does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Reads a calendar; the key is the calendar.
    Pull,
    /// Compiles a calendar's busy index from what is stored; the key is the calendar.
    Recompile,
    /// Lists an account's calendars; the key is the connection.
    Discover,
    /// Ends a grant at its provider; the key is the connection that was disconnected.
    Revoke,
    /// Opens, replaces or lets go push channels; the key is what they watch, see [`Watched`].
    Watch,
    /// Stops a push channel; the key is the channel.
    Unwatch,
    /// Ends a hold whose time is over; the key is the hold.
    ExpireHold,
    /// Looks for owed work; the key is the sweep.
    Sweep,
    /// Does a daily job; the key is its name.
    Daily,
    /// Uses a grant that may be idle; the key is the connection.
    KeepAlive,
    /// Holds a calendar against its provider; the key is the calendar.
    Audit,
    /// Looks for a person's conflicts; the key is the tenant and the person.
    Conflicts,
    /// Makes a calendar show an event; the key is the link.
    PushLink,
    /// Pushes many of a person's events; the key is the tenant, which events, and the person.
    BulkPush,
}

impl Kind {
    const ALL: [Self; 14] = [
        Self::Pull,
        Self::Recompile,
        Self::Discover,
        Self::Revoke,
        Self::Watch,
        Self::Unwatch,
        Self::Sweep,
        Self::Daily,
        Self::KeepAlive,
        Self::Audit,
        Self::Conflicts,
        Self::PushLink,
        Self::ExpireHold,
        Self::BulkPush,
    ];

    /// The word in the table.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Recompile => "recompile",
            Self::Discover => "discover",
            Self::Revoke => "revoke",
            Self::Watch => "watch",
            Self::Unwatch => "unwatch",
            Self::Sweep => "sweep",
            Self::Daily => "daily",
            Self::KeepAlive => "keep_alive",
            Self::Audit => "audit",
            Self::Conflicts => "conflicts",
            Self::PushLink => "push_link",
            Self::ExpireHold => "expire_hold",
            Self::BulkPush => "bulk_push",
        }
    }
}

/// What a word in the table asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A kind of this version.
    Does(Kind),
    /// A retired kind that nothing needs to be done for.
    Nothing,
    /// A kind that this version has never had.
    Unknown,
}

/// Words that are no longer written, with the kind that does their work now, or none: rows with them still drain. To
/// retire a kind, move its word here. Nothing has been released yet; `nothing` is there for those who measure the queue.
const RETIRED: [(&str, Option<Kind>); 1] = [("nothing", None)];

/// What a word in the table asks for.
pub(crate) fn meaning(word: &str) -> Meaning {
    meaning_with(&RETIRED, word)
}

fn meaning_with(retired: &[(&str, Option<Kind>)], word: &str) -> Meaning {
    if let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.as_str() == word) {
        return Meaning::Does(kind);
    }
    match retired.iter().find(|(retired, _)| *retired == word) {
        Some((_, Some(kind))) => Meaning::Does(*kind),
        Some((_, None)) => Meaning::Nothing,
        None => Meaning::Unknown,
    }
}

/// A listing of an account's calendars.
pub(crate) fn discover(connection: ConnectionId, run_at: Timestamp) -> NewTask {
    NewTask {
        kind: Kind::Discover.as_str(),
        key: connection.to_string(),
        lane: TaskLane::Interactive,
        group: connection.to_string(),
        run_at,
        payload: Value::Null,
        secret: None,
    }
}

/// A push of an event's link to its calendar.
pub(crate) fn push_link(
    connection: ConnectionId,
    link: EventLinkId,
    lane: TaskLane,
    run_at: Timestamp,
) -> NewTask {
    NewTask {
        kind: Kind::PushLink.as_str(),
        key: link.to_string(),
        lane,
        group: connection.to_string(),
        run_at,
        payload: Value::Null,
        secret: None,
    }
}

/// The end of a hold when its time is over.
pub(crate) fn expire_hold(tenant: TenantId, hold: EventId, run_at: Timestamp) -> NewTask {
    NewTask {
        kind: Kind::ExpireHold.as_str(),
        key: hold.to_string(),
        lane: TaskLane::Push,
        group: tenant.to_string(),
        run_at,
        payload: Value::Null,
        secret: None,
    }
}

/// A daily job, by its name.
pub(crate) fn daily(job: &str, run_at: Timestamp) -> NewTask {
    NewTask {
        kind: Kind::Daily.as_str(),
        key: job.to_owned(),
        lane: TaskLane::Freshness,
        group: Kind::Daily.as_str().to_owned(),
        run_at,
        payload: Value::Null,
        secret: None,
    }
}

/// A use of a connection's grant.
pub(crate) fn keep_alive(connection: ConnectionId, run_at: Timestamp) -> NewTask {
    NewTask {
        kind: Kind::KeepAlive.as_str(),
        key: connection.to_string(),
        lane: TaskLane::Backfill,
        group: connection.to_string(),
        run_at,
        payload: Value::Null,
        secret: None,
    }
}

/// The end of a grant, with the token that proves it; the rows of the connection may be gone when it runs.
pub(crate) fn revoke(
    connection: &Connection,
    client: &str,
    token: SecretString,
    run_at: Timestamp,
) -> NewTask {
    NewTask {
        kind: Kind::Revoke.as_str(),
        key: connection.id.to_string(),
        lane: TaskLane::Push,
        group: connection.id.to_string(),
        run_at,
        payload: json!({
            "provider": connection.provider.as_str(),
            "client": client,
            "account": connection.account_id,
            "since": run_at.as_microsecond(),
        }),
        secret: Some(token),
    }
}

/// A sweep, which belongs to no tenant.
pub(crate) fn sweep(name: &'static str, run_at: Timestamp) -> NewTask {
    NewTask {
        kind: Kind::Sweep.as_str(),
        key: name.to_owned(),
        // Ahead of polls and backfills: when there is more of these than can be done, what is owed still counts.
        lane: TaskLane::Push,
        group: Kind::Sweep.as_str().to_owned(),
        run_at,
        payload: Value::Null,
        secret: None,
    }
}

/// A pull of a calendar, as `trigger` asks for it.
pub(crate) fn pull(
    connection: ConnectionId,
    calendar: CalendarId,
    trigger: Trigger,
    run_at: Timestamp,
) -> NewTask {
    NewTask {
        kind: Kind::Pull.as_str(),
        key: calendar.to_string(),
        lane: lane(trigger),
        group: connection.to_string(),
        run_at,
        payload: json!({ "trigger": trigger.as_str() }),
        secret: None,
    }
}

/// An audit of a calendar; what it pulls is polled.
pub(crate) fn audit(connection: ConnectionId, calendar: CalendarId, run_at: Timestamp) -> NewTask {
    NewTask {
        kind: Kind::Audit.as_str(),
        lane: TaskLane::Backfill,
        ..pull(connection, calendar, Trigger::Poll, run_at)
    }
}

/// A compilation of a calendar's stored events: the window that the user's settings ask for, or wider.
pub(crate) fn recompile(
    connection: ConnectionId,
    calendar: CalendarId,
    wanted_until: Option<Timestamp>,
    run_at: Timestamp,
) -> NewTask {
    NewTask {
        kind: Kind::Recompile.as_str(),
        key: calendar.to_string(),
        lane: TaskLane::Push,
        group: connection.to_string(),
        run_at,
        payload: json!({ "until": wanted_until.map(|until| until.to_string()) }),
        secret: None,
    }
}

/// Somebody waiting goes ahead of all that merely keeps calendars fresh.
fn lane(trigger: Trigger) -> TaskLane {
    match trigger {
        Trigger::Request | Trigger::Live => TaskLane::Interactive,
        Trigger::Push => TaskLane::Push,
        Trigger::Poll => TaskLane::Freshness,
        Trigger::Selected => TaskLane::Backfill,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retired_word_asks_for_what_does_its_work_now() {
        let retired = [
            ("fetch", Some(Kind::Pull)),
            ("tidy", None),
            ("sweep", Some(Kind::Pull)),
        ];
        let check = |word, expect| assert_eq!(meaning_with(&retired, word), expect, "{word}");
        check("fetch", Meaning::Does(Kind::Pull));
        check("tidy", Meaning::Nothing);
        check("sweep", Meaning::Does(Kind::Sweep));
        check("of_tomorrow", Meaning::Unknown);
    }

    #[test]
    fn each_kind_has_a_word_of_its_own() {
        for kind in Kind::ALL {
            assert_eq!(meaning(kind.as_str()), Meaning::Does(kind));
        }
    }
}
