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
