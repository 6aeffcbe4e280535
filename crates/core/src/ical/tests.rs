//! Feeds as they are found, and what is read from them.

use super::*;
use crate::external_event::SeriesRole;

/// A calendar around some lines.
fn feed(lines: &str) -> Feed {
    let text = format!("BEGIN:VCALENDAR\nVERSION:2.0\n{lines}\nEND:VCALENDAR\n");
    parse(text.as_bytes(), &Zone::iana("America/New_York").unwrap()).unwrap()
}

/// An event with a start, and its lines.
fn event(lines: &str) -> Feed {
    feed(&format!("BEGIN:VEVENT\nUID:a\n{lines}\nEND:VEVENT"))
}

/// Start and end in UTC (floating times and dates in New York), and the faults.
#[track_caller]
fn check(lines: &str, expect: &str, faults: &[&str]) {
    let feed = event(lines);
    let new_york = Zone::iana("America/New_York").unwrap();
    let window = crate::time::Interval::from_micros(0, 4_000_000_000_000_000).unwrap();
    let series = crate::recurrence::Series {
        master: &feed.events[0],
        overrides: &[],
    };
    let found = crate::recurrence::expand(&series, &new_york, window).occurrences;
    let instant = |us| {
        jiff::Timestamp::from_microsecond(us)
            .unwrap()
            .strftime("%Y-%m-%dT%H:%M")
            .to_string()
    };
    let seen: Vec<String> = found
        .iter()
        .map(|one| format!("{}/{}", instant(one.start_us), instant(one.end_us)))
        .collect();
    assert_eq!(seen.join(" "), expect);
    let said: Vec<String> = feed.faults.iter().map(|fault| fault.reason.to_string()).collect();
    assert_eq!(said, faults);
}

#[test]
fn times_are_read_by_their_form() {
    check(
        "DTSTART:20260105T090000Z\nDTEND:20260105T100000Z",
        "2026-01-05T09:00/2026-01-05T10:00",
        &[],
    );
    check(
        "DTSTART:20260105T090000\nDURATION:PT1H",
        "2026-01-05T14:00/2026-01-05T15:00",
        &[],
    );
    check(
        "DTSTART;TZID=Europe/Berlin:20260105T090000",
        "2026-01-05T08:00/2026-01-05T08:00",
        &[],
    );
    check(
        "DTSTART;VALUE=DATE:20260105",
        "2026-01-05T05:00/2026-01-06T05:00",
        &[],
    );
    check(
        "DTSTART;VALUE=DATE;TZID=Europe/Berlin:20260105T000000",
        "2026-01-05T05:00/2026-01-06T05:00",
        &[],
    );
    check(
        "DTSTART;TZID=Europe/Berlin:20260105T090000Z",
        "2026-01-05T09:00/2026-01-05T09:00",
        &[],
    );
    check(
        "DTSTART;TZID=Europe/Berlin:20260105T090000\nDTEND;TZID=America/New_York:20260105T040000",
        "2026-01-05T08:00/2026-01-05T09:00",
        &[],
    );
    check(
        "DTSTART;TZID=Europe/Berlin:20260105T090000\nDTEND;VALUE=DATE:20260106",
        "2026-01-05T08:00/2026-01-05T23:00",
        &["DTEND and DTSTART are not of the same type; a day counts from its midnight"],
    );
}

#[test]
fn ends_that_cannot_be_are_told() {
    let told = "DTEND has the value \"20260105T080000Z\", which is no end after the start; it was ignored";
    check(
        "DTSTART:20260105T090000Z\nDTEND:20260105T080000Z",
        "2026-01-05T09:00/2026-01-05T09:00",
        &[told],
    );
    let told = "DURATION has the value \"-PT1H\", which is no end after the start; it was ignored";
    check(
        "DTSTART:20260105T090000Z\nDURATION:-PT1H",
        "2026-01-05T09:00/2026-01-05T09:00",
        &[told],
    );
    check(
        "DTSTART;VALUE=DATE:20260105\nDTEND;VALUE=DATE:20260105",
        "2026-01-05T05:00/2026-01-05T05:00",
        &[],
    );
}

