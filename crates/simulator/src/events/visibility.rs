//! The visibility of one instance, which can become that of its series (discovery document, `Event.visibility`).

use super::{
    EventResource, Visibility,
    commit::commit,
    write::{Author, Visible},
};
use crate::{
    directory::{Directory, StoredEvent},
    google::GoogleError,
};

/// How much a visibility hides.
const fn strictness(visibility: Option<Visibility>) -> u8 {
    match visibility {
        Some(Visibility::Public) => 0,
        None | Some(Visibility::Default) => 1,
        Some(Visibility::Private | Visibility::Confidential) => 2,
    }
}

/// Ignores a less restrictive visibility of an instance. Tells whether there is a more restrictive one, which the
/// series has to take over.
pub(super) fn settle_instance(old: &EventResource, new: &mut EventResource) -> bool {
    if old.recurring_event_id.is_none() {
        return false;
    }
    let (before, after) = (strictness(old.visibility), strictness(new.visibility));
    if after < before {
        new.visibility = old.visibility;
    }
    after > before
}

/// Gives the visibility of an instance to its series.
pub(super) fn restrict_series(
    directory: &mut Directory,
    calendar_id: &str,
    instance: &EventResource,
    author: Author<'_>,
) -> Result<(), GoogleError> {
    let calendar = directory
        .calendar(calendar_id)
        .ok_or_else(GoogleError::not_found)?;
    let master = instance.recurring_event_id.as_deref().unwrap_or_default();
    let Some(before) = calendar
        .events
        .get(master)
        .map(StoredEvent::resource)
        .transpose()?
    else {
        return Ok(());
    };
    let series = EventResource {
        visibility: instance.visibility,
        ..before.clone()
    };
    let author = author.again(directory);
    commit(
        directory,
        calendar_id,
        &series,
        Some(&before),
        author,
        Visible::Yes,
    )
    .map(drop)
}
