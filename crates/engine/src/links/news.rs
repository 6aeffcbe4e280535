//! What the feed tells of links.

use kalends_core::{
    sync::push::Meeting,
    time::EventEditId,
    two_way::{AfterDeletion, Edit, EditKind, Responded, Ruling},
};
use kalends_store::{EditWhat, EventRow, EventWrite, LinkRow, LinkStanding, LinkStatus, NewChange};
use serde_json::{Value, json};

use super::values::value;
use crate::changes;

/// Entries name the event by the application's key; a hold has none and goes by its id. Those of one time of a series say which.
pub(super) fn entry(
    kind: &'static str,
    (event, link): (&EventRow, &LinkRow),
    more: impl IntoIterator<Item = (&'static str, Value)>,
) -> NewChange {
    let mut data = json!({
        "linkId": link.id.to_string(),
        "calendarId": link.calendar.to_string(),
        "connectionId": link.connection.to_string(),
    });
    if let Some(start) = link.time() {
        data["occurrence"] = json!(start.to_string());
    }
    for (name, value) in more {
        data[name] = value;
    }
    NewChange {
        kind,
        user: Some(link.user.clone()),
        subject: event
            .key
            .as_ref()
            .map_or_else(|| event.id.to_string(), ToString::to_string),
        data,
    }
}

/// The calendar shows what is wanted, or no longer shows the event, after something was sent.
pub(super) fn synced(about: (&EventRow, &LinkRow), standing: &LinkStanding) -> NewChange {
    let status = match standing.status {
        LinkStatus::Removed => "removed",
        _ => "synced",
    };
    let mut more = vec![("version", json!(about.0.version)), ("status", json!(status))];
    let meeting = match &standing.made.meeting {
        Meeting::Absent => None,
        Meeting::Pending => Some(json!({ "status": "pending" })),
        Meeting::Ready(url) => Some(json!({ "status": "ready", "url": url })),
        Meeting::Failed => Some(json!({ "status": "failed" })),
    };
    more.extend(meeting.map(|meeting| ("meeting", meeting)));
    entry("event.synced", about, more)
}

/// Sending was given up for now, or waits for somebody.
pub(super) fn sync_failed(about: (&EventRow, &LinkRow), code: &str) -> NewChange {
    entry("event.sync_failed", about, [("error", json!(code))])
}

/// An attendee answered.
pub(super) fn responded(about: (&EventRow, &LinkRow), one: &Responded) -> NewChange {
    let more = [
        ("email", json!(one.address)),
        ("before", json!(changes::response_word(one.before))),
        ("after", json!(changes::response_word(one.after))),
    ];
    entry("attendee.responded", about, more)
}

/// What a person did on their calendar, with both sides of what differs. `write` is what becomes of the event.
pub(super) fn of_edit(
    about: (&EventRow, &LinkRow),
    (id, what): (EventEditId, &EditWhat),
    write: &EventWrite,
) -> NewChange {
    let version = match write {
        EventWrite::Update { version, .. } => version + 1,
        EventWrite::Keep { version, .. } => *version,
        EventWrite::Insert { .. } => 1,
    };
    let mut more = vec![
        ("editId", json!(id.to_string())),
        ("version", json!(version)),
        ("cause", json!("calendar")),
    ];
    let kind = match what {
        EditWhat::Edited(edit) => {
            more.extend(of_fields(edit));
            match edit.kind {
                EditKind::Moved => "event.moved_externally",
                EditKind::Edited => "event.edited_externally",
            }
        }
        EditWhat::Deleted(outcome) => {
            more.push(("outcome", json!(outcome_word(*outcome))));
            "event.deleted_externally"
        }
    };
    entry(kind, about, more)
}

/// The fields of an edit, with the application's side, the calendar's, and what was decided.
fn of_fields(edit: &Edit) -> [(&'static str, Value); 2] {
    let mut fields = json!({});
    for (field, ruling) in &edit.fields {
        fields[field.as_str()] = json!({
            "before": value(&edit.before, *field),
            "after": value(&edit.after, *field),
            "ruling": ruling_word(*ruling),
        });
    }
    let competing: Vec<&str> = edit.competing.iter().map(|field| field.as_str()).collect();
    [("fields", fields), ("competing", json!(competing))]
}

const fn ruling_word(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Adopted => "adopted",
        Ruling::Reverted => "reverted",
        Ruling::Asked => "asked",
    }
}

const fn outcome_word(outcome: AfterDeletion) -> &'static str {
    match outcome {
        AfterDeletion::Cancel => "cancelled",
        AfterDeletion::Unlink => "unlinked",
        AfterDeletion::Recreate => "recreated",
        AfterDeletion::Ask => "asked",
    }
}
