//! What a caller says of an event, and how it compares with the truth.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use kalends_core::time::Zone;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Audit, Difference, DifferentEvent,
    truth::{Moment, Truth},
};
use crate::{control::ControlError, events::Status, google::EventDateTime};

/// An event as the caller knows it; only what is given is compared.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct BelievedEvent {
    /// The event's id; of an instance `<series>_<start>`.
    pub id: String,
    /// Compared as text.
    pub etag: Option<String>,
    /// Compared as an instant.
    pub updated: Option<Timestamp>,
    /// A day, an instant with an offset, or Google's object with `date` or `dateTime`.
    pub start: Option<Value>,
    /// Like `start`.
    pub end: Option<Value>,
    /// `confirmed`, `tentative` or `cancelled`.
    pub status: Option<String>,
    /// Compared as text.
    pub summary: Option<String>,
    /// Whether it takes up time.
    pub busy: Option<bool>,
}

/// Fills in what the caller does not know, wrongly believes in, and knows otherwise.
pub(super) fn compare(
    audit: &mut Audit,
    believed: &[BelievedEvent],
    mut truth: BTreeMap<String, Truth>,
    zone: &Zone,
) -> Result<(), ControlError> {
    audit.events = truth
        .values()
        .filter(|event| event.status != Status::Cancelled)
        .count();
    for event in believed {
        let thinks_cancelled = event.status.as_deref() == Some("cancelled");
        match truth.remove(&event.id) {
            // What never was and what is cancelled look the same to who thinks it is gone.
            None if thinks_cancelled => {}
            None => audit.unexpected.push(event.id.clone()),
            Some(actual) if actual.status == Status::Cancelled && !thinks_cancelled => {
                audit.unexpected.push(event.id.clone());
            }
            Some(actual) => {
                let fields = differences(event, &actual, zone)?;
                if !fields.is_empty() {
                    audit.different.push(DifferentEvent {
                        id: event.id.clone(),
                        fields,
                    });
                }
            }
        }
    }
    let missing = truth
        .into_iter()
        .filter(|(_, event)| event.status != Status::Cancelled);
    audit.missing = missing
        .map(|(id, event)| {
            json!({"id": id, "etag": event.etag, "updated": event.updated, "status": event.status,
                "summary": event.summary, "start": shown(event.start.as_ref()), "end": shown(event.end.as_ref()),
                "busy": event.busy})
        })
        .collect();
    Ok(())
}

fn differences(
    event: &BelievedEvent,
    actual: &Truth,
    zone: &Zone,
) -> Result<BTreeMap<&'static str, Difference>, ControlError> {
    let mut fields = BTreeMap::new();
    let mut note = |field, same: bool, believed: Value, actual: Value| {
        if !same {
            fields.insert(field, Difference { believed, actual });
        }
    };
    if let Some(etag) = &event.etag {
        note("etag", *etag == actual.etag, json!(etag), json!(actual.etag));
    }
    if let Some(updated) = event.updated {
        let really: Option<Timestamp> = actual.updated.as_ref().and_then(|text| text.parse().ok());
        note("updated", Some(updated) == really, json!(updated), json!(really));
    }
    if let Some(status) = &event.status {
        let really = json!(actual.status);
        note("status", really == status.as_str(), json!(status), really);
    }
    if let Some(summary) = &event.summary {
        let same = actual.summary.as_ref() == Some(summary);
        note("summary", same, json!(summary), json!(actual.summary));
    }
    if let Some(busy) = event.busy {
        note("busy", busy == actual.busy, json!(busy), json!(actual.busy));
    }
    for (field, believed, really) in [
        ("start", &event.start, &actual.start),
        ("end", &event.end, &actual.end),
    ] {
        if let Some(believed) = believed {
            let same = really
                .as_ref()
                .map(|really| is_at(believed, really, zone, field))
                .transpose()?
                .unwrap_or(false);
            note(field, same, believed.clone(), shown(really.as_ref()));
        }
    }
    Ok(fields)
}

/// Whether a time as the caller writes it is this moment. A day is only the same as a day, except for instances,
/// which begin and end at midnight of the calendar's zone.
fn is_at(believed: &Value, really: &Moment, zone: &Zone, field: &'static str) -> Result<bool, ControlError> {
    let wrong = ControlError::Value {
        field,
        expected: "a day such as 2026-12-01, an instant with an offset, or an object with date or dateTime",
    };
    let text = match believed {
        Value::String(text) => text.as_str(),
        other => match (other["date"].as_str(), other["dateTime"].as_str()) {
            (Some(text), None) | (None, Some(text)) => text,
            _ => return Err(wrong),
        },
    };
    let stated = if text.len() == 10
        && let Ok(day) = text.parse::<Date>()
    {
        EventDateTime::day(day)
    } else if let Ok(instant) = text.parse::<Timestamp>() {
        EventDateTime::at(instant, &Zone::UTC, "UTC")
    } else {
        return Err(wrong);
    };
    let instant = stated.instant(zone);
    Ok(match really {
        Moment::Instant(really_us) => instant.is_some_and(|at| at.as_microsecond() == *really_us),
        Moment::Stated(really) => really.date == stated.date && really.instant(zone) == instant,
    })
}

fn shown(moment: Option<&Moment>) -> Value {
    match moment {
        None => Value::Null,
        Some(Moment::Stated(time)) => json!(time.date.as_ref().or(time.date_time.as_ref())),
        Some(Moment::Instant(us)) => json!(Timestamp::from_microsecond(*us).ok()),
    }
}