#[test]
fn zones_come_down_the_ladder() {
    check(
        "DTSTART;TZID=\"W. Europe Standard Time\":20260105T090000",
        "2026-01-05T08:00/2026-01-05T08:00",
        &[],
    );
    let guessed = "the time zone \"Customized Time Zone\" is not known; the calendar's zone was used instead";
    check(
        "DTSTART;TZID=Customized Time Zone:20260105T090000",
        "2026-01-05T14:00/2026-01-05T14:00",
        &[guessed],
    );
    let feed = feed(
        "X-WR-TIMEZONE:Asia/Tokyo\nBEGIN:VTIMEZONE\nTZID:mine\nX-LIC-LOCATION:Europe/Berlin\nEND:VTIMEZONE\n\
         BEGIN:VTIMEZONE\nTZID:other\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETTO:-0930\nEND:STANDARD\nEND:VTIMEZONE\n\
         BEGIN:VEVENT\nDTSTART;TZID=mine:20260105T090000\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART;TZID=other:20260105T090000\n\
         END:VEVENT\nBEGIN:VEVENT\nDTSTART;TZID=none:20260105T090000\nEND:VEVENT",
    );
    let instants: Vec<String> = feed
        .events
        .iter()
        .map(|event| event.span.as_ref().unwrap().start.instant(&Zone::UTC).to_string())
        .collect();
    assert_eq!(
        instants,
        [
            "2026-01-05T08:00:00Z",
            "2026-01-05T18:30:00Z",
            "2026-01-05T00:00:00Z"
        ]
    );
    assert_eq!(feed.zone.unwrap().name(), "Asia/Tokyo");
    assert_eq!(feed.faults.len(), 1);
}

#[test]
fn only_the_offset_of_a_label_is_a_guess_and_nothing_else_is_guessed() {
    let flags = |tzid: &str| {
        let feed = event(&format!("DTSTART;TZID=\"{tzid}\":20260105T090000"));
        let start = feed.events[0].span.as_ref().unwrap().start.instant(&Zone::UTC);
        let flags: Vec<_> = feed.faults.iter().map(|fault| fault.reason.flag()).collect();
        format!("{start} {}", flags.join(","))
    };
    assert_eq!(
        flags("(UTC+09:00) Osaka, Sapporo, Tokio"),
        "2026-01-05T00:00:00Z zoneGuessed"
    );
    assert_eq!(
        flags("tzone://Microsoft/Custom"),
        "2026-01-05T14:00:00Z zoneUnknown"
    );
    assert_eq!(flags("tzone://Microsoft/Utc"), "2026-01-05T09:00:00Z ");
    assert_eq!(flags("GMT+1"), "2026-01-05T08:00:00Z ");
}

#[test]
fn a_definition_wins_over_what_a_name_seems_to_mean() {
    let feed = feed(
        "BEGIN:VTIMEZONE\nTZID:GMT+1\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0300\n\
         TZOFFSETTO:+0300\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;TZID=GMT+1:20260105T090000\nEND:VEVENT",
    );
    let start = feed.events[0].span.as_ref().unwrap().start.instant(&Zone::UTC);
    assert_eq!(
        (start.to_string().as_str(), feed.faults.len()),
        ("2026-01-05T06:00:00Z", 0)
    );
}

#[test]
fn extra_dates_and_those_taken_out_are_read_in_their_own_form() {
    check(
        "DTSTART;TZID=Europe/Berlin:20260105T090000\nDURATION:PT30M\n\
         RDATE;VALUE=PERIOD;TZID=Europe/Berlin:20260106T090000/PT2H,20260107T090000/20260107T091500",
        "2026-01-05T08:00/2026-01-05T08:30 2026-01-06T08:00/2026-01-06T10:00 2026-01-07T08:00/2026-01-07T08:15",
        &[],
    );
    check(
        "DTSTART;TZID=Europe/Berlin:20260105T090000\nRRULE:FREQ=DAILY;COUNT=4\n\
         EXDATE;TZID=America/New_York:20260105T030000,20260106T030000\nEXDATE:20260107T080000Z",
        "2026-01-08T08:00/2026-01-08T08:00",
        &[],
    );
    let told = "a recurrence line was left out: EXDATE has an invalid value \"soon\": expected a form such as \
                20261231 or 20261231T090000Z";
    check(
        "DTSTART:20260105T090000Z\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE:20260105T090000Z,soon",
        "2026-01-06T09:00/2026-01-06T09:00",
        &[told],
    );
    // Escaped as if it were a text.
    check(
        "DTSTART:20260105T090000Z\nRRULE:FREQ=DAILY\\;COUNT=2",
        "2026-01-05T09:00/2026-01-05T09:00 2026-01-06T09:00/2026-01-06T09:00",
        &[],
    );
}

