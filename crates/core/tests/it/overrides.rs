//! Overrides, extra dates and exceptions, and time that is not even.

use kalends_core::external_event::{EventEnd, EventStatus, ExternalEvent, OverrideRange, SeriesRole};

use crate::made::{expanded, instead, master, window};

/// Occurrences of a series in January 2026, civil in Berlin; overrides are marked with `*`.
#[track_caller]
fn check(series: &ExternalEvent, overrides: &[&ExternalEvent], expect: &[&str]) {
    assert_eq!(
        expanded(
            series,
            overrides,
            window("2026-01-01", "2026-02-01"),
            "Europe/Berlin"
        ),
        expect
    );
}

fn weekly() -> ExternalEvent {
    let (start, end) = ("2026-01-06T09:00 Europe/Berlin", "2026-01-06T10:00 Europe/Berlin");
    master(start, end, &["RRULE:FREQ=WEEKLY;COUNT=3"])
}

#[test]
fn an_override_stands_in_for_its_occurrence() {
    let moved = instead(
        "2026-01-13T08:00 UTC",
        "2026-01-14T15:00 UTC",
        "2026-01-14T15:30 UTC",
        OverrideRange::ThisOnly,
    );
    let expect = [
        "2026-01-06T09:00/2026-01-06T10:00",
        "*2026-01-14T16:00/2026-01-14T16:30",
        "2026-01-20T09:00/2026-01-20T10:00",
    ];
    check(&weekly(), &[&moved], &expect);
    let mut excepted = weekly();
    if let SeriesRole::Master { recurrence } = &mut excepted.role {
        recurrence.push("EXDATE:20260113T080000Z".to_owned());
    }
    check(&excepted, &[&moved], &[expect[0], expect[2]]);
    let mut cancelled = moved;
    cancelled.status = EventStatus::Cancelled;
    cancelled.span = None;
    check(&weekly(), &[&cancelled], &[expect[0], expect[2]]);
}

#[test]
fn overrides_move_into_and_out_of_the_window() {
    let series = master(
        "2025-12-01T09:00 Europe/Berlin",
        "2025-12-01T10:00 Europe/Berlin",
        &["RRULE:FREQ=MONTHLY;COUNT=4"],
    );
    check(&series, &[], &["2026-01-01T09:00/2026-01-01T10:00"]);
    let berlin = |text: &str| format!("{text} Europe/Berlin");
    let (january, march) = (berlin("2026-01-01T09:00"), berlin("2026-03-01T09:00"));
    let out = instead(
        &january,
        &berlin("2026-02-02T09:00"),
        &berlin("2026-02-02T10:00"),
        OverrideRange::ThisOnly,
    );
    check(&series, &[&out], &[]);
    let inside = instead(
        &march,
        &berlin("2026-01-30T09:00"),
        &berlin("2026-01-30T10:00"),
        OverrideRange::ThisOnly,
    );
    check(&series, &[&out, &inside], &["*2026-01-30T09:00/2026-01-30T10:00"]);
}

#[test]
fn this_and_future_shifts_every_later_occurrence() {
    let from_second = instead(
        "2026-01-13T09:00 Europe/Berlin",
        "2026-01-14T11:00 Europe/Berlin",
        "2026-01-14T13:00 Europe/Berlin",
        OverrideRange::ThisAndFuture,
    );
    check(
        &weekly(),
        &[&from_second],
        &[
            "2026-01-06T09:00/2026-01-06T10:00",
            "*2026-01-14T11:00/2026-01-14T13:00",
            "*2026-01-21T11:00/2026-01-21T13:00",
        ],
    );
    let mut ended = from_second;
    ended.status = EventStatus::Cancelled;
    check(&weekly(), &[&ended], &["2026-01-06T09:00/2026-01-06T10:00"]);
}

#[test]
fn overrides_without_their_master_stand_alone() {
    let alone = instead(
        "2026-01-13T09:00",
        "2026-01-13T11:00",
        "2026-01-13T12:00",
        OverrideRange::ThisOnly,
    );
    check(&alone, &[], &["*2026-01-13T11:00/2026-01-13T12:00"]);
}

