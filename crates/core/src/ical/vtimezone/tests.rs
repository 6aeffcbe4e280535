//! Definitions and the instants that they make of civil times.

use super::*;
use crate::ical::{lines::content_lines, text::Unfolded};

fn defined(text: &str) -> Option<Zone> {
    let text = Unfolded::read(text.split_whitespace().collect::<Vec<_>>().join("\n").as_bytes());
    let lines: Vec<_> = text.lines().collect();
    zone(&Component::tree(content_lines(&lines)).parts[0])
}

#[track_caller]
fn check(text: &str, expect: Option<&str>) {
    assert_eq!(defined(text).as_ref().map(Zone::name), expect);
}

/// Each civil time and the offset in minutes that it is read with.
#[track_caller]
fn check_offsets(text: &str, expect: &[(&str, i64)]) {
    let zone = defined(text).unwrap();
    for &(civil, minutes) in expect {
        let civil: jiff::civil::DateTime = civil.parse().unwrap();
        let seen = Zone::UTC.instant(civil).as_second() - zone.instant(civil).as_second();
        assert_eq!(seen, minutes * 60, "{civil}");
    }
    assert_eq!(Zone::named(zone.name()).unwrap(), zone, "stored by its name");
}

#[test]
fn a_pair_of_yearly_rules_is_a_rule() {
    check(
        "BEGIN:VTIMEZONE BEGIN:STANDARD DTSTART:16010101T020000 TZOFFSETFROM:-0400 TZOFFSETTO:-0500
         RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11 END:STANDARD BEGIN:DAYLIGHT DTSTART:16010101T020000
         TZOFFSETFROM:-0500 TZOFFSETTO:-0400 RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3 END:DAYLIGHT
         END:VTIMEZONE",
        Some("<-0500>5<-0400>4,M3.2.0/2:00:00,M11.1.0/2:00:00"),
    );
    check(
        "BEGIN:VTIMEZONE BEGIN:STANDARD DTSTART:16010101T000000 TZOFFSETFROM:-0930 TZOFFSETTO:-0930 END:STANDARD
         END:VTIMEZONE",
        Some("<-0930>9:30"),
    );
    check("BEGIN:VTIMEZONE TZID:x END:VTIMEZONE", None);
    check(
        "BEGIN:VTIMEZONE BEGIN:STANDARD DTSTART:soon TZOFFSETTO:+0100 END:STANDARD END:VTIMEZONE",
        None,
    );
}

#[test]
fn rules_that_end_give_way_to_what_follows() {
    check_offsets(
        "BEGIN:VTIMEZONE BEGIN:DAYLIGHT DTSTART:19800406T020000 TZOFFSETFROM:+0100 TZOFFSETTO:+0200
         RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=19820404T010000Z END:DAYLIGHT BEGIN:STANDARD
         DTSTART:19800928T030000 TZOFFSETFROM:+0200 TZOFFSETTO:+0100 RRULE:FREQ=YEARLY;BYMONTH=9;BYDAY=-1SU;COUNT=2
         END:STANDARD BEGIN:STANDARD DTSTART:19860101T000000 TZOFFSETFROM:+0200 TZOFFSETTO:+0300 END:STANDARD
         END:VTIMEZONE",
        &[
            ("1950-07-01T00:00", 60),
            ("1980-04-06T01:59", 60),
            // In the gap, by the offset before it.
            ("1980-04-06T02:30", 60),
            ("1980-04-06T03:00", 120),
            // Twice; the first counts.
            ("1980-09-28T02:30", 120),
            ("1980-12-01T00:00", 60),
            ("1982-07-01T00:00", 120),
            ("1983-01-01T00:00", 120),
            ("1986-06-01T00:00", 180),
            ("2150-06-01T00:00", 180),
        ],
    );
}

