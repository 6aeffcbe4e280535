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
    let links = self::links(row.id, links, calendars);
    let worst = WORST_FIRST
        .into_iter()
        .find(|status| links.iter().any(|link| link.status == *status));
    Ok(Event {
        id: row.id,
        // A hold is not found by a key.
        key: row.key.ok_or(StoreError::NotFound { what: "event" })?,
        version: row.version,
        wanted: row.event,
        sync_status: worst,
        synced_at: links.iter().filter_map(|link| link.synced_at).max(),
        last_error: links.iter().find_map(|link| link.last_error.clone()),
        has_conflict: false,
        links,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// The links of an event. Others' links and calendars may be among them.
pub(crate) fn links(event: EventId, links: &[LinkRow], calendars: &[EventCalendar]) -> Vec<Link> {
    let own = links.iter().filter(|link| link.event == event);
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