#[test]
fn dates_are_added_and_taken_out_in_any_form() {
    let (start, end) = ("2026-01-06T09:00 Europe/Berlin", "2026-01-06T10:00 Europe/Berlin");
    let series = |lines: &[&str]| master(start, end, lines);
    let (sixth, seventh) = (
        "2026-01-06T09:00/2026-01-06T10:00",
        "2026-01-07T09:00/2026-01-07T10:00",
    );
    let three = "RRULE:FREQ=DAILY;COUNT=3";
    for exdate in [
        "EXDATE:20260108T080000Z",
        "EXDATE;TZID=America/New_York:20260108T030000",
        "EXDATE;VALUE=DATE:20260108",
        "EXDATE:20260108T090000",
    ] {
        check(&series(&[three, exdate]), &[], &[sixth, seventh]);
    }
    check(
        &series(&["RDATE:20260107T080000Z", "RDATE:20260106T090000"]),
        &[],
        &[sixth, seventh],
    );
    check(&series(&["RDATE;VALUE=DATE:20260107"]), &[], &[sixth, seventh]);
    check(
        &series(&["RDATE;VALUE=PERIOD:20260107T090000Z/PT2H,20260108T090000Z/20260108T093000Z"]),
        &[],
        &[
            sixth,
            "2026-01-07T10:00/2026-01-07T12:00",
            "2026-01-08T10:00/2026-01-08T10:30",
        ],
    );
    check(
        &series(&["RRULE:FREQ=DAILY;COUNT=4", "EXRULE:FREQ=DAILY;INTERVAL=2"]),
        &[],
        &[seventh, "2026-01-09T09:00/2026-01-09T10:00"],
    );
}

#[test]
fn until_may_have_any_type() {
    let (start, end) = ("2026-01-06T09:00 Europe/Berlin", "2026-01-06T10:00 Europe/Berlin");
    let (sixth, seventh) = (
        "2026-01-06T09:00/2026-01-06T10:00",
        "2026-01-07T09:00/2026-01-07T10:00",
    );
    for until in ["20260107T080000Z", "20260107", "20260107T090000"] {
        let series = master(start, end, &[&format!("RRULE:FREQ=DAILY;UNTIL={until}")]);
        check(&series, &[], &[sixth, seventh]);
    }
    let over = master(start, end, &["RRULE:FREQ=DAILY;UNTIL=20260105T080000Z"]);
    check(&over, &[], &[]);
    let before = master(start, end, &["RRULE:FREQ=DAILY;UNTIL=20260107T075959Z"]);
    check(&before, &[], &[sixth]);
    let days = master(
        "2026-01-06",
        "2026-01-07",
        &["RRULE:FREQ=DAILY;UNTIL=20260106T230000Z"],
    );
    check(
        &days,
        &[],
        &[
            "2026-01-06T00:00/2026-01-07T00:00",
            "2026-01-07T00:00/2026-01-08T00:00",
        ],
    );
}

#[test]
fn civil_time_is_kept_through_gaps_and_overlaps() {
    let around = |lines: &[&str], start: &str, end: &str, from: &str, to: &str| {
        expanded(&master(start, end, lines), &[], window(from, to), "Europe/Berlin")
    };
    let (start, end) = ("2026-03-28T02:30 Europe/Berlin", "2026-03-28T03:30 Europe/Berlin");
    let gap = around(&["RRULE:FREQ=DAILY"], start, end, "2026-03-28", "2026-03-31");
    let expect = [
        "2026-03-28T02:30/2026-03-28T03:30",
        "2026-03-29T03:30/2026-03-29T04:30",
        "2026-03-30T02:30/2026-03-30T03:30",
    ];
    assert_eq!(gap, expect);
    // Between two points the duration is exact, so an hour later by the clock on the day of the change.
    let (start, end) = ("2026-10-23T23:00 Europe/Berlin", "2026-10-24T07:00 Europe/Berlin");
    let night = around(
        &["RRULE:FREQ=DAILY;COUNT=2"],
        start,
        end,
        "2026-10-20",
        "2026-10-30",
    );
    assert_eq!(
        night,
        [
            "2026-10-23T23:00/2026-10-24T07:00",
            "2026-10-24T23:00/2026-10-25T06:00"
        ]
    );
    // Days of a DURATION are days of the calendar.
    let mut nominal = master(
        "2026-10-24T12:00 Europe/Berlin",
        "2026-10-24T12:00 Europe/Berlin",
        &[],
    );
    if let Some(span) = &mut nominal.span {
        span.end = EventEnd::After {
            days: 1,
            exact: jiff::SignedDuration::from_hours(1),
        };
    }
    let found = expanded(&nominal, &[], window("2026-10-20", "2026-10-30"), "Europe/Berlin");
    assert_eq!(found, ["2026-10-24T12:00/2026-10-25T13:00"]);
    let hourly = around(
        &["RRULE:FREQ=HOURLY;COUNT=4"],
        "2026-03-29T01:00 Europe/Berlin",
        "2026-03-29T01:00 Europe/Berlin",
        "2026-03-28",
        "2026-03-31",
    );
    // 02:00 does not exist and is the instant of 03:00; they are two occurrences.
    assert_eq!(
        hourly.iter().map(|one| &one[11..16]).collect::<Vec<_>>(),
        ["01:00", "03:00", "03:00", "04:00"]
    );
}

