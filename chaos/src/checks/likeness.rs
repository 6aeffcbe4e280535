//! Each of the application's events is on its people's calendars as the application reads it, or off them.

use jiff::Timestamp;
use serde_json::Value;

use super::copies::{Copies, Side, is_wanted};
use crate::stage::Stage;

/// What differs, one line a calendar's event.
pub(super) fn unlike(stage: &Stage, copies: &Copies) -> Vec<String> {
    let lines = copies.links(stage).into_iter().filter_map(|side| {
        let text = judge(side, &copies.of_link(side.person, &side.link["id"]))?;
        Some(format!(
            "{} on the calendar of {} (link {}): {text}",
            side.event["key"], side.link["userId"], side.link["id"]
        ))
    });
    lines.collect()
}

fn judge(side: Side<'_>, found: &[&Value]) -> Option<String> {
    match (is_wanted(side), found) {
        (false, []) => None,
        (false, _) => Some("is off the calendar, and still there".to_owned()),
        (true, []) => Some("is missing".to_owned()),
        (true, [copy, ..]) => difference(side, copy),
    }
}

/// The first field that differs.
fn difference(side: Side<'_>, copy: &Value) -> Option<String> {
    let event = side.event;
    let fields = [
        ("title", text(&event["title"]), text(&copy["summary"])),
        ("location", text(&event["location"]), text(&copy["location"])),
        (
            "start",
            instant(&event["start"]),
            instant(&copy["start"]["dateTime"]),
        ),
        ("end", instant(&event["end"]), instant(&copy["end"]["dateTime"])),
        ("attendees", invited(side), attendees(&copy["attendees"])),
        (
            "description",
            text(&event["description"]),
            words(side, &text(&copy["description"])),
        ),
    ];
    let differing = fields.into_iter().find(|(_, ours, theirs)| ours != theirs);
    differing.map(|(field, ours, theirs)| format!("{field} is {ours:?}, and {theirs:?} at Google"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn instant(value: &Value) -> String {
    let at: Option<Timestamp> = value.as_str().and_then(|text| text.parse().ok());
    at.map_or_else(|| value.to_string(), |at| at.to_string())
}

/// Who is invited from this calendar: attendees stand on the organizer's alone.
fn invited(side: Side<'_>) -> String {
    let people = side.event["people"].as_array().into_iter().flatten();
    let mut of_user = people
        .into_iter()
        .filter(|person| person["userId"] == side.link["userId"]);
    if of_user.any(|person| person["role"] == "organizer") {
        attendees(&side.event["attendees"])
    } else {
        String::new()
    }
}

fn attendees(list: &Value) -> String {
    let mut addresses: Vec<String> = list
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| text(&one["email"]).to_lowercase())
        .collect();
    addresses.sort_unstable();
    addresses.join(" ")
}

/// The application's words of a description: without the person's note and the last line, which stand below them unless the
/// person took them away.
fn words(side: Side<'_>, whole: &str) -> String {
    let people = side.event["people"].as_array().into_iter().flatten();
    let of_user = people
        .into_iter()
        .find(|person| person["userId"] == side.link["userId"]);
    let note = of_user.map(|person| text(&person["note"])).unwrap_or_default();
    let paragraphs = whole.split("\n\n");
    let kept: Vec<&str> = paragraphs
        .filter(|one| *one != note && !one.starts_with("📅 Added by "))
        .collect();
    kept.join("\n\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event() -> Value {
        json!({"key": "k", "title": "t", "description": "plan", "location": "", "status": "confirmed",
            "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z", "attendees": [{"email": "Eve@x.test"}],
            "people": [{"userId": "u", "role": "organizer", "note": "a note"}]})
    }

    fn copy() -> Value {
        json!({"id": "g", "summary": "t", "description": "plan\n\na note\n\n📅 Added by Lyceum",
            "start": {"dateTime": "2026-12-01T11:00:00+01:00"}, "end": {"dateTime": "2026-12-01T12:00:00+01:00"},
            "attendees": [{"email": "eve@x.test"}]})
    }

    #[track_caller]
    fn check(event: &Value, copies: &[Value], expect: Option<&str>) {
        let link = json!({"id": "l", "userId": "u", "off": false});
        let side = Side {
            person: 0,
            event,
            link: &link,
        };
        let found: Vec<&Value> = copies.iter().collect();
        let judged = judge(side, &found);
        match expect {
            None => assert_eq!(judged, None),
            Some(word) => assert!(judged.clone().unwrap().starts_with(word), "{judged:?}"),
        }
    }

    #[test]
    fn what_is_alike_and_what_is_not() {
        check(&event(), &[copy()], None);
        check(&event(), &[], Some("is missing"));
        let with = |name: &str, value: Value| {
            let mut copy = copy();
            copy[name] = value;
            copy
        };
        check(&event(), &[with("summary", json!("u"))], Some("title"));
        check(&event(), &[with("location", json!("u"))], Some("location"));
        check(&event(), &[with("attendees", Value::Null)], Some("attendees"));
        check(
            &event(),
            &[with("description", json!("plan\n\nmore"))],
            Some("description"),
        );
        check(&event(), &[with("description", json!("plan"))], None);
        let later = json!({"dateTime": "2026-12-01T11:00:01+01:00"});
        check(&event(), &[with("start", later)], Some("start"));
        let mut cancelled = event();
        cancelled["status"] = json!("cancelled");
        check(&cancelled, &[], None);
        check(&cancelled, &[copy()], Some("is off"));
    }
}
