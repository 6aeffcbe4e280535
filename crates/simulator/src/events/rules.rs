//! What makes an event acceptable, and the form that it then has.

use jiff::{Timestamp, civil};
use kalends_core::time::Zone;

use super::{
    EventResource, attachments, attendees,
    resource::{ExtendedProperties, Reminder, Transparency, Visibility},
    series,
};
use crate::google::{EventDateTime, GoogleError};

/// Checks what a caller wrote and brings it into the form that is served; `zone` is the calendar's.
pub(crate) fn settle(event: &mut EventResource, calendar_id: &str, zone: &Zone) -> Result<(), GoogleError> {
    check_series_zone(event)?;
    settle_times(event, zone)?;
    settle_recurrence(event, zone)?;
    attendees::settle(event, calendar_id)?;
    if let Some(properties) = event.extended_properties.take() {
        event.extended_properties = settle_properties(properties)?;
    }
    for text in [
        &mut event.summary,
        &mut event.description,
        &mut event.location,
        &mut event.color_id,
    ] {
        *text = text.take().filter(|text| !text.is_empty());
    }
    attachments::settle(event)?;
    check_color(event)?;
    check_reminders(event)?;
    if let Some(source) = &event.source
        && !(source.url.starts_with("http://") || source.url.starts_with("https://"))
    {
        return Err(GoogleError::bad("invalid", "Invalid source URL."));
    }
    event.transparency = event.transparency.filter(|one| *one != Transparency::Opaque);
    event.visibility = event.visibility.filter(|one| *one != Visibility::Default);
    event.end_time_unspecified = event.end_time_unspecified.filter(|one| *one);
    event.anyone_can_add_self = event.anyone_can_add_self.filter(|one| *one);
    event.guests_can_modify = event.guests_can_modify.filter(|one| *one);
    event.guests_can_invite_others = event.guests_can_invite_others.filter(|one| !one);
    event.guests_can_see_other_guests = event.guests_can_see_other_guests.filter(|one| !one);
    event.reminders.get_or_insert_default();
    Ok(())
}

/// Grows with time and place; a caller may set it, but not lower it.
pub(crate) fn next_sequence(old: &EventResource, new: &EventResource) -> Result<i32, GoogleError> {
    let before = old.sequence.unwrap_or(0);
    let sent = new.sequence.unwrap_or(before);
    if sent < before {
        return Err(low_sequence());
    }
    let place = |event: &EventResource| {
        (
            event.start.clone(),
            event.end.clone(),
            event.recurrence.clone(),
            event.location.clone(),
            event.status,
        )
    };
    Ok(if sent == before && place(old) != place(new) {
        before + 1
    } else {
        sent
    })
}

/// A sequence number below the one that is stored.
pub(crate) fn low_sequence() -> GoogleError {
    GoogleError::bad(
        "invalid",
        "Invalid sequence value. The specified sequence number is below the current sequence number of the resource. Re-fetch the resource and use its sequence number on the following request.",
    )
}

fn settle_times(event: &mut EventResource, zone: &Zone) -> Result<(), GoogleError> {
    let end = event.end.take().unwrap_or_default();
    let start = event.start.take().unwrap_or_default();
    // Google looks at the end first.
    let end = settle_time(&end, zone, "end")?;
    let start = settle_time(&start, zone, "start")?;
    if start.date.is_some() != end.date.is_some() {
        return Err(GoogleError::bad(
            "invalid",
            "The start and end times must either both be date or both be dateTime.",
        ));
    }
    let empty = if start.date.is_some() {
        end.instant(zone) <= start.instant(zone)
    } else {
        end.instant(zone) < start.instant(zone)
    };
    if empty {
        return Err(GoogleError::empty_range("end"));
    }
    event.start = Some(start);
    event.end = Some(end);
    Ok(())
}

