//! What a write uses up of its person's limits: events made, guests invited from outside
//! (Workspace help "Avoid Calendar use limits").

use std::sync::Arc;

use jiff::Timestamp;

use super::{EventResource, Status, attendees};
use crate::{google::GoogleError, quota::Quota, state::Sim};

/// Counts a new event, or the new guests of a changed one; refuses what is too much.
pub(crate) fn charge(
    sim: &Sim,
    email: &Arc<str>,
    (event, before): (&EventResource, Option<&EventResource>),
    now: Timestamp,
) -> Result<(), GoogleError> {
    let organizer = event.organizer.as_ref();
    let organizes = organizer.is_some_and(|organizer| organizer.is_self == Some(true));
    let mut meter = sim.meter();
    if organizes && event.status != Status::Cancelled {
        let was =
            |guest: &str| before.is_some_and(|before| attendees::emails(before).any(|email| email == guest));
        let invited = attendees::emails(event).filter(|guest| is_outside(guest, email) && !was(guest));
        meter.charge(email, Quota::ExternalInvitationsPerDay, invited.count(), now)?;
    }
    meter.charge(email, Quota::EventsPerDay, usize::from(before.is_none()), now)
}

/// People of one Workspace domain invite each other as often as they like; gmail.com is none.
fn is_outside(guest: &str, email: &str) -> bool {
    let domain = |address: &str| address.rsplit('@').next().unwrap_or_default().to_lowercase();
    guest != email && (domain(guest) != domain(email) || domain(email) == "gmail.com")
}
