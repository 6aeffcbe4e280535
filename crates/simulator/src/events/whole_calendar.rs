//! What happens to all events of a calendar at once.

use jiff::Timestamp;
use kalends_core::time::Zone;

use super::{
    EventResource, Role, Status,
    commit::commit,
    write::{Author, Visible},
};
use crate::{
    directory::{Calendar, Directory, StoredEvent},
    google::GoogleError,
};

/// Gives the calendar another zone: its events stay at their instants, but are told as clocks there show them, and days
/// begin at midnight there. The events themselves do not change, so neither do their versions.
pub(crate) fn rezone(calendar: &mut Calendar, zone: Zone) -> Result<(), GoogleError> {
    calendar.events.rewrite(|stored| {
        let mut event = stored.resource()?;
        for time in [&mut event.start, &mut event.end, &mut event.original_start_time]
            .into_iter()
            .flatten()
        {
            *time = time.shown_in(&zone);
        }
        StoredEvent::new(&event, &zone, stored.facts.version_us, stored.facts.updated)
    })?;
    calendar.zone = zone;
    Ok(())
}

/// Cancels every event of the calendar.
pub(crate) fn clear(
    directory: &mut Directory,
    calendar_id: &str,
    email: &str,
    now: Timestamp,
) -> Result<(), GoogleError> {
    let calendar = directory
        .calendar(calendar_id)
        .ok_or_else(GoogleError::not_found)?;
    let live = calendar.events.changed_from(0).map(|(_, event)| event);
    let live = live.filter(|event| !event.is_cancelled());
    // A series takes its exceptions with it, so these come after all others.
    let (exceptions, wholes): (Vec<_>, Vec<_>) = live
        .cloned()
        .partition(|event| matches!(event.facts.role, Role::Exception(_)));
    for event in wholes.iter().chain(&exceptions) {
        let calendar = directory
            .calendar(calendar_id)
            .ok_or_else(GoogleError::not_found)?;
        let still = calendar
            .events
            .get(&event.id)
            .filter(|stored| !stored.is_cancelled());
        let Some(old) = still.map(StoredEvent::resource).transpose()? else {
            continue;
        };
        let new = EventResource {
            status: Status::Cancelled,
            ..old.clone()
        };
        let author = Author {
            email,
            now,
            version_us: directory.next_version(now),
        };
        commit(directory, calendar_id, &new, Some(&old), author, Visible::Yes)?;
    }
    Ok(())
}
