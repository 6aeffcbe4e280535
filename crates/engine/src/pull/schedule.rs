//! When a calendar is pulled next without anybody asking. The rule is `core::sync::polling`.

use jiff::{SignedDuration, Timestamp};
use kalends_core::sync::polling::{self, Rhythm};
use kalends_store::Connection;

use super::subject::Subject;
use crate::Engine;

/// The interval at which the calendar is polled from now on, `None` when its user wants no polls. `changed_at` is when
/// this pass found a change, `hint` what the provider wishes.
pub(super) fn every(
    subject: &Subject,
    changed_at: Option<Timestamp>,
    hint: Option<SignedDuration>,
) -> Option<SignedDuration> {
    let sync = subject.settings.sync;
    let changed_at = changed_at.or(subject.calendar.sync.changed_at);
    let rhythm = Rhythm {
        wanted: SignedDuration::from_secs(sync.interval_seconds().into()),
        hint,
        news: subject.news,
        quiet_for: changed_at.map_or(SignedDuration::ZERO, |at| subject.loaded_at.duration_since(at)),
    };
    (sync.sync_enabled && sync.auto_sync).then(|| polling::every(rhythm))
}

/// The time of the next poll, later where the budget does not carry the interval.
pub(super) fn next(engine: &Engine, connection: &Connection, every: SignedDuration) -> Timestamp {
    let stretch = engine
        .pace()
        .stretch(connection.provider, connection.oauth_client.as_deref());
    polling::next(engine.ambient().now(), every, stretch, engine.dice())
}
