//! What an exception takes over from its series: everything in which it had not been made to differ.

use super::{EventResource, resource::Attendee};

/// The exception after its series changed from `old` to `new`; the times are its own.
pub(crate) fn inherit(exception: &EventResource, old: &EventResource, new: &EventResource) -> EventResource {
    let mut heir = exception.clone();
    macro_rules! follow {
        ($($field:ident),*) => {
            $(if exception.$field == old.$field {
                heir.$field.clone_from(&new.$field);
            })*
        };
    }
    follow!(
        summary,
        description,
        location,
        color_id,
        transparency,
        visibility,
        extended_properties,
        hangout_link,
        conference_data,
        anyone_can_add_self,
        guests_can_invite_others,
        guests_can_modify,
        guests_can_see_other_guests,
        reminders,
        source,
        attachments,
        organizer
    );
    heir.attendees = guests(
        exception.attendees.as_deref().unwrap_or_default(),
        old.attendees.as_deref().unwrap_or_default(),
        new.attendees.as_deref().unwrap_or_default(),
    );
    heir
}

/// The exception's guests after those of its series changed, each by itself.
fn guests(exception: &[Attendee], old: &[Attendee], new: &[Attendee]) -> Option<Vec<Attendee>> {
    let of = |email: &str, list: &[Attendee]| list.iter().find(|one| one.email == email).cloned();
    let stays = |one: &&Attendee| of(&one.email, old).is_none() || of(&one.email, new).is_some();
    let kept = exception
        .iter()
        .filter(stays)
        .map(|one| match of(&one.email, old) {
            Some(before) if before == *one => of(&one.email, new).unwrap_or(before),
            _ => one.clone(),
        });
    let added = new
        .iter()
        .filter(|one| of(&one.email, old).is_none() && of(&one.email, exception).is_none());
    let all: Vec<Attendee> = kept.chain(added.cloned()).collect();
    (!all.is_empty()).then_some(all)
}