#[test]
fn durations_are_weeks_days_and_times() {
    let start = "DTSTART;TZID=Europe/Berlin:20260328T090000\nDURATION:";
    // A day over the change of the clocks is a day on the calendar, 24 hours are 24 hours.
    check(&format!("{start}P1D"), "2026-03-28T08:00/2026-03-29T07:00", &[]);
    check(&format!("{start}PT24H"), "2026-03-28T08:00/2026-03-29T08:00", &[]);
    check(&format!("{start}P1W"), "2026-03-28T08:00/2026-04-04T07:00", &[]);
    check(
        &format!("{start}P1DT1H30M5S"),
        "2026-03-28T08:00/2026-03-29T08:30",
        &[],
    );
}

#[test]
fn an_until_of_another_type_is_read_and_told() {
    let told =
        "UNTIL=20260106 is not of the type that DTSTART asks for; it was read by what it evidently means";
    check(
        "DTSTART:20260105T090000Z\nRRULE:FREQ=DAILY;UNTIL=20260106",
        "2026-01-05T09:00/2026-01-05T09:00 2026-01-06T09:00/2026-01-06T09:00",
        &[told],
    );
}

#[test]
fn calendars_that_lost_their_frame_are_read() {
    let bare = parse(b"BEGIN:VEVENT\nUID:a\nDTSTART:20260105\n", &Zone::UTC).unwrap();
    assert_eq!(bare.events.len(), 1);
    let tasks = parse(b"BEGIN:VTODO\nUID:a\nEND:VTODO", &Zone::UTC).unwrap();
    assert_eq!(tasks.events, []);
    let contact = parse(b"BEGIN:VCARD\nFN:A\nEND:VCARD", &Zone::UTC);
    assert_eq!(contact.unwrap_err(), FeedError::NotACalendar);
}

#[test]
fn a_uid_is_what_stands_in_its_line() {
    let uid = |lines: &str| {
        let feed = feed(&format!("BEGIN:VEVENT\n{lines}\nDTSTART:20260105\nEND:VEVENT"));
        feed.events[0].ical_uid.clone()
    };
    assert_eq!(uid("UID:a\\,b \nbroken line").as_deref(), Some("a,b "));
    assert_eq!(uid("UID: "), None);
}

#[test]
fn faulty_rules_leave_the_first_occurrence() {
    let told = "a recurrence line was left out: COUNT=0 is not valid: a whole number from 1";
    check(
        "DTSTART:20260105T090000Z\nRRULE:FREQ=DAILY;COUNT=0",
        "2026-01-05T09:00/2026-01-05T09:00",
        &[told],
    );
    check(
        "DTSTART:20260105T090000Z\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;TZID=W. Europe Standard Time:20260106T100000",
        "2026-01-05T09:00/2026-01-05T09:00 2026-01-07T09:00/2026-01-07T09:00",
        &[],
    );
}

#[test]
fn broken_components_are_told_and_the_others_kept() {
    let feed = feed(
        "BEGIN:VEVENT\nUID:a\nEND:VEVENT\nBEGIN:VEVENT\nUID:b\nDTSTART:soon\nEND:VEVENT\nBEGIN:VEVENT\nUID:c\nDTSTART:20260105\nEND:VEVENT",
    );
    assert_eq!(feed.events.len(), 1);
    let told: Vec<_> = feed
        .faults
        .iter()
        .map(|fault| (fault.uid.as_deref(), &fault.reason))
        .collect();
    let invalid = FaultReason::InvalidDate {
        property: "DTSTART",
        value: "soon".to_owned(),
    };
    assert_eq!(told, [(Some("a"), &FaultReason::NoStart), (Some("b"), &invalid)]);
    assert_eq!(parse(b"<html>", &Zone::UTC).unwrap_err(), FeedError::NotACalendar);
}