fn berlin(civil: &str) -> String {
    format!("{civil} Europe/Berlin")
}

#[test]
fn several_this_and_future_each_hold_until_the_next() {
    let (start, end) = (berlin("2026-01-05T09:00"), berlin("2026-01-05T10:00"));
    let daily = master(
        &start,
        &end,
        &["RRULE:FREQ=DAILY;COUNT=7", "RDATE:20260114T080000Z"],
    );
    let range = OverrideRange::ThisAndFuture;
    let later = instead(
        &berlin("2026-01-07T09:00"),
        &berlin("2026-01-07T11:00"),
        &berlin("2026-01-07T11:30"),
        range,
    );
    let longer = instead(
        &berlin("2026-01-10T09:00"),
        &berlin("2026-01-10T08:00"),
        &berlin("2026-01-10T12:00"),
        range,
    );
    let single = instead(
        &berlin("2026-01-08T09:00"),
        &berlin("2026-01-08T20:00"),
        &berlin("2026-01-08T21:00"),
        OverrideRange::ThisOnly,
    );
    let expect = [
        "2026-01-05T09:00/2026-01-05T10:00",
        "2026-01-06T09:00/2026-01-06T10:00",
        "*2026-01-07T11:00/2026-01-07T11:30",
        "*2026-01-08T20:00/2026-01-08T21:00",
        "*2026-01-09T11:00/2026-01-09T11:30",
        "*2026-01-10T08:00/2026-01-10T12:00",
        "*2026-01-11T08:00/2026-01-11T12:00",
        "*2026-01-14T08:00/2026-01-14T12:00",
    ];
    check(&daily, &[&single, &longer, &later], &expect);
    check(&daily, &[&later, &longer, &single], &expect);
}

#[test]
fn an_override_of_what_the_rule_does_not_make_adds_an_occurrence() {
    let added = instead(
        &berlin("2026-01-08T09:00"),
        &berlin("2026-01-08T15:00"),
        &berlin("2026-01-08T16:00"),
        OverrideRange::ThisOnly,
    );
    check(
        &weekly(),
        &[&added],
        &[
            "2026-01-06T09:00/2026-01-06T10:00",
            "*2026-01-08T15:00/2026-01-08T16:00",
            "2026-01-13T09:00/2026-01-13T10:00",
            "2026-01-20T09:00/2026-01-20T10:00",
        ],
    );
}

/// Starts and ends of a rule by the clock of Berlin, as `day hour:minute/day hour:minute`.
#[track_caller]
fn check_clock(start: &str, end: &str, rule: &str, (from, to): (&str, &str), expect: &[&str]) {
    let series = master(start, end, &[&format!("RRULE:{rule}")]);
    let short = |one: &str| format!("{} {}", &one[8..10], &one[11..16]);
    let seen: Vec<String> = expanded(&series, &[], window(from, to), "Europe/Berlin")
        .iter()
        .map(|one| one.split('/').map(short).collect::<Vec<_>>().join("/"))
        .collect();
    assert_eq!(seen, expect, "{rule}");
}

