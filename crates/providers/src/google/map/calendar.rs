//! A calendar list entry (Google Calendar API v3 reference, `CalendarListEntry`).

use kalends_core::time::Zone;

use crate::{
    google::wire::CalendarEntry,
    provider::{AccessRole, ProviderError, RemoteCalendar},
};

/// The calendar; `None` for one that was removed or that grants nothing.
///
/// An entry without an id is an error of the whole list: leaving it out would say that the calendar is gone.
pub(in crate::google) fn calendar(entry: CalendarEntry) -> Result<Option<RemoteCalendar>, ProviderError> {
    let provider_id = entry.id.ok_or_else(|| ProviderError::Unreadable {
        what: "a calendar without id".to_owned(),
    })?;
    let Some(role) = role(entry.access_role.as_deref()) else {
        return Ok(None);
    };
    if entry.deleted == Some(true) {
        return Ok(None);
    }
    let solutions = entry
        .conference_properties
        .unwrap_or_default()
        .allowed_conference_solution_types;
    Ok(Some(RemoteCalendar {
        name: entry
            .summary_override
            .or(entry.summary)
            .unwrap_or_else(|| provider_id.clone()),
        provider_id,
        zone: entry.time_zone.and_then(|name| Zone::named(&name).ok()),
        role,
        primary: entry.primary == Some(true),
        color: entry.background_color.filter(|color| is_color(color)),
        can_create_meet: role.can_write() && solutions.iter().any(|solution| solution == "hangoutsMeet"),
    }))
}

/// A role that is not known yet counts as the least.
fn role(word: Option<&str>) -> Option<AccessRole> {
    match word {
        Some("owner") => Some(AccessRole::Own),
        Some("writer" | "writerWithoutPrivateAccess") => Some(AccessRole::Write),
        Some("reader") => Some(AccessRole::Read),
        Some("none") => None,
        _ => Some(AccessRole::FreeBusy),
    }
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Option<RemoteCalendar>, ProviderError> {
        calendar(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn an_owned_calendar() {
        let json = r##"{"id":"teacher@example.com","summary":"teacher@example.com","timeZone":"Europe/Zurich",
            "backgroundColor":"#9fe1e7","accessRole":"owner","primary":true,"newThing":[1],
            "conferenceProperties":{"allowedConferenceSolutionTypes":["eventHangout","hangoutsMeet"]}}"##;
        let expect = RemoteCalendar {
            provider_id: "teacher@example.com".to_owned(),
            name: "teacher@example.com".to_owned(),
            zone: Some(Zone::iana("Europe/Zurich").unwrap()),
            role: AccessRole::Own,
            primary: true,
            color: Some("#9fe1e7".to_owned()),
            can_create_meet: true,
        };
        assert_eq!(read(json).unwrap(), Some(expect));
    }

    #[test]
    fn the_name_given_by_the_person_comes_first_and_nonsense_is_left_out() {
        let json = r#"{"id":"c1","summary":"Lessons","summaryOverride":"My lessons","accessRole":"reader",
            "timeZone":"Mars/Olympus","backgroundColor":"red",
            "conferenceProperties":{"allowedConferenceSolutionTypes":["hangoutsMeet"]}}"#;
        let calendar = read(json).unwrap().unwrap();
        assert_eq!(calendar.name, "My lessons");
        assert_eq!(
            (calendar.zone, calendar.color, calendar.can_create_meet),
            (None, None, false)
        );
    }

    #[test]
    fn roles() {
        for (word, expect) in [
            ("owner", Some(AccessRole::Own)),
            ("writer", Some(AccessRole::Write)),
            ("writerWithoutPrivateAccess", Some(AccessRole::Write)),
            ("reader", Some(AccessRole::Read)),
            ("freeBusyReader", Some(AccessRole::FreeBusy)),
            ("somethingNew", Some(AccessRole::FreeBusy)),
            ("none", None),
        ] {
            let found = read(&format!(r#"{{"id":"c","accessRole":"{word}"}}"#)).unwrap();
            assert_eq!(found.map(|calendar| calendar.role), expect, "{word}");
        }
    }

    #[test]
    fn removed_is_left_out_and_nameless_is_an_error() {
        assert_eq!(
            read(r#"{"id":"c","accessRole":"owner","deleted":true}"#).unwrap(),
            None
        );
        assert!(matches!(
            read(r#"{"accessRole":"owner"}"#),
            Err(ProviderError::Unreadable { .. })
        ));
    }
}
