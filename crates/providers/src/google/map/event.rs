//! An item of `events.list` (Google Calendar API v3 reference, `Event`; guide "Recurring events").
//!
//! Google promises little of what is cancelled: an id for an event, and for an exception of a series also the series
//! and the original start. A cancelled exception removes an occurrence, so it is kept; a cancelled event is gone.

use jiff::civil::Date;
use kalends_core::{
    external_event::{
        EventEnd, EventKind, EventSpan, EventStatus, ExternalEvent, OverrideRange, Response, SeriesRole,
        Transparency, Visibility,
    },
    sync::push::LinkKey,
    time::{EventTime, Zone},
};

use super::time::{event_time, from_instance_id, is_zone_unknown, series_time};
use crate::{
    google::wire::{Event, EventType, Moment, Person, ResponseStatus, Stated, Status},
    provider::RemoteItem,
};

/// The private property that says whose event it is: [`LinkKey::uid`].
pub(in crate::google) const MARKER: &str = "kalends";

/// What an item lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::google) enum Missing {
    #[error("the item has no id")]
    Id,
    #[error("the event has no start")]
    Start,
    #[error("the exception does not say which occurrence it stands in for")]
    OriginalStart,
}

/// The item in Kalends' words; times and dates without a zone are the calendar's.
pub(in crate::google) fn item(mut event: Event, calendar: &Zone) -> Result<RemoteItem, Missing> {
    let provider_id = event.id.take().ok_or(Missing::Id)?;
    let ours = ours(&provider_id, marker(&event));
    let cancelled = event.status == Some(Status::Cancelled);
    if cancelled && event.recurring_event_id.is_none() {
        return Ok(RemoteItem::Gone { provider_id, ours });
    }
    let role = role(&mut event, &provider_id, calendar)?;
    let span = span(&event, &role, calendar);
    if span.is_none() && !cancelled {
        return Err(Missing::Start);
    }
    let event = ExternalEvent {
        provider_id,
        role,
        span,
        status: status(event.status),
        kind: kind(event.event_type),
        transparency: transparency(event.transparency),
        visibility: visibility(event.visibility),
        self_response: self_response(event.attendees.as_deref().unwrap_or_default()),
        ical_uid: event.ical_uid,
        etag: event.etag,
        title: event.summary,
        location: event.location,
        organizer: event.organizer.and_then(|organizer| organizer.email),
        html_link: event.html_link,
        updated: event.updated,
    };
    Ok(RemoteItem::Upsert { event, ours })
}

/// What our marker says.
fn marker(event: &Event) -> Option<&str> {
    let private = &event.extended_properties.as_ref()?.private;
    private.get(MARKER).map(String::as_str)
}

/// The key of an item that carries our name. A person's copy of our event carries our marker under an id that Google
/// gave it; an instance of our series that nobody has written to carries that of its series. Where there is no marker,
/// as on tombstones, the id says it alone.
pub(in crate::google) fn ours(id: &str, marker: Option<&str>) -> Option<LinkKey> {
    let key = LinkKey::from_google_id(id)?;
    let marked = marker.and_then(|marker| marker.parse::<LinkKey>().ok());
    marked
        .is_none_or(|marked| marked == key || marked == key.series())
        .then_some(key)
}

/// Whether a zone that nobody knows leaves it open when the event takes place: a series runs in its zone, and a time
/// without an offset is read in it. Of everything else the instant says all.
pub(in crate::google) fn guesses_zone(event: &Event) -> bool {
    let series = event.recurrence.as_ref().is_some_and(|rules| !rules.is_empty());
    let guessed = |stated: &Stated| match stated.date_time {
        Some(Moment::Instant(_)) => series && is_zone_unknown(stated),
        Some(Moment::Civil(_)) => is_zone_unknown(stated),
        None => false,
    };
    let stated = [&event.start, &event.end, &event.original_start_time];
    stated.into_iter().flatten().any(guessed)
}

fn role(event: &mut Event, id: &str, calendar: &Zone) -> Result<SeriesRole, Missing> {
    if let Some(master) = event.recurring_event_id.take() {
        let stated = event
            .original_start_time
            .as_ref()
            .and_then(|stated| event_time(stated, calendar));
        let original_start = stated
            .or_else(|| from_instance_id(id))
            .ok_or(Missing::OriginalStart)?;
        return Ok(SeriesRole::Override {
            master,
            original_start,
            range: OverrideRange::ThisOnly,
        });
    }
    Ok(match event.recurrence.take() {
        Some(recurrence) if !recurrence.is_empty() => SeriesRole::Master { recurrence },
        _ => SeriesRole::Single,
    })
}

