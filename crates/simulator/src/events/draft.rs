//! Request bodies: what of them is taken, and how they change what is there.

use serde_json::{Map, Value};

use super::EventResource;
use crate::google::{Call, GoogleError};

/// Members that a caller may set; all others in a body are ignored.
const WRITABLE: [&str; 23] = [
    "summary",
    "description",
    "location",
    "colorId",
    "start",
    "end",
    "endTimeUnspecified",
    "recurrence",
    "transparency",
    "visibility",
    "attendees",
    "extendedProperties",
    "anyoneCanAddSelf",
    "guestsCanInviteOthers",
    "guestsCanModify",
    "guestsCanSeeOtherGuests",
    "reminders",
    "source",
    "status",
    "sequence",
    "outOfOfficeProperties",
    "focusTimeProperties",
    "workingLocationProperties",
];
/// Members that only a new event takes.
const AT_BIRTH: [&str; 3] = ["id", "iCalUID", "birthdayProperties"];
/// Members that only an imported event takes besides.
const IMPORTED: [&str; 3] = ["organizer", "recurringEventId", "originalStartTime"];

/// The members of a request body that this call may set.
#[derive(Debug)]
pub(crate) struct Draft {
    members: Map<String, Value>,
    /// Members that the query puts in reach of the body.
    opened: Vec<&'static str>,
    /// Whether the guest list names only some of the guests, whose answers change.
    answers_only: bool,
}

impl Draft {
    /// Reads the body of a write; attachments and conferences count only where the query says so.
    pub(crate) fn read(body: &[u8], call: &Call, new: New) -> Result<Self, GoogleError> {
        let parsed =
            serde_json::from_slice(body).map_err(|_| GoogleError::bad("parseError", "Parse Error"))?;
        let Value::Object(mut members) = parsed else {
            return Err(GoogleError::bad("parseError", "Parse Error"));
        };
        let attachments = call.query.flag("supportsAttachments")?.unwrap_or(false);
        let version = call.query.text("conferenceDataVersion").unwrap_or("0");
        if !matches!(version, "0" | "1") {
            return Err(GoogleError::parameter(
                "conferenceDataVersion",
                "Values must be within the range: [0, 1]",
            ));
        }
        let answers_only = members.remove("attendeesOmitted") == Some(Value::Bool(true)) && new == New::No;
        let mut opened = Vec::new();
        opened.extend(attachments.then_some("attachments"));
        opened.extend((version == "1").then_some("conferenceData"));
        members.retain(|name, _| match name.as_str() {
            "attachments" | "conferenceData" => opened.contains(&name.as_str()),
            // Sent to say nothing new; a change is refused later.
            "eventType" => true,
            name if AT_BIRTH.contains(&name) => new != New::No,
            name if IMPORTED.contains(&name) => new == New::Imported,
            name => WRITABLE.contains(&name),
        });
        Ok(Self {
            members,
            opened,
            answers_only,
        })
    }

    /// An event from nothing but this.
    pub(crate) fn create(self) -> Result<EventResource, GoogleError> {
        typed(Value::Object(self.members))
    }

    /// The event after a PATCH: objects merge, arrays are replaced, null deletes (RFC 7396).
    pub(crate) fn patch(mut self, old: &EventResource) -> Result<EventResource, GoogleError> {
        let mut value = plain(old)?;
        self.complete_attendees(&value);
        merge(&mut value, Value::Object(self.members));
        typed(value)
    }

    /// The event after a PUT: whatever a caller may set and did not is gone.
    pub(crate) fn replace(mut self, old: &EventResource) -> Result<EventResource, GoogleError> {
        let mut value = plain(old)?;
        self.complete_attendees(&value);
        if let Value::Object(members) = &mut value {
            // A status that is not sent is the default, so that an update revives a deleted event.
            members.retain(|name, _| {
                let name = name.as_str();
                name == "sequence" || !(WRITABLE.contains(&name) || self.opened.contains(&name))
            });
            members.extend(self.members);
        }
        typed(value)
    }
}

impl Draft {
    /// With `attendeesOmitted` the guests that are not named stay as they are (discovery document,
    /// `Event.attendeesOmitted`).
    fn complete_attendees(&mut self, old: &Value) {
        let Some(Value::Array(named)) = self.members.get_mut("attendees").filter(|_| self.answers_only)
        else {
            return;
        };
        let of = |email: &Value, list: &[Value]| list.iter().find(|one| one["email"] == *email).cloned();
        let all = old["attendees"].as_array().cloned().unwrap_or_default();
        *named = all
            .into_iter()
            .map(|one| of(&one["email"], named).unwrap_or(one))
            .collect();
    }
}

/// Whether a body makes a new event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum New {
    Yes,
    No,
    /// One that was made elsewhere.
    Imported,
}

fn plain(event: &EventResource) -> Result<Value, GoogleError> {
    serde_json::to_value(event).map_err(|_| GoogleError::internal())
}

fn typed(value: Value) -> Result<EventResource, GoogleError> {
    let value = without_nulls(value);
    serde_json::from_value(value)
        .map_err(|error| GoogleError::bad("invalid", &format!("Invalid value: {error}")))
}

fn merge(into: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *into = patch;
        return;
    };
    if !into.is_object() {
        *into = Value::Object(Map::new());
    }
    let Value::Object(members) = into else {
        return;
    };
    for (name, value) in patch {
        if value.is_null() {
            members.remove(&name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), value);
        }
    }
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        scalar => scalar,
    }
}