/// Reads a time in any form that callers may write and gives it the form that is served; `which` names it in messages.
pub(crate) fn settle_time(
    time: &EventDateTime,
    calendar: &Zone,
    which: &str,
) -> Result<EventDateTime, GoogleError> {
    let invalid = || GoogleError::bad("invalid", &format!("Invalid {which} time."));
    let text = match (&time.date, &time.date_time) {
        (None, None) => return Err(GoogleError::bad("required", &format!("Missing {which} time."))),
        (Some(_), Some(_)) => return Err(invalid()),
        (Some(date), None) => {
            let date: civil::Date = date.parse().map_err(|_| invalid())?;
            return Ok(EventDateTime::day(date));
        }
        (None, Some(text)) => text,
    };
    let stated = match &time.time_zone {
        Some(name) => {
            let message = format!("Invalid time zone definition for {which} time.");
            Some(Zone::iana(name).map_err(|_| GoogleError::bad("invalid", &message))?)
        }
        None => None,
    };
    let instant = if let Ok(instant) = text.parse::<Timestamp>() {
        instant
    } else {
        let civil: civil::DateTime = text.parse().map_err(|_| invalid())?;
        let message = format!("Missing time zone definition for {which} time.");
        stated
            .as_ref()
            .ok_or_else(|| GoogleError::bad("required", &message))?
            .instant(civil)
    };
    let whole = Timestamp::from_second(instant.as_second()).map_err(|_| invalid())?;
    let name = time.time_zone.as_deref().unwrap_or(calendar.name());
    Ok(EventDateTime::at(whole, calendar, name))
}

/// The zone of a series decides where its instances fall, so it must be said.
fn check_series_zone(event: &EventResource) -> Result<(), GoogleError> {
    let timed = event
        .start
        .as_ref()
        .is_some_and(|start| start.date_time.is_some() && start.time_zone.is_none());
    let recurring = event.recurrence.as_ref().is_some_and(|lines| !lines.is_empty());
    if recurring && timed {
        return Err(GoogleError::bad(
            "required",
            "Missing time zone definition for start time.",
        ));
    }
    Ok(())
}

fn settle_recurrence(event: &mut EventResource, zone: &Zone) -> Result<(), GoogleError> {
    event.recurrence = event.recurrence.take().filter(|lines| !lines.is_empty());
    if event.recurrence.is_none() {
        return Ok(());
    }
    if event.recurring_event_id.is_some() {
        return Err(GoogleError::bad(
            "invalid",
            "Recurrence is not allowed on an instance of a recurring event.",
        ));
    }
    series::check_recurrence(event, zone)
}

/// Google Calendar API guide "Extended properties": long keys are dropped, long values cut, the total is limited.
fn settle_properties(mut properties: ExtendedProperties) -> Result<Option<ExtendedProperties>, GoogleError> {
    let mut bytes = 0;
    let mut count = 0;
    for map in [&mut properties.private, &mut properties.shared] {
        map.retain(|key, _| key.chars().count() <= 44);
        for (key, value) in map {
            if let Some((cut, _)) = value.char_indices().nth(1024) {
                value.truncate(cut);
            }
            bytes += key.len() + value.len();
            count += 1;
        }
    }
    if count > 300 || bytes > 32 * 1024 {
        return Err(GoogleError::bad(
            "invalid",
            "Extended properties are limited to 300 properties and 32kB.",
        ));
    }
    Ok((count > 0).then_some(properties))
}

fn check_color(event: &EventResource) -> Result<(), GoogleError> {
    let fits = event
        .color_id
        .as_ref()
        .is_none_or(|color| color.parse().is_ok_and(|id: u8| (1..=11).contains(&id)));
    if fits {
        Ok(())
    } else {
        Err(GoogleError::bad("invalid", "Invalid color id."))
    }
}

fn check_reminders(event: &EventResource) -> Result<(), GoogleError> {
    let Some(reminders) = &event.reminders else {
        return Ok(());
    };
    if reminders.use_default && !reminders.overrides.is_empty() {
        let message = "Cannot specify both default reminders and overrides at the same time.";
        return Err(GoogleError::bad(
            "cannotUseDefaultRemindersAndSpecifyOverride",
            message,
        ));
    }
    let in_range = |reminder: &Reminder| (0..=40_320).contains(&reminder.minutes);
    if reminders.overrides.len() > 5 || !reminders.overrides.iter().all(in_range) {
        let message = "At most 5 reminders of 0 to 40320 minutes are allowed.";
        return Err(GoogleError::bad("invalid", message));
    }
    Ok(())
}