#[test]
fn dates_of_change_can_be_listed() {
    check_offsets(
        "BEGIN:VTIMEZONE BEGIN:DAYLIGHT DTSTART:20200301T000000 TZOFFSETFROM:+0000 TZOFFSETTO:+0100
         RDATE:20200301T000000,20210401T000000 RDATE:20220501T000000 END:DAYLIGHT BEGIN:STANDARD
         DTSTART:20200901T000000 TZOFFSETFROM:+0100 TZOFFSETTO:+0000 RDATE:20210901T000000,20220901T000000
         END:STANDARD END:VTIMEZONE",
        &[
            ("2020-02-01T00:00", 0),
            ("2020-04-01T00:00", 60),
            ("2021-03-15T00:00", 0),
            ("2021-04-15T00:00", 60),
            ("2022-04-15T00:00", 0),
            ("2022-06-01T00:00", 60),
            ("2030-06-01T00:00", 0),
        ],
    );
}

#[test]
fn eras_with_rules_of_their_own_end_in_a_rule_for_ever() {
    let new_york = "BEGIN:VTIMEZONE
         BEGIN:DAYLIGHT DTSTART:19870405T020000 TZOFFSETFROM:-0500 TZOFFSETTO:-0400
         RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=20060402T070000Z END:DAYLIGHT
         BEGIN:STANDARD DTSTART:19671029T020000 TZOFFSETFROM:-0400 TZOFFSETTO:-0500
         RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20061029T060000Z END:STANDARD
         BEGIN:DAYLIGHT DTSTART:20070311T020000 TZOFFSETFROM:-0500 TZOFFSETTO:-0400
         RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU END:DAYLIGHT
         BEGIN:STANDARD DTSTART:20071104T020000 TZOFFSETFROM:-0400 TZOFFSETTO:-0500
         RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU END:STANDARD END:VTIMEZONE";
    let zone = defined(new_york).unwrap();
    assert!(
        zone.name()
            .starts_with("<-0500>5<-0400>4,M3.2.0/2:00:00,M11.1.0/2:00:00|"),
        "{}",
        zone.name()
    );
    let real = Zone::iana("America/New_York").unwrap();
    let from: jiff::civil::DateTime = "1987-05-01T00:30".parse().unwrap();
    for hours in 0..9_000 {
        let civil = from + jiff::Span::new().hours(hours * 53);
        assert_eq!(zone.instant(civil), real.instant(civil), "{civil}");
    }
    // Before its first observance the definition says what was: TZOFFSETFROM.
    check_offsets(
        new_york,
        &[("1960-01-01T00:00", -240), ("1970-01-01T00:00", -300)],
    );
}

#[test]
fn rules_that_no_posix_rule_says_are_followed_far() {
    check_offsets(
        "BEGIN:VTIMEZONE BEGIN:DAYLIGHT DTSTART:20000301T000000 TZOFFSETFROM:+0000 TZOFFSETTO:+0100
         RRULE:FREQ=YEARLY;BYMONTHDAY=1;BYMONTH=3 END:DAYLIGHT BEGIN:STANDARD DTSTART:20000901T000000
         TZOFFSETFROM:+0100 TZOFFSETTO:+0000 RRULE:FREQ=YEARLY;BYMONTHDAY=1;BYMONTH=9 END:STANDARD END:VTIMEZONE",
        &[("2026-04-01T00:00", 60), ("2026-10-01T00:00", 0), ("2099-04-01T00:00", 60), ("2099-10-01T00:00", 0)],
    );
}

#[test]
fn definitions_that_mean_harm_are_bounded() {
    let by_rule = |rule: &str| {
        format!(
            "BEGIN:VTIMEZONE BEGIN:DAYLIGHT DTSTART:19000301T000000 TZOFFSETFROM:+0000 TZOFFSETTO:+0100 RRULE:{rule}
             END:DAYLIGHT BEGIN:STANDARD DTSTART:19000301T001000 TZOFFSETFROM:+0100 TZOFFSETTO:+0000 RRULE:{rule}
             END:STANDARD END:VTIMEZONE"
        )
    };
    // More changes than any zone has.
    check(&by_rule("FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"), None);
    // Rules that no zone has count as none: what is left are two changes.
    let zone = defined(&by_rule("FREQ=SECONDLY")).unwrap();
    assert_eq!(zone.name().matches('=').count(), 2, "{}", zone.name());
}
