//! `kalends ics expand`.

use std::{
    fs,
    io::Write as _,
    process::{Command, Output, Stdio},
};

/// A series in Berlin over the change of the clocks with a cancelled and a moved occurrence, a day, a floating time,
/// an event in a zone that nobody knows, and a component without a start.
const CALENDAR: &str = "\
BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:lesson
DTSTART;TZID=W. Europe Standard Time:20260323T100000
DURATION:PT45M
RRULE:FREQ=WEEKLY;COUNT=4
STATUS:CONFIRMED
SUMMARY:Lesson
END:VEVENT
BEGIN:VEVENT
UID:lesson
RECURRENCE-ID;TZID=Europe/Berlin:20260330T100000
DTSTART;TZID=Europe/Berlin:20260330T100000
DTEND;TZID=Europe/Berlin:20260330T104500
STATUS:CANCELLED
END:VEVENT
BEGIN:VEVENT
UID:lesson
RECURRENCE-ID;TZID=Europe/Berlin:20260413T100000
DTSTART;TZID=Europe/Berlin:20260320T100000
DTEND;TZID=Europe/Berlin:20260320T104500
STATUS:TENTATIVE
END:VEVENT
BEGIN:VEVENT
UID:holiday
DTSTART;VALUE=DATE:20260406
END:VEVENT
BEGIN:VEVENT
UID:lost
SUMMARY:No start
END:VEVENT
BEGIN:VEVENT
UID:somewhere
DTSTART;TZID=Customized Time Zone:20260401T120000
DTEND;TZID=Customized Time Zone:20260401T110000
SUMMARY:Somewhere
END:VEVENT
END:VCALENDAR
";

fn expand(file: &str, options: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kalends"))
        .args(["ics", "expand", file])
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses its arguments does not read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

const MARCH_AND_APRIL: [&str; 4] = ["--from", "2026-03-01T00:00:00Z", "--to", "2026-05-01T00:00:00Z"];

#[test]
fn it_prints_one_object_for_each_occurrence_in_order() {
    let options = [&MARCH_AND_APRIL[..], &["--zone", "europe/zurich", "--json"]].concat();
    let output = expand("-", &options, CALENDAR);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let expect = [
        r#"{"uid":"lesson","start":"2026-03-20T09:00:00Z","end":"2026-03-20T09:45:00Z","allDay":false,"recurrenceId":"2026-04-13T08:00:00Z","status":"TENTATIVE","flags":[]}"#,
        r#"{"uid":"lesson","start":"2026-03-23T09:00:00Z","end":"2026-03-23T09:45:00Z","allDay":false,"recurrenceId":"2026-03-23T09:00:00Z","status":"CONFIRMED","flags":[]}"#,
        r#"{"uid":"lesson","start":"2026-03-30T08:00:00Z","end":"2026-03-30T08:45:00Z","allDay":false,"recurrenceId":"2026-03-30T08:00:00Z","status":"CANCELLED","flags":[]}"#,
        r#"{"uid":"somewhere","start":"2026-04-01T10:00:00Z","end":"2026-04-01T10:00:00Z","allDay":false,"recurrenceId":null,"status":null,"flags":["endIgnored","zoneUnknown"]}"#,
        r#"{"uid":"holiday","start":"2026-04-05T22:00:00Z","end":"2026-04-06T22:00:00Z","allDay":true,"recurrenceId":null,"status":null,"flags":[]}"#,
        r#"{"uid":"lesson","start":"2026-04-06T08:00:00Z","end":"2026-04-06T08:45:00Z","allDay":false,"recurrenceId":"2026-04-06T08:00:00Z","status":"CONFIRMED","flags":[]}"#,
    ];
    assert_eq!(text(&output.stdout).lines().collect::<Vec<_>>(), expect);
    let told: Vec<&str> = text(&output.stderr).lines().collect();
    let expect = [
        "standard input: line 29: lost: skipped, startMissing: the event has no DTSTART and was left out",
        "standard input: line 33: somewhere: zoneUnknown: the time zone \"Customized Time Zone\" is not known; \
         the calendar's zone was used instead",
        "standard input: line 33: somewhere: endIgnored: DTEND has the value \"20260401T110000\", which is no end \
         after the start; it was ignored",
        "standard input: 6 occurrences of 5 events, 1 skipped, flagged: endIgnored 1, zoneUnknown 1",
    ];
    assert_eq!(told, expect);
}

#[test]
fn the_window_is_half_open_and_keeps_what_has_no_length() {
    let starts = |from: &str, to: &str| {
        let output = expand("-", &["--from", from, "--to", to, "--json"], CALENDAR);
        text(&output.stdout).lines().count()
    };
    // The lesson of 23 March takes place from 9:00 to 9:45.
    assert_eq!(starts("2026-03-23T09:44:59Z", "2026-03-24T00:00:00Z"), 1);
    assert_eq!(starts("2026-03-23T09:45:00Z", "2026-03-24T00:00:00Z"), 0);
    assert_eq!(starts("2026-03-23T00:00:00Z", "2026-03-23T09:00:00Z"), 0);
    // An event without length at noon.
    assert_eq!(starts("2026-04-01T12:00:00Z", "2026-04-01T12:00:01Z"), 1);
    assert_eq!(starts("2026-04-01T11:00:00Z", "2026-04-01T12:00:00Z"), 0);
}

#[test]
fn people_get_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("team.ics");
    fs::write(&file, CALENDAR).unwrap();
    let output = expand(
        file.to_str().unwrap(),
        &[
            "--from",
            "2026-04-01T00:00:00Z",
            "--to",
            "2026-04-06T00:00:00Z",
            "--zone",
            "Europe/Zurich",
        ],
        "",
    );
    assert_eq!(
        text(&output.stdout)
            .lines()
            .map(str::trim_end)
            .collect::<Vec<_>>(),
        [
            "START             END               STATUS     FLAGS                     TITLE",
            "2026-04-01 12:00  2026-04-01 12:00  -          endIgnored,zoneUnknown    Somewhere",
            "Mon 2026-04-06    Tue 2026-04-07    -",
            "Times in Europe/Zurich.",
        ]
    );
}

#[test]
fn what_cannot_be_read_exits_with_2_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.ics");
    let page = folder.path().join("login.html");
    fs::write(&page, "<html>Sign in</html>").unwrap();
    let fails = |file: &str, options: &[&str], why: &str| {
        let output = expand(file, options, "");
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert_eq!(text(&output.stdout), "");
        assert!(text(&output.stderr).contains(why), "{output:?}");
    };
    fails(missing.to_str().unwrap(), &MARCH_AND_APRIL, "missing.ics");
    fails(
        page.to_str().unwrap(),
        &MARCH_AND_APRIL,
        "there is no BEGIN:VCALENDAR in it",
    );
    fails(
        "-",
        &MARCH_AND_APRIL,
        "standard input: the text is not a calendar",
    );
    fails(
        "-",
        &["--from", "2026-05-01T00:00:00Z", "--to", "2026-03-01T00:00:00Z"],
        "must be later than --from",
    );
    fails("-", &["--from", "soon", "--to", "2026-03-01T00:00:00Z"], "soon");
    fails(
        "-",
        &[&MARCH_AND_APRIL[..], &["--zone", "Mars/Olympus"]].concat(),
        "Mars/Olympus",
    );
}
