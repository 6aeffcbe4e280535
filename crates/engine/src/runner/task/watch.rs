//! Tasks about push channels.

use jiff::Timestamp;
use kalends_core::time::{CalendarId, ConnectionId, PushChannelId};
use kalends_store::{ChannelSubject, NewTask, TaskLane};
use serde_json::Value;

use super::Kind;

/// What the key of a [`Kind::Watch`] task names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watched {
    /// A calendar's events.
    Calendar(CalendarId),
    /// The list of an account's calendars.
    CalendarList(ConnectionId),
}

/// Brings a subject's channels to what is wanted.
pub(crate) fn watch(subject: ChannelSubject, run_at: Timestamp) -> NewTask {
    NewTask {
        kind: Kind::Watch.as_str(),
        key: watch_key(&subject),
        lane: TaskLane::Freshness,
        group: subject.connection.to_string(),
        run_at,
        payload: Value::Null,
        secret: None,
    }
}

/// Stops a channel that is no longer wanted.
pub(crate) fn unwatch(subject: ChannelSubject, channel: PushChannelId, run_at: Timestamp) -> NewTask {
    NewTask {
        kind: Kind::Unwatch.as_str(),
        key: channel.to_string(),
        lane: TaskLane::Freshness,
        group: subject.connection.to_string(),
        run_at,
        payload: Value::Null,
        secret: None,
    }
}

/// The key of a subject's [`Kind::Watch`] task.
pub(crate) fn watch_key(subject: &ChannelSubject) -> String {
    match subject.calendar {
        Some(calendar) => format!("{CALENDAR}{calendar}"),
        None => format!("{CONNECTION}{}", subject.connection),
    }
}

/// What such a key names.
pub(crate) fn watched(key: &str) -> Option<Watched> {
    if let Some(id) = key.strip_prefix(CALENDAR) {
        return id.parse().ok().map(Watched::Calendar);
    }
    let id = key.strip_prefix(CONNECTION)?;
    id.parse().ok().map(Watched::CalendarList)
}

const CALENDAR: &str = "calendar:";
const CONNECTION: &str = "connection:";