/// A missing end is read as RFC 5545 section 3.6.1 has it: a date lasts its day, a time has no length.
fn span(event: &Event, role: &SeriesRole, calendar: &Zone) -> Option<EventSpan> {
    let read = |stated: &Stated| match role {
        SeriesRole::Master { .. } => series_time(stated, calendar),
        SeriesRole::Single | SeriesRole::Override { .. } => event_time(stated, calendar),
    };
    let start = event.start.as_ref().and_then(read)?;
    let end = event.end.as_ref().and_then(read).unwrap_or_else(|| match &start {
        EventTime::Date(date) => EventTime::Date(date.tomorrow().unwrap_or(Date::MAX)),
        moment => moment.clone(),
    });
    Some(EventSpan {
        start,
        end: EventEnd::At(end),
    })
}

fn status(word: Option<Status>) -> EventStatus {
    match word {
        Some(Status::Cancelled) => EventStatus::Cancelled,
        Some(Status::Tentative) => EventStatus::Tentative,
        Some(Status::Confirmed | Status::Unknown) | None => EventStatus::Confirmed,
    }
}

fn kind(word: Option<EventType>) -> EventKind {
    match word {
        Some(EventType::OutOfOffice) => EventKind::OutOfOffice,
        Some(EventType::FocusTime) => EventKind::FocusTime,
        Some(EventType::WorkingLocation) => EventKind::WorkingLocation,
        Some(EventType::Birthday) => EventKind::Birthday,
        Some(EventType::FromGmail) => EventKind::FromMail,
        Some(EventType::Default | EventType::Unknown) | None => EventKind::Default,
    }
}

fn transparency(word: Option<crate::google::wire::Transparency>) -> Transparency {
    use crate::google::wire::Transparency as Word;
    match word {
        Some(Word::Transparent) => Transparency::Transparent,
        Some(Word::Opaque | Word::Unknown) | None => Transparency::Opaque,
    }
}

fn visibility(word: Option<crate::google::wire::Visibility>) -> Visibility {
    use crate::google::wire::Visibility as Word;
    match word {
        Some(Word::Public) => Visibility::Public,
        Some(Word::Private | Word::Confidential) => Visibility::Private,
        Some(Word::Default | Word::Unknown) | None => Visibility::Default,
    }
}

