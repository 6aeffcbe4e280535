//! The one way of a finished change into the world: the event itself, its series, its guests.

use super::{
    EventResource, copies, exceptions,
    write::{Author, Visible},
};
use crate::{
    directory::{Directory, StoredEvent},
    google::GoogleError,
};

/// Stores a changed event and whatever follows from it: instances that its series no longer gives, and the copies on
/// its guests' calendars. `before` is the event before the change.
pub(crate) fn commit(
    directory: &mut Directory,
    calendar_id: &str,
    event: &EventResource,
    before: Option<&EventResource>,
    author: Author<'_>,
    visible: Visible,
) -> Result<StoredEvent, GoogleError> {
    let (stored, changed) = exceptions::store(directory, calendar_id, event, author, visible)?;
    if copies::concern(event) || before.is_some_and(copies::concern) {
        copies::spread(directory, calendar_id, &stored.resource()?, before, author)?;
    }
    for exception in changed {
        copies::spread(directory, calendar_id, &exception, None, author)?;
    }
    Ok(stored)
}
