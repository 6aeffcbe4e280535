//! Values of fields as the feed tells them, in the form in which the API takes events.

use kalends_core::{
    event::{Conference, Content, Field, Reminders, When},
    external_event::{Transparency, Visibility},
};
use serde_json::{Value, json};

use crate::changes;

/// A field's value.
pub(super) fn value(content: &Content, field: Field) -> Value {
    match field {
        Field::Title => json!(content.title),
        Field::Description => json!(content.description.text),
        Field::Location => json!(content.location),
        Field::When => match &content.when {
            When::Timed { span, zone } => json!({
                "start": span.start().to_string(),
                "end": span.end().to_string(),
                "timeZone": zone.name(),
            }),
            When::AllDay(days) => json!({
                "start": days.first().to_string(),
                "end": days.end().to_string(),
            }),
        },
        Field::Recurrence => json!(content.recurrence),
        Field::Attendees => {
            let attendees = content.attendees.iter();
            attendees
                .map(|one| json!({ "email": one.email, "name": one.name, "optional": one.optional }))
                .collect()
        }
        Field::Reminders => match &content.reminders {
            Reminders::AsCalendar => Value::Null,
            Reminders::Stated(stated) => stated
                .iter()
                .map(|one| json!({ "minutesBefore": one.minutes_before, "by": one.by.as_str() }))
                .collect(),
        },
        Field::Visibility => json!(match content.visibility {
            Visibility::Default => "default",
            Visibility::Public => "public",
            Visibility::Private => "private",
        }),
        Field::Transparency => json!(match content.transparency {
            Transparency::Opaque => "opaque",
            Transparency::Transparent => "transparent",
        }),
        Field::Color => json!(content.color.map(kalends_core::event::Color::as_str)),
        Field::Source => json!(
            content
                .source
                .as_ref()
                .map(|source| json!({ "title": source.title, "url": source.url }))
        ),
        Field::Conference => json!(content.conference == Conference::Wanted),
        Field::Status => json!(changes::status_word(content.status)),
    }
}