/// The answer of whoever owns this copy of the event.
fn self_response(attendees: &[Person]) -> Option<Response> {
    let own = attendees.iter().find(|attendee| attendee.is_self == Some(true))?;
    Some(match own.response_status {
        Some(ResponseStatus::Accepted) => Response::Accepted,
        Some(ResponseStatus::Tentative) => Response::Tentative,
        Some(ResponseStatus::Declined) => Response::Declined,
        Some(ResponseStatus::NeedsAction | ResponseStatus::Unknown) | None => Response::NeedsAction,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<RemoteItem, Missing> {
        item(serde_json::from_str(json).unwrap(), &zurich())
    }

    #[track_caller]
    fn event(json: &str) -> ExternalEvent {
        match read(json) {
            Ok(RemoteItem::Upsert { event, .. }) => event,
            other => panic!("no event: {other:?}"),
        }
    }

    fn zurich() -> Zone {
        Zone::iana("Europe/Zurich").unwrap()
    }

    fn civil(at: &str) -> EventTime {
        EventTime::Zoned {
            civil: at.parse().unwrap(),
            zone: zurich(),
        }
    }

    fn date(day: &str) -> EventTime {
        EventTime::Date(day.parse().unwrap())
    }

    #[test]
    fn a_whole_event() {
        let found = event(
            r#"{"kind":"calendar#event","etag":"\"35\"","id":"e1","status":"confirmed","htmlLink":"https://x.example/e1",
            "created":"2026-11-20T07:40:06.000Z","updated":"2026-11-20T07:40:06.167Z","summary":"Piano","location":"Online",
            "creator":{"email":"t@example.com","self":true},"organizer":{"email":"t@example.com","self":true},
            "start":{"dateTime":"2026-12-01T16:00:00+01:00","timeZone":"Europe/Zurich"},
            "end":{"dateTime":"2026-12-01T16:45:00+01:00","timeZone":"Europe/Zurich"},
            "iCalUID":"e1@google.com","sequence":0,"reminders":{"useDefault":true},"eventType":"default",
            "attendees":[{"email":"ana@example.net","responseStatus":"accepted"},
                {"email":"t@example.com","self":true,"responseStatus":"tentative"}]}"#,
        );
        let expect = ExternalEvent {
            provider_id: "e1".to_owned(),
            ical_uid: Some("e1@google.com".to_owned()),
            etag: Some("\"35\"".to_owned()),
            role: SeriesRole::Single,
            span: Some(EventSpan {
                start: civil("2026-12-01T16:00"),
                end: EventEnd::At(civil("2026-12-01T16:45")),
            }),
            status: EventStatus::Confirmed,
            kind: EventKind::Default,
            transparency: Transparency::Opaque,
            visibility: Visibility::Default,
            self_response: Some(Response::Tentative),
            title: Some("Piano".to_owned()),
            location: Some("Online".to_owned()),
            organizer: Some("t@example.com".to_owned()),
            html_link: Some("https://x.example/e1".to_owned()),
            updated: Some("2026-11-20T07:40:06.167Z".parse().unwrap()),
        };
        assert_eq!(found, expect);
    }

    #[test]
    fn a_master_keeps_its_lines_and_its_own_zone() {
        let found = event(
            r#"{"id":"m","recurrence":["RRULE:FREQ=WEEKLY","EXDATE;TZID=America/New_York:20261208T100000"],
            "start":{"dateTime":"2026-12-01T16:00:00+01:00","timeZone":"America/New_York"},
            "end":{"dateTime":"2026-12-01T17:00:00+01:00","timeZone":"America/New_York"}}"#,
        );
        let lines = [
            "RRULE:FREQ=WEEKLY",
            "EXDATE;TZID=America/New_York:20261208T100000",
        ];
        assert_eq!(
            found.role,
            SeriesRole::Master {
                recurrence: lines.map(str::to_owned).to_vec()
            }
        );
        let start = found.span.unwrap().start;
        assert_eq!(start.civil(), "2026-12-01T10:00".parse().unwrap());
    }

    #[test]
    fn an_all_day_event_stays_a_date() {
        let found = event(r#"{"id":"d","start":{"date":"2026-12-24"},"end":{"date":"2026-12-25"}}"#);
        let expect = EventSpan {
            start: date("2026-12-24"),
            end: EventEnd::At(date("2026-12-25")),
        };
        assert_eq!(found.span, Some(expect));
    }

    #[test]
    fn an_exception_stands_in_for_its_occurrence() {
        let found = event(
            r#"{"id":"m_20261208T150000Z","recurringEventId":"m",
            "originalStartTime":{"dateTime":"2026-12-08T16:00:00+01:00","timeZone":"Europe/Zurich"},
            "start":{"dateTime":"2026-12-09T09:00:00+01:00"},"end":{"dateTime":"2026-12-09T10:00:00+01:00"}}"#,
        );
        let original_start = civil("2026-12-08T16:00");
        let range = OverrideRange::ThisOnly;
        assert_eq!(
            found.role,
            SeriesRole::Override {
                master: "m".to_owned(),
                original_start,
                range
            }
        );
        assert_eq!(found.span.unwrap().start, civil("2026-12-09T09:00"));
    }

    #[test]
    fn a_cancelled_exception_has_no_more_than_its_original_start() {
        let found = event(
            r#"{"kind":"calendar#event","etag":"\"35\"","id":"m_20261208T150000Z","status":"cancelled",
            "recurringEventId":"m","originalStartTime":{"dateTime":"2026-12-08T16:00:00+01:00"}}"#,
        );
        assert_eq!((found.status, found.span), (EventStatus::Cancelled, None));
        let bare = event(r#"{"id":"m_20261208","status":"cancelled","recurringEventId":"m"}"#);
        let original_start = date("2026-12-08");
        let range = OverrideRange::ThisOnly;
        assert_eq!(
            bare.role,
            SeriesRole::Override {
                master: "m".to_owned(),
                original_start,
                range
            }
        );
    }

    #[test]
    fn a_cancelled_event_is_gone_whatever_else_it_carries() {
        let gone = Ok(RemoteItem::Gone {
            provider_id: "e".to_owned(),
            ours: None,
        });
        assert_eq!(read(r#"{"id":"e","status":"cancelled"}"#), gone);
        let whole = r#"{"id":"e","status":"cancelled","recurrence":["RRULE:FREQ=DAILY"],"start":{"date":"2026-12-24"}}"#;
        assert_eq!(read(whole), gone);
    }

    #[test]
    fn ours_is_what_carries_our_name() {
        const ID: &str = "0190f1c200007abc8def0123456789abg3";
        const UID: &str = "0190f1c2-0000-7abc-8def-0123456789ab-3";
        #[track_caller]
        fn check(id: &str, marker: Option<&str>, expect: Option<&str>) {
            let marker = marker.map_or(String::new(), |marker| {
                format!(r#","extendedProperties":{{"private":{{"kalends":"{marker}","other":"x"}}}}"#)
            });
            let live = format!(r#"{{"id":"{id}","start":{{"date":"2026-12-24"}}{marker}}}"#);
            let ours = read(&live).unwrap().ours();
            assert_eq!(ours.map(LinkKey::google_id).as_deref(), expect, "{live}");
        }
        check(ID, Some(UID), Some(ID));
        check(ID, None, Some(ID));
        check(ID, Some("another program's"), Some(ID));
        // A copy has an id of its own, or is one of another link.
        check("q8f0c3l2v7", Some(UID), None);
        check(ID, Some("0190f1c2-0000-7abc-8def-0123456789ab-4"), None);
        // One time of our series, as a person or as we changed it.
        let time = format!("{ID}_20261208T150000Z");
        check(&time, Some(UID), Some(&time));
        check(&time, Some(&format!("{UID}_20261208T150000Z")), Some(&time));
        check(&time, Some(&format!("{UID}_20261215T150000Z")), None);
        let gone = read(&format!(r#"{{"id":"{ID}","status":"cancelled"}}"#)).unwrap();
        assert_eq!(gone.ours().map(LinkKey::google_id).as_deref(), Some(ID));
    }

    #[test]
    fn words() {
        let with = |member: &str| {
            event(&format!(
                r#"{{"id":"e","start":{{"date":"2026-12-24"}},{member}}}"#
            ))
        };
        for (word, expect) in [
            ("outOfOffice", EventKind::OutOfOffice),
            ("focusTime", EventKind::FocusTime),
            ("workingLocation", EventKind::WorkingLocation),
            ("birthday", EventKind::Birthday),
            ("fromGmail", EventKind::FromMail),
            ("default", EventKind::Default),
            ("somethingNew", EventKind::Default),
        ] {
            assert_eq!(with(&format!(r#""eventType":"{word}""#)).kind, expect, "{word}");
        }
        for (word, expect) in [
            ("confidential", Visibility::Private),
            ("private", Visibility::Private),
            ("public", Visibility::Public),
        ] {
            assert_eq!(
                with(&format!(r#""visibility":"{word}""#)).visibility,
                expect,
                "{word}"
            );
        }
        assert_eq!(
            with(r#""transparency":"transparent""#).transparency,
            Transparency::Transparent
        );
        assert_eq!(with(r#""status":"tentative""#).status, EventStatus::Tentative);
        for (word, expect) in [
            ("accepted", Response::Accepted),
            ("declined", Response::Declined),
            ("needsAction", Response::NeedsAction),
            ("somethingNew", Response::NeedsAction),
        ] {
            let attendees = format!(r#""attendees":[{{"self":true,"responseStatus":"{word}"}}]"#);
            assert_eq!(with(&attendees).self_response, Some(expect), "{word}");
        }
        assert_eq!(
            with(r#""attendees":[{"responseStatus":"declined"}]"#).self_response,
            None
        );
    }

    #[test]
    fn a_missing_end_is_a_day_or_no_time() {
        let found = event(r#"{"id":"e","start":{"date":"2026-12-24"}}"#);
        assert_eq!(found.span.unwrap().end, EventEnd::At(date("2026-12-25")));
        let found = event(r#"{"id":"e","start":{"dateTime":"2026-12-24T10:00:00Z"}}"#);
        assert_eq!(found.span.unwrap().end, EventEnd::At(civil("2026-12-24T11:00")));
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        assert_eq!(read("{}"), Err(Missing::Id));
        assert_eq!(read(r#"{"id":"e","status":"confirmed"}"#), Err(Missing::Start));
        assert_eq!(
            read(r#"{"id":"e","start":{"timeZone":"Europe/Zurich"}}"#),
            Err(Missing::Start)
        );
        let original = r#"{"id":"e","recurringEventId":"m","start":{"date":"2026-12-24"}}"#;
        assert_eq!(read(original), Err(Missing::OriginalStart));
    }
}
