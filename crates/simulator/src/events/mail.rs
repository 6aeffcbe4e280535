//! The mail that Google would send about a change: who gets it is the caller's choice by `sendUpdates`.

use jiff::Timestamp;

use super::{EventResource, Status, attendees};
use crate::{
    directory::{Directory, MailKind, SentMail},
    google::{GoogleError, Query},
};

/// `sendUpdates`, or what the deprecated `sendNotifications` says instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SendUpdates {
    All,
    /// Only guests that have no calendar here.
    ExternalOnly,
    None,
}

impl SendUpdates {
    pub(crate) fn read(query: &Query) -> Result<Self, GoogleError> {
        let notifications = query.flag("sendNotifications")?;
        match query.text("sendUpdates") {
            None if notifications == Some(true) => Ok(Self::All),
            None | Some("none") => Ok(Self::None),
            Some("all") => Ok(Self::All),
            Some("externalOnly") => Ok(Self::ExternalOnly),
            Some(other) => Err(GoogleError::parameter(
                "sendUpdates",
                &format!("Invalid value '{other}'. Values must match one of: [all, externalOnly, none]"),
            )),
        }
    }

    const fn reaches(self, external: bool) -> bool {
        match self {
            Self::All => true,
            Self::ExternalOnly => external,
            Self::None => false,
        }
    }
}

/// Puts into the outbox what a change of an event sends: invitations, updates and cancellations to its guests, a
/// guest's answer to the organizer.
pub(crate) fn send(
    directory: &mut Directory,
    updates: SendUpdates,
    event: &EventResource,
    before: Option<&EventResource>,
    now: Timestamp,
) {
    let organizer = event.organizer.as_ref();
    let organizes = organizer.is_some_and(|organizer| organizer.is_self == Some(true));
    let mut mail: Vec<(String, MailKind)> = Vec::new();
    if organizes {
        let was =
            |email: &str| before.is_some_and(|before| attendees::emails(before).any(|one| one == email));
        for attendee in event
            .attendees
            .iter()
            .flatten()
            .filter(|one| one.is_self != Some(true))
        {
            let kind = match event.status {
                Status::Cancelled => MailKind::Cancellation,
                _ if was(&attendee.email) => MailKind::Update,
                _ => MailKind::Invitation,
            };
            mail.push((attendee.email.clone(), kind));
        }
        let gone = before.into_iter().flat_map(attendees::emails);
        let gone = gone.filter(|email| attendees::emails(event).all(|one| one != *email));
        mail.extend(gone.map(|email| (email.to_owned(), MailKind::Cancellation)));
    } else if let Some(organizer) = organizer {
        let answer = |event: &EventResource| attendees::own(event).map(|own| own.response_status);
        if event.private_copy != Some(true) && before.and_then(answer) != answer(event) {
            mail.push((organizer.email.clone(), MailKind::Response));
        }
    }
    for (to, kind) in mail {
        let external = directory.calendar(&to).is_none();
        if updates.reaches(external) {
            directory.outbox.push(SentMail {
                at: now,
                to,
                kind,
                event_id: event.id.clone(),
                ical_uid: event.ical_uid.clone().unwrap_or_default(),
            });
        }
    }
}