#[test]
fn rules_meet_the_changes_of_the_clocks() {
    let spring = ("2026-03-28", "2026-03-31");
    let autumn = ("2026-10-24", "2026-10-27");
    // An hour that does not exist is the one after it, an hour that comes twice the first of the two.
    let (start, end) = (berlin("2026-03-28T02:00"), berlin("2026-03-28T02:30"));
    check_clock(
        &start,
        &end,
        "FREQ=DAILY;BYHOUR=2;COUNT=2",
        spring,
        &["28 02:00/28 02:30", "29 03:00/29 03:30"],
    );
    let (start, end) = (berlin("2026-10-25T01:30"), berlin("2026-10-25T02:30"));
    check_clock(
        &start,
        &end,
        "FREQ=HOURLY;COUNT=3",
        autumn,
        &["25 01:30/25 02:30", "25 02:30/25 02:30", "25 03:30/25 04:30"],
    );
    let (start, end) = (berlin("2026-03-29T01:40"), berlin("2026-03-29T01:45"));
    check_clock(
        &start,
        &end,
        "FREQ=MINUTELY;INTERVAL=20;COUNT=5",
        spring,
        &[
            "29 01:40/29 01:45",
            "29 03:00/29 03:05",
            "29 03:00/29 03:05",
            "29 03:20/29 03:25",
            "29 03:40/29 03:45",
        ],
    );
    // An end in another zone makes the length, which is then the same on every day.
    let (start, end) = (
        berlin("2026-03-27T22:00"),
        "2026-03-27T20:00 America/New_York".to_owned(),
    );
    check_clock(
        &start,
        &end,
        "FREQ=DAILY;COUNT=2",
        ("2026-03-27", "2026-03-31"),
        &["27 22:00/28 01:00", "28 22:00/29 01:00"],
    );
    // Second 60 is second 59 (RFC 5545 section 3.3.12).
    let (start, end) = (berlin("2026-03-28T02:00"), berlin("2026-03-28T02:00"));
    check_clock(
        &start,
        &end,
        "FREQ=DAILY;BYSECOND=59,60;COUNT=1",
        spring,
        &["28 02:00/28 02:00", "28 02:00/28 02:00"],
    );
}

#[test]
fn until_ends_floating_and_utc_series_in_any_form() {
    let cases = [
        ("2026-01-06T09:00", "20260107T090000", 2),
        ("2026-01-06T09:00", "20260107T085959", 1),
        ("2026-01-06T09:00", "20260107T080000Z", 2),
        ("2026-01-06T09:00", "20260107", 2),
        ("2026-01-06T09:00 UTC", "20260107T090000Z", 2),
        ("2026-01-06T09:00 UTC", "20260107T085959", 1),
        ("2026-01-06T09:00 UTC", "20260107", 2),
        ("2026-01-06", "20260107", 2),
        ("2026-01-06", "20260107T000000", 2),
        ("2026-01-06", "20260106T225959Z", 1),
    ];
    for (start, until, expect) in cases {
        let series = master(start, start, &[&format!("RRULE:FREQ=DAILY;UNTIL={until}")]);
        let seen = expanded(&series, &[], window("2026-01-01", "2026-02-01"), "Europe/Berlin");
        assert_eq!(seen.len(), expect, "{start} until {until}: {seen:?}");
    }
}

#[test]
fn a_start_that_the_rule_does_not_make_is_there_and_not_counted() {
    // RFC 5545 leaves such series undefined (section 3.8.5.3); this is what most calendars show.
    check_clock(
        &berlin("2026-01-06T09:00"),
        &berlin("2026-01-06T10:00"),
        "FREQ=WEEKLY;BYDAY=WE;COUNT=2",
        ("2026-01-01", "2026-02-01"),
        &["06 09:00/06 10:00", "07 09:00/07 10:00", "14 09:00/14 10:00"],
    );
}

#[test]
fn bysetpos_counts_from_the_beginning_of_the_first_period() {
    // Started on a Wednesday, the first set is that of the whole week (section 3.3.10).
    check_clock(
        &berlin("2026-01-07T09:00"),
        &berlin("2026-01-07T10:00"),
        "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=2;COUNT=2",
        ("2026-01-01", "2026-02-01"),
        &["07 09:00/07 10:00", "14 09:00/14 10:00"],
    );
    // Week 1 of 2026 begins in December 2025 and is counted as a whole.
    check_clock(
        &berlin("2025-12-29T09:00"),
        &berlin("2025-12-29T10:00"),
        "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO,TU,FR;BYSETPOS=2,3;COUNT=2",
        ("2025-12-01", "2026-02-01"),
        &["29 09:00/29 10:00", "30 09:00/30 10:00", "02 09:00/02 10:00"],
    );
}
