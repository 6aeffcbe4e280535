//! Request bodies: what of them is taken, and how they change what is there.

use serde_json::{Map, Value};

use super::EventResource;
use crate::google::{Call, GoogleError};

/// Members that a caller may set; all others in a body are ignored.
const WRITABLE: [&str; 22] = [
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
    "workingLocationProperties",
];
/// Members that only a new event takes.
const AT_BIRTH: [&str; 5] = [
    "id",
    "iCalUID",
    "eventType",
    "focusTimeProperties",
    "birthdayProperties",
];

/// The members of a request body that this call may set.
#[derive(Debug)]
pub(crate) struct Draft(Map<String, Value>);

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
        members.retain(|name, _| match name.as_str() {
            "attachments" => attachments,
            "conferenceData" => version == "1",
            name if AT_BIRTH.contains(&name) => new == New::Yes,
            name => WRITABLE.contains(&name),
        });
        Ok(Self(members))
    }

    /// An event from nothing but this.
    pub(crate) fn create(self) -> Result<EventResource, GoogleError> {
        typed(Value::Object(self.0))
    }

    /// The event after a PATCH: objects merge, arrays are replaced, null deletes (RFC 7396).
    pub(crate) fn patch(self, old: &EventResource) -> Result<EventResource, GoogleError> {
        let mut value = plain(old)?;
        merge(&mut value, Value::Object(self.0));
        typed(value)
    }

    /// The event after a PUT: whatever a caller may set and did not is gone.
    pub(crate) fn replace(self, old: &EventResource) -> Result<EventResource, GoogleError> {
        let mut value = plain(old)?;
        if let Value::Object(members) = &mut value {
            // The status and sequence of the stored event stay unless they are sent.
            let kept = ["status", "sequence"];
            members.retain(|name, _| !WRITABLE.contains(&name.as_str()) || kept.contains(&name.as_str()));
            members.extend(self.0);
        }
        typed(value)
    }
}

/// Whether a body makes a new event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum New {
    Yes,
    No,
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