#[test]
fn duplicates_are_decided_by_sequence_then_stamp() {
    let version = |sequence: u8, stamp: u8, title: &str| {
        format!(
            "BEGIN:VEVENT\nUID:a\nDTSTART:2026010{sequence}\nSEQUENCE:{sequence}\nDTSTAMP:2026010{stamp}T000000Z\nSUMMARY:{title}\nEND:VEVENT\n"
        )
    };
    let titles = |feed: &Feed| {
        feed.events
            .iter()
            .map(|event| event.title.clone().unwrap())
            .collect::<Vec<_>>()
    };
    let by_sequence = feed(&format!(
        "{}{}{}",
        version(1, 1, "old"),
        version(3, 1, "new"),
        version(2, 9, "between")
    ));
    assert_eq!(titles(&by_sequence), ["new"]);
    let by_stamp = feed(&format!("{}{}", version(1, 5, "new"), version(1, 4, "old")));
    assert_eq!(titles(&by_stamp), ["new"]);
}

#[test]
fn events_keep_an_identity() {
    let twice = || {
        feed(
            "BEGIN:VEVENT\nDTSTART:20260105\nSUMMARY:x\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:20260105\nSUMMARY:y\nEND:VEVENT",
        )
    };
    let ids = |feed: &Feed| {
        feed.events
            .iter()
            .map(|event| event.provider_id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&twice()), ids(&twice()));
    assert_ne!(twice().events[0].provider_id, twice().events[1].provider_id);
    let shared = feed(
        "BEGIN:VEVENT\nUID:a\nDTSTART:20260105\nEND:VEVENT\nBEGIN:VEVENT\nUID:a\nDTSTART:20260106\nEND:VEVENT",
    );
    assert_eq!(shared.events.len(), 2);
    let moved = event("RECURRENCE-ID;TZID=Europe/Berlin:20260105T090000\nDTSTART:20260105T100000Z");
    assert_eq!(moved.events[0].provider_id, "a;20260105T080000Z");
    assert!(matches!(&moved.events[0].role, SeriesRole::Override { master, .. } if master == "a"));
}

#[test]
fn words_about_busy_time_are_mapped() {
    use crate::external_event::{EventKind, EventStatus, Transparency, Visibility};
    let read = |lines: &str| event(&format!("DTSTART:20260105\n{lines}")).events.remove(0);
    assert_eq!(read("TRANSP:TRANSPARENT").transparency, Transparency::Transparent);
    assert_eq!(
        read("TRANSP:TRANSPARENT\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY").transparency,
        Transparency::Opaque
    );
    assert_eq!(
        read("X-MICROSOFT-CDO-BUSYSTATUS:FREE").transparency,
        Transparency::Transparent
    );
    assert_eq!(
        read("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE").status,
        EventStatus::Tentative
    );
    assert_eq!(
        read("X-MICROSOFT-CDO-BUSYSTATUS:OOF").kind,
        EventKind::OutOfOffice
    );
    assert_eq!(read("STATUS:CANCELLED").status, EventStatus::Cancelled);
    assert_eq!(read("CLASS:CONFIDENTIAL").visibility, Visibility::Private);
    assert_eq!(
        read("ORGANIZER;CN=A:MAILTO:a@b.example").organizer.as_deref(),
        Some("a@b.example")
    );
}

#[test]
fn the_calendar_says_its_name_and_pace() {
    let feed = feed("X-WR-CALNAME:Home\\, sweet\nX-PUBLISHED-TTL:PT1H\nREFRESH-INTERVAL;VALUE=DURATION:P1D");
    assert_eq!(feed.name.as_deref(), Some("Home, sweet"));
    assert_eq!(feed.refresh_interval, Some(SignedDuration::from_hours(24)));
}
