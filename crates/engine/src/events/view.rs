//! An event as it is answered.

use kalends_core::{sync::push::Refusal, time::EventId};
use kalends_store::{EventCalendar, EventRow, LinkAim, LinkRow, LinkStatus, StoreError};

use super::{Event, Link};

/// How an event stands is how the worst of its links does; in this order.
const WORST_FIRST: [LinkStatus; 5] = [
    LinkStatus::Failed,
    LinkStatus::Blocked,
    LinkStatus::Pending,
    LinkStatus::Synced,
    LinkStatus::Removed,
];

/// The statuses of which one makes an event stand worse than this.
pub(super) fn worse(status: LinkStatus) -> &'static [LinkStatus] {
    let place = WORST_FIRST.iter().position(|worst| *worst == status);
    &WORST_FIRST[..place.unwrap_or_default()]
}

/// The event with its links, without what [`flag`](super::flag) says. Others' links and calendars may be among them.
pub(super) fn view(
    row: EventRow,
    links: &[LinkRow],
    calendars: &[EventCalendar],
) -> Result<Event, StoreError> {
    // A series is as it should be when all of its times are.
    let standing = || {
        links
            .iter()
            .filter(|link| link.event == row.id)
            .map(|link| &link.standing)
    };
    let counts = |status: LinkStatus| {
        let mut wholes = links
            .iter()
            .filter(|link| link.event == row.id && link.time().is_none());
        if status == LinkStatus::Removed {
            wholes.any(|link| link.standing.status == status)
        } else {
            standing().any(|one| one.status == status)
        }
    };
    let worst = WORST_FIRST.into_iter().find(|status| counts(*status));
    let synced_at = standing().filter_map(|one| one.synced_at).max();
    let last_error = standing().find_map(|one| one.last_error.clone());
    let links = self::links(row.id, links, calendars);
    Ok(Event {
        id: row.id,
        // A hold is not found by a key.
        key: row.key.ok_or(StoreError::NotFound { what: "event" })?,
        version: row.version,
        wanted: row.event,
        sync_status: worst,
        synced_at,
        last_error,
        has_conflict: false,
        links,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// The links of an event as a whole. Others' links and calendars may be among them.
pub(crate) fn links(event: EventId, links: &[LinkRow], calendars: &[EventCalendar]) -> Vec<Link> {
    let own = links
        .iter()
        .filter(|link| link.event == event && link.time().is_none());
    own.filter_map(|link| of_link(link, calendars)).collect()
}

fn of_link(row: &LinkRow, calendars: &[EventCalendar]) -> Option<Link> {
    // A calendar goes with its links: one that is missing was deleted between two reads.
    let calendar = calendars.iter().find(|known| known.id == row.calendar)?;
    let standing = &row.standing;
    Some(Link {
        id: row.id,
        user: row.user.clone(),
        calendar: row.calendar,
        connection: calendar.connection,
        provider: calendar.provider,
        status: standing.status,
        refusal: standing.reason.as_deref().and_then(Refusal::of_code),
        has_conflict: false,
        is_off: standing.aim == LinkAim::Off,
        page: standing.made.page.clone(),
        meeting: standing.made.meeting.clone(),
        answers: standing.made.answers.clone(),
        synced_at: standing.synced_at,
        last_error: standing.last_error.clone(),
    })
}
