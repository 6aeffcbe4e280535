//! A content as Google takes it (Google Calendar API v3 reference, `Event`).

use std::collections::BTreeMap;

use jiff::Timestamp;
use kalends_core::{
    event::{Attendee, Color, Conference, Content, ContentHash, Field, Reminders, When},
    external_event::{EventStatus, Transparency, Visibility},
    sync::push::Step,
};
use serde_json::{Map, Value, json};

use super::fields;
use crate::{google::map::MARKER, provider::EventOrder};

/// Attendees' answers in Google's words, by address in lower case.
pub(super) type Answers = BTreeMap<String, String>;

/// Our mark: what was written last.
pub(super) const WRITTEN: &str = "kalendsWritten";

/// The body of an insert.
pub(super) fn create(order: EventOrder<'_>) -> Value {
    let Value::Object(mut body) = patch(order, &Answers::new()) else {
        return Value::Null;
    };
    // Only what is changed can be taken away.
    body.retain(|_, value| !value.is_null());
    for at in ["start", "end"] {
        if let Some(Value::Object(stated)) = body.get_mut(at) {
            stated.retain(|_, value| !value.is_null());
        }
    }
    body.insert("id".to_owned(), json!(order.key.google_id()));
    Value::Object(body)
}

/// The body of a patch: the step's fields, each whole, `null` where there is nothing; and our mark.
pub(super) fn patch(order: EventOrder<'_>, answers: &Answers) -> Value {
    let (Step::Create { content, .. } | Step::Patch { content, .. }) = order.step else {
        return Value::Null;
    };
    let mut body = Map::new();
    for field in fields(order.step) {
        put(&mut body, field, content, order, answers);
    }
    let mark = json!({
        "private": { MARKER: order.key.uid(), WRITTEN: ContentHash::of(content).to_string() },
    });
    body.insert("extendedProperties".to_owned(), mark);
    Value::Object(body)
}

fn put(
    body: &mut Map<String, Value>,
    field: Field,
    content: &Content,
    order: EventOrder<'_>,
    answers: &Answers,
) {
    let (name, value) = match field {
        Field::Title => ("summary", json!(content.title)),
        Field::Description => ("description", json!(content.description.composed())),
        Field::Location => ("location", json!(content.location)),
        Field::When => {
            let (start, end) = times(&content.when);
            body.insert("end".to_owned(), end);
            ("start", start)
        }
        Field::Recurrence if content.recurrence.is_empty() => ("recurrence", Value::Null),
        Field::Recurrence => ("recurrence", json!(content.recurrence)),
        Field::Attendees => {
            let invited = content.attendees.iter().map(|one| attendee(one, answers));
            ("attendees", invited.collect())
        }
        Field::Reminders => ("reminders", reminders(&content.reminders)),
        Field::Visibility => ("visibility", json!(visibility(content.visibility))),
        Field::Transparency => ("transparency", json!(transparency(content.transparency))),
        Field::Color => (
            "colorId",
            content.color.map_or(Value::Null, |color| json!(color_id(color))),
        ),
        Field::Source => {
            let source = content.source.as_ref();
            let stated = source.map(|source| json!({ "title": source.title, "url": source.url }));
            ("source", stated.unwrap_or_default())
        }
        Field::Conference if content.conference == Conference::NotWanted => ("conferenceData", Value::Null),
        Field::Conference => {
            let request = json!({
                "requestId": order.key.conference_request(order.meeting_link.attempt()),
                "conferenceSolutionKey": { "type": "hangoutsMeet" },
            });
            ("conferenceData", json!({ "createRequest": request }))
        }
        Field::Status => ("status", json!(status(content.status))),
    };
    body.insert(name.to_owned(), value);
}

/// A time of one form takes away the other form's members.
fn times(when: &When) -> (Value, Value) {
    match when {
        When::Timed { span, zone } => {
            let stated =
                |at: Timestamp| json!({ "dateTime": at.to_string(), "timeZone": zone.name(), "date": null });
            (stated(span.start()), stated(span.end()))
        }
        When::AllDay(days) => {
            let stated = |date| json!({ "date": date, "dateTime": null, "timeZone": null });
            (stated(days.first().to_string()), stated(days.end().to_string()))
        }
    }
}

fn attendee(attendee: &Attendee, answers: &Answers) -> Value {
    let mut stated = json!({ "email": attendee.email, "optional": attendee.optional });
    if let Some(name) = &attendee.name {
        stated["displayName"] = json!(name);
    }
    if let Some(answer) = answers.get(&attendee.address()) {
        stated["responseStatus"] = json!(answer);
    }
    stated
}

fn reminders(reminders: &Reminders) -> Value {
    match reminders {
        // Those that are left of a merge would contradict it.
        Reminders::AsCalendar => json!({ "useDefault": true, "overrides": [] }),
        Reminders::Stated(stated) => {
            let overrides = stated
                .iter()
                .map(|one| json!({ "method": one.by.as_str(), "minutes": one.minutes_before }));
            json!({ "useDefault": false, "overrides": overrides.collect::<Value>() })
        }
    }
}

/// Google counts its colors from 1.
fn color_id(color: Color) -> String {
    let place = Color::ALL
        .iter()
        .position(|known| *known == color)
        .unwrap_or_default();
    (place + 1).to_string()
}

const fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Default => "default",
        Visibility::Public => "public",
        Visibility::Private => "private",
    }
}

const fn transparency(transparency: Transparency) -> &'static str {
    match transparency {
        Transparency::Opaque => "opaque",
        Transparency::Transparent => "transparent",
    }
}

const fn status(status: EventStatus) -> &'static str {
    match status {
        EventStatus::Confirmed => "confirmed",
        EventStatus::Tentative => "tentative",
        EventStatus::Cancelled => "cancelled",
    }
}
