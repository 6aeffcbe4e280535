//! What is refused, by the name of its field.

use kalends_core::{
    event::{Event, Footer, PersonRole, Reminder, ReminderBy, Reminders, Source, When, limits},
    external_event::EventStatus,
};

use super::made::{attendee, lesson, person};

#[track_caller]
fn refused(change: impl FnOnce(&mut Event), expect: &str) {
    let mut event = lesson();
    change(&mut event);
    assert_eq!(event.check().unwrap_err().to_string(), expect);
}

#[track_caller]
fn taken(change: impl FnOnce(&mut Event)) {
    let mut event = lesson();
    change(&mut event);
    assert_eq!(event.check(), Ok(()));
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|&line| line.to_owned()).collect()
}

#[test]
fn texts_have_bounds_in_characters() {
    taken(|event| event.title = "é".repeat(limits::TITLE));
    refused(
        |event| event.title = "é".repeat(limits::TITLE + 1),
        "title must be at most 1024 characters",
    );
    refused(
        |event| event.title = " ".to_owned(),
        "title must be a text that is not empty",
    );
    refused(
        |event| event.description = "x".repeat(5_001),
        "description must be at most 5000 characters",
    );
    refused(
        |event| event.location = "x".repeat(1_025),
        "location must be at most 1024 characters",
    );
    refused(
        |event| event.footer = Footer::Text("a\nb".to_owned()),
        "addedBy must be one line",
    );
    refused(
        |event| event.people[0].note = "x".repeat(1_001),
        "people[0].note must be at most 1000 characters",
    );
}

#[test]
fn pages_are_addresses_that_a_person_can_open() {
    taken(|event| event.url = Some("https://app.test/l/7?a=1#b".to_owned()));
    for wrong in [
        "javascript:alert(1)",
        "https://",
        "https:///x",
        "app.test/l/7",
        "https://app.test/ x",
        "https://app.test/\"onclick",
    ] {
        refused(
            |event| event.url = Some(wrong.to_owned()),
            "url must be an address of a page that begins with https:// or http://",
        );
    }
    let source = |url: &str| {
        Some(Source {
            title: "Lessons".to_owned(),
            url: url.to_owned(),
        })
    };
    refused(
        |event| event.source = source("ftp://x.test/"),
        "source.url must be an address of a page that begins with https:// or http://",
    );
}

#[test]
fn recurrence_is_read_against_the_start() {
    taken(|event| event.recurrence = lines(&["RRULE:FREQ=WEEKLY;COUNT=10", "EXDATE:20261208T150000Z"]));
    taken(|event| event.recurrence = lines(&["RDATE:20261208T150000Z"]));
    refused(
        |event| event.recurrence = lines(&["RRULE:FREQ=WEEKLY", "EXDATE:soon"]),
        "recurrence[1] must be a recurrence line: EXDATE has an invalid value \"soon\": expected a form such as \
         20261231 or 20261231T090000Z",
    );
    refused(
        |event| event.recurrence = lines(&["EXDATE:20261208T150000Z"]),
        "recurrence must be lines with one RRULE, or with RDATEs",
    );
    refused(
        |event| event.recurrence = lines(&["RRULE:FREQ=WEEKLY", "RRULE:FREQ=DAILY"]),
        "recurrence must be lines with one RRULE, or with RDATEs",
    );
    refused(
        |event| event.recurrence = lines(&["RRULE:FREQ=WEEKLY", "EXRULE:FREQ=DAILY"]),
        "recurrence[1] must be no EXRULE, which calendars no longer know; list EXDATEs",
    );
    refused(
        |event| event.recurrence = lines(&["RDATE:20261208T150000Z"; 21]),
        "recurrence must be at most 20 lines",
    );
}

#[test]
fn there_is_one_organizer_and_everybody_is_there_once() {
    refused(
        |event| event.people.clear(),
        "people must be a list with one organizer",
    );
    refused(
        |event| event.people.push(person("other", PersonRole::Organizer)),
        "people must be a list with one organizer",
    );
    refused(
        |event| event.people.push(person("tutor", PersonRole::Participant)),
        "people[1].userId must be a user that is not listed before",
    );
    taken(|event| event.attendees = vec![attendee("ana@example.com"), attendee("bo@example.com")]);
    refused(
        |event| event.attendees = vec![attendee("ana@example.com"), attendee("Ana@Example.com")],
        "attendees[1].email must be an address that is not listed before",
    );
    for wrong in [
        "ana",
        "@example.com",
        "ana@",
        "Ana <ana@example.com>",
        "a b@example.com",
    ] {
        refused(
            |event| event.attendees = vec![attendee(wrong)],
            "attendees[0].email must be an e-mail address such as ana@example.com",
        );
    }
    refused(
        |event| event.attendees = (0..201).map(|n| attendee(&format!("a{n}@example.com"))).collect(),
        "attendees must be at most 200 attendees",
    );
}

#[test]
fn reminders_and_metadata_have_bounds() {
    let reminder = |minutes_before| Reminder {
        minutes_before,
        by: ReminderBy::Popup,
    };
    taken(|event| event.reminders = Reminders::Stated(vec![reminder(0), reminder(40_320)]));
    refused(
        |event| event.reminders = Reminders::Stated(vec![reminder(40_321)]),
        "reminders[0].minutesBefore must be from 0 to 40320",
    );
    refused(
        |event| event.reminders = Reminders::Stated(vec![reminder(5); 6]),
        "reminders must be at most 5 reminders",
    );
    let entry = |name: &str, value: &str| [(name.to_owned(), value.to_owned())].into();
    taken(|event| event.metadata = entry("lesson", ""));
    refused(
        |event| event.metadata = entry("lesson", &"x".repeat(501)),
        "metadata.lesson must be at most 500 characters",
    );
    refused(
        |event| event.metadata = entry(&"x".repeat(41), ""),
        "metadata must be entries with names of 1 to 40 characters",
    );
    refused(
        |event| event.metadata = (0..51).map(|n| (n.to_string(), String::new())).collect(),
        "metadata must be at most 50 entries",
    );
}

#[test]
fn a_series_takes_up_each_of_its_times_and_a_cancelled_event_none() {
    use kalends_core::time::{Interval, Zone};
    let mut event = lesson();
    event.recurrence = lines(&[
        "RRULE:FREQ=WEEKLY;COUNT=3",
        "EXDATE;TZID=Europe/Zurich:20261208T160000",
    ]);
    let at = |text: &str| text.parse().unwrap();
    let year = Interval::new(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z")).unwrap();
    let starts = |event: &Event| -> Vec<String> {
        let found = event.occurrences(&Zone::UTC, year);
        found.iter().map(|span| span.start().to_string()).collect()
    };
    assert_eq!(starts(&event), ["2026-12-01T15:00:00Z", "2026-12-15T15:00:00Z"]);
    event.status = EventStatus::Cancelled;
    assert!(starts(&event).is_empty() && !event.is_shown());
    let mut day = lesson();
    day.when = When::all_day("2026-12-24".parse().unwrap(), "2026-12-26".parse().unwrap()).unwrap();
    let tokyo = Zone::iana("Asia/Tokyo").unwrap();
    assert_eq!(
        day.occurrences(&tokyo, year)[0].start().to_string(),
        "2026-12-23T15:00:00Z"
    );
}
