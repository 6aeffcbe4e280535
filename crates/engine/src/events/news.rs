//! What the feed tells of the application's own changes.

use kalends_core::{event::Event, external_event::EventStatus, time::Zone};
use kalends_store::{EventRow, NewChange};

use super::put::Wanted;
use crate::changes;

/// The entry about a change of what is wanted; `None` when it is the same as before. A hold's news are told by holds.
pub(super) fn of_change(wanted: Wanted<'_>, before: Option<&EventRow>) -> Option<NewChange> {
    let (key, event) = (wanted.key?, wanted.event);
    let organizer = event.organizer().map(|person| &person.user);
    let Some(row) = before else {
        return Some(changes::event_created(organizer, key, event.status));
    };
    let fields = differing(&row.event, event);
    if fields.is_empty() {
        return None;
    }
    let version = row.version + 1;
    let is_over = event.status == EventStatus::Cancelled && row.event.status != EventStatus::Cancelled;
    let change = if is_over {
        changes::event_cancelled
    } else {
        changes::event_updated
    };
    Some(change(organizer, key, version, &fields))
}

/// The fields in which two events differ, by the names that the API gives them.
fn differing(before: &Event, now: &Event) -> Vec<&'static str> {
    let Event {
        title,
        description,
        location,
        url,
        source,
        when,
        recurrence,
        exceptions,
        people,
        attendees,
        invitations,
        reminders,
        visibility,
        transparency,
        color,
        conference,
        footer,
        mirroring,
        status,
        metadata,
    } = before;
    let span = |event: &Event| event.when.interval(&Zone::UTC);
    let fields = [
        ("title", *title != now.title),
        ("description", *description != now.description),
        ("location", *location != now.location),
        ("url", *url != now.url),
        ("source", *source != now.source),
        ("start", span(before).start() != span(now).start()),
        ("end", span(before).end() != span(now).end()),
        ("timeZone", when.zone() != now.when.zone()),
        ("recurrence", *recurrence != now.recurrence),
        ("exceptions", *exceptions != now.exceptions),
        ("people", *people != now.people),
        ("attendees", *attendees != now.attendees),
        ("invitations", *invitations != now.invitations),
        ("reminders", *reminders != now.reminders),
        ("visibility", *visibility != now.visibility),
        ("transparency", *transparency != now.transparency),
        ("color", *color != now.color),
        ("conference", *conference != now.conference),
        ("addedBy", *footer != now.footer),
        ("sync", *mirroring != now.mirroring),
        ("status", *status != now.status),
        ("metadata", *metadata != now.metadata),
    ];
    fields
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
}
