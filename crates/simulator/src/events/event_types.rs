//! What events other than ordinary ones must be like (Google Calendar API guides "Manage focus time, out of office,
//! and working location events" and "Manage birthday events").

use serde_json::{Value, json};

use super::{
    EventResource, EventType,
    resource::{Transparency, Visibility},
};
use crate::{directory::Calendar, google::GoogleError};

/// Checks a new event.
pub(crate) fn settle_new(event: &mut EventResource, calendar: &Calendar) -> Result<(), GoogleError> {
    if event.event_type == Some(EventType::FromGmail) {
        return Err(restriction("Events of type fromGmail cannot be created."));
    }
    settle(event, calendar)
}

/// Checks a changed event; what sort it is never changes.
pub(crate) fn settle_change(
    old: &EventResource,
    new: &mut EventResource,
    calendar: &Calendar,
) -> Result<(), GoogleError> {
    if old.event_type.unwrap_or_default() != new.event_type.unwrap_or_default() {
        return Err(restriction("Event type cannot be changed."));
    }
    settle(new, calendar)
}

fn settle(event: &mut EventResource, calendar: &Calendar) -> Result<(), GoogleError> {
    let event_type = event.event_type.unwrap_or_default();
    check_properties(event, event_type)?;
    match event_type {
        EventType::Default | EventType::FromGmail => return Ok(()),
        EventType::FocusTime => settle_away(event, "malformedFocusTimeEvent", "focus time")?,
        EventType::OutOfOffice => settle_away(event, "malformedOutOfOfficeEvent", "out of office")?,
        EventType::WorkingLocation => settle_location(event)?,
        EventType::Birthday => settle_birthday(event)?,
    }
    if calendar.is_primary() {
        Ok(())
    } else {
        Err(restriction(
            "The event type is only supported on primary calendars.",
        ))
    }
}

/// Each sort of event has its own member for what only it has.
fn check_properties(event: &EventResource, event_type: EventType) -> Result<(), GoogleError> {
    let members = [
        (
            &event.focus_time_properties,
            EventType::FocusTime,
            "focusTimeProperties",
        ),
        (
            &event.out_of_office_properties,
            EventType::OutOfOffice,
            "outOfOfficeProperties",
        ),
        (
            &event.working_location_properties,
            EventType::WorkingLocation,
            "workingLocationProperties",
        ),
        (
            &event.birthday_properties,
            EventType::Birthday,
            "birthdayProperties",
        ),
    ];
    for (member, belongs_to, name) in members {
        if member.is_some() && belongs_to != event_type {
            let message = format!("The {name} cannot be set on an event of this type.");
            return Err(GoogleError::bad("invalid", &message));
        }
    }
    Ok(())
}

/// Focus time and out of office: opaque hours without guests.
fn settle_away(event: &mut EventResource, reason: &str, name: &str) -> Result<(), GoogleError> {
    let malformed = |what: &str| Err(GoogleError::bad(reason, &format!("A {name} event {what}.")));
    if event.transparency == Some(Transparency::Transparent) {
        return malformed("must be opaque");
    }
    if event.start.as_ref().is_some_and(|start| start.date.is_some()) {
        return malformed("cannot be an all-day event");
    }
    if event
        .attendees
        .as_ref()
        .is_some_and(|attendees| !attendees.is_empty())
    {
        return malformed("cannot have attendees");
    }
    let focus = event.event_type == Some(EventType::FocusTime);
    let properties = if focus {
        &mut event.focus_time_properties
    } else {
        &mut event.out_of_office_properties
    };
    match properties {
        Some(properties) => {
            one_of(
                properties,
                "autoDeclineMode",
                &[
                    "declineNone",
                    "declineAllConflictingInvitations",
                    "declineOnlyNewConflictingInvitations",
                ],
            )?;
            if focus {
                one_of(properties, "chatStatus", &["available", "doNotDisturb"])?;
            }
            Ok(())
        }
        None if focus => malformed("must have focusTimeProperties"),
        None => Ok(()),
    }
}

/// A working location: public, transparent, one day or some hours of it.
fn settle_location(event: &EventResource) -> Result<(), GoogleError> {
    let malformed = |what: &str| {
        Err(GoogleError::bad(
            "malformedWorkingLocationEvent",
            &format!("A working location event {what}."),
        ))
    };
    let Some(properties) = &event.working_location_properties else {
        return malformed("must have workingLocationProperties");
    };
    if !["homeOffice", "officeLocation", "customLocation"]
        .iter()
        .any(|kind| properties["type"] == *kind)
    {
        return malformed("must have a type");
    }
    if event.transparency != Some(Transparency::Transparent) {
        return malformed("must be transparent");
    }
    if event.visibility != Some(Visibility::Public) {
        return malformed("must be public");
    }
    if event
        .attendees
        .as_ref()
        .is_some_and(|attendees| !attendees.is_empty())
    {
        return malformed("cannot have attendees");
    }
    if days(event).is_some_and(|days| days != 1) {
        return malformed("cannot span several days");
    }
    Ok(())
}

/// A birthday: a private, transparent day of every year.
fn settle_birthday(event: &mut EventResource) -> Result<(), GoogleError> {
    let malformed = |what: &str| {
        Err(GoogleError::bad(
            "malformedBirthdayEvent",
            &format!("A birthday event {what}."),
        ))
    };
    let properties = event
        .birthday_properties
        .get_or_insert_with(|| json!({"type": "birthday"}));
    if properties["type"].is_null() {
        properties["type"] = "birthday".into();
    }
    if properties["type"] != "birthday" {
        return malformed("can only be created with the type birthday");
    }
    if event.transparency != Some(Transparency::Transparent) || event.visibility != Some(Visibility::Private)
    {
        return malformed("must be transparent and private");
    }
    if days(event) != Some(1) {
        return malformed("must be an all-day event of one day");
    }
    let yearly = |line: &String| line.starts_with("RRULE:FREQ=YEARLY");
    let yearly = event
        .recurrence
        .as_ref()
        .is_some_and(|lines| lines.len() == 1 && lines.iter().all(yearly));
    if !yearly && event.recurring_event_id.is_none() {
        return malformed("must recur every year");
    }
    Ok(())
}

/// How many days an all-day event takes; `None` for one with hours.
fn days(event: &EventResource) -> Option<i32> {
    let day = |time: &Option<crate::google::EventDateTime>| {
        let date: jiff::civil::Date = time.as_ref()?.date.as_ref()?.parse().ok()?;
        Some(date)
    };
    let (start, end) = (day(&event.start)?, day(&event.end)?);
    start.until(end).ok().map(|span| span.get_days())
}

fn one_of(properties: &Value, name: &str, words: &[&str]) -> Result<(), GoogleError> {
    let value = &properties[name];
    if value.is_null() || words.iter().any(|word| value == word) {
        Ok(())
    } else {
        Err(GoogleError::bad("invalid", &format!("Invalid value for: {name}")))
    }
}

fn restriction(message: &str) -> GoogleError {
    GoogleError::bad("eventTypeRestriction", message)
}
