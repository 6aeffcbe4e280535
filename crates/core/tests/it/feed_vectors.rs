//! Calendar files of other projects with the occurrences that independent implementations find, read from
//! `KALENDS_VECTORS`.

use std::{collections::BTreeMap, fs, path::Path};

use kalends_core::{
    ical::{self, Feed, SeriesList},
    time::{Interval, Zone},
};
use serde_json::Value;

use crate::rule_vectors::folder;

/// Files whose stated occurrences are not right, with what decides. The first four are those on which two
/// implementations agree.
const DECIDED: [(&str, &str); 13] = [
    (
        "libical/test-data_recur-errors.ics",
        "the file defines no US-Eastern, which is in summer time on 1998-04-29; the stated offset is left from another file",
    ),
    (
        "allenporter-ical/tests_compat_testdata_office_365_invalid_timezone.ics",
        "the zone is defined nowhere; the calendar's zone is used and reported, not that of another file (section 3.2.19)",
    ),
    (
        "node-ical/test_fixtures_test_with_int_tzid.ics",
        "the zone \"1\" is defined by a VTIMEZONE (section 3.6.5), so the times are not floating",
    ),
    (
        "node-ical/test_fixtures_windows-quoted-tz-rrule.ics",
        "the TZID says Eastern time, five hours behind UTC; a DTEND does not state the start's zone (section 3.2.19)",
    ),
    (
        "ical4j/src_test_resources_samples_invalid_schedule-unstable.ics",
        "a start without a time of day is a day (section 3.3.4), whatever else its parameters say",
    ),
    (
        "ical4j/src_test_resources_samples_valid_friday13-NOT.ics",
        "EXRULE takes out what it matches (RFC 2445 section 4.8.5.2)",
    ),
    (
        "libical/test-data_2445.ics",
        "before the first observance its TZOFFSETFROM is in use (section 3.8.3.3), whatever STANDARD says later",
    ),
    (
        "node-ical/test_fixtures_Office-2012-owa.ics",
        "the TZIDs are Outlook's labels of known zones, so the times are not floating",
    ),
    (
        "node-ical/test_fixtures_biweekly-exdate-until.ics",
        "a series in UTC stays in UTC (section 3.3.5); X-WR-TIMEZONE is only for times without a zone",
    ),
    (
        "node-ical/test_fixtures_daily-count-exdate-recurrence-id.ics",
        "an end before the start is no end (section 3.8.2.2); start and end are not swapped",
    ),
    (
        "node-ical/test_fixtures_non-utc-until-ny.ics",
        "a local UNTIL is read in the zone of the start, not in UTC",
    ),
    (
        "node-ical/test_fixtures_sabredav-school-holidays.ics",
        "TZID must not be applied to dates (section 3.2.19)",
    ),
    (
        "node-ical/test_fixtures_yearly-recurring-unicode.ics",
        "TZID must not be applied to dates (section 3.2.19)",
    ),
];

#[test]
fn files_give_the_stated_occurrences() {
    let Some(folder) = folder("files_give_the_stated_occurrences") else {
        return;
    };
    let (mut agreed, mut stated_files, mut differing) = (0, 0, BTreeMap::new());
    for path in files(&folder.join("ics_expected")) {
        let expected: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let source = expected["source"].as_str().unwrap().to_owned();
        let feed = ical::parse(&fs::read(folder.join("ics").join(&source)).unwrap(), &Zone::UTC);
        if expected["status"] != "ok" {
            continue;
        }
        stated_files += 1;
        agreed += usize::from(expected["second_oracle"] == "agrees");
        let expect = stated(&expected);
        let seen = feed.map_or_else(
            |fault| vec![fault.to_string()],
            |feed| occurrences(&feed, &expected["window"], &expect),
        );
        // The last day is left out: there it matters in whose zone the window was cut.
        let end: jiff::civil::Date = expected["window"][1].as_str().unwrap().parse().unwrap();
        let end = end.yesterday().unwrap().to_string();
        let inside = |lines: Vec<String>| lines.into_iter().filter(|line| *line < end).collect::<Vec<_>>();
        let (expect, seen) = (inside(expect), inside(seen));
        if seen != expect {
            differing.insert(source, difference(&expect, &seen));
        }
    }
    println!(
        "{} of {stated_files} files give the stated occurrences ({agreed} have a second witness)",
        stated_files - differing.len()
    );
    for (file, reason) in DECIDED {
        assert!(
            differing.remove(file).is_some(),
            "{file} gives what is stated, against: {reason}"
        );
    }
    assert!(differing.is_empty(), "{differing:#?}");
}

pub(crate) fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .flat_map(|project| fs::read_dir(project.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    found.sort();
    found
}

/// `uid start end` of every occurrence that the data states, in order.
fn stated(expected: &Value) -> Vec<String> {
    let text = |one: &Value, field: &str| one[field].as_str().unwrap_or_default().to_owned();
    // Dates and floating times have no instant there, unless the calendar has a zone.
    let instant = |one: &Value, point: &str| {
        let stated = text(one, &format!("{point}_utc"));
        if !stated.is_empty() {
            return stated;
        }
        let civil = text(one, point);
        if civil.contains('T') {
            civil
        } else {
            format!("{civil}T00:00:00")
        }
    };
    let mut all: Vec<String> = expected["occurrences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!(
                "{} {} {}",
                instant(one, "start"),
                instant(one, "end"),
                text(one, "uid").trim_end()
            )
        })
        .collect();
    all.sort();
    all
}

/// The same of the events that were read; times without a zone as civil time where the data has them so.
fn occurrences(feed: &Feed, window: &Value, stated: &[String]) -> Vec<String> {
    let zone = feed.zone.clone().unwrap_or(Zone::UTC);
    let day = |at: usize| {
        let date: jiff::civil::Date = window[at].as_str().unwrap().parse().unwrap();
        zone.instant(date.to_datetime(jiff::civil::Time::midnight()))
    };
    let series = SeriesList::of(&feed.events);
    let expanded = series.expand(&zone, Interval::new(day(0), day(1)).unwrap());
    let mut all: Vec<String> = expanded
        .occurrences
        .iter()
        .map(|one| {
            let uid = one.event.ical_uid.as_deref().unwrap_or_default().trim_end();
            let instant = |us: i64| jiff::Timestamp::from_microsecond(us).unwrap();
            let (start, end) = (instant(one.start_us), instant(one.end_us));
            let civil = format!("{} {} {uid}", zone.civil(start), zone.civil(end));
            let utc = format!("{start} {end} {uid}");
            if stated.contains(&civil) { civil } else { utc }
        })
        .collect();
    all.sort();
    all
}

/// The first lines that only one of the two has.
fn difference(expect: &[String], seen: &[String]) -> String {
    let missing = expect
        .iter()
        .filter(|line| !seen.contains(line))
        .map(|line| format!("  - {line}"));
    let added = seen
        .iter()
        .filter(|line| !expect.contains(line))
        .map(|line| format!("  + {line}"));
    let lines: Vec<String> = missing.take(3).chain(added.take(3)).collect();
    format!(
        "  expected {}, found {}\n{}",
        expect.len(),
        seen.len(),
        lines.join("\n")
    )
}
