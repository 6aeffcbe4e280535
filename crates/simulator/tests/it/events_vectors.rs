//! Calendar files of other projects, imported over HTTP: the instances and the busy time that the simulator then has,
//! against the occurrences that `recurring-ical-events` finds. Read from `KALENDS_VECTORS`.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, ToSpan, civil::Time};
use kalends_core::{
    external_event::{EventEnd, ExternalEvent, OverrideRange, SeriesRole, Transparency},
    ical,
    time::{EventTime, Zone},
};
use serde_json::{Value, json};

use crate::harness::Google;

/// How the refusal of a series begins whose zone is not in the IANA database: Google has no form for it.
const NO_ZONE: &str = "Google has no zone";
// What Google itself refuses.
const NO_LENGTH: &str = "a day that ends on the day it begins: timeRangeEmpty";
const MIXED: &str = "a start and an end of which only one is a day: invalid";
const ONE_UID: &str = "two events under one UID, of which the second import replaces the first";

/// Files that Google takes otherwise than what is stated, with what decides.
const DECIDED: [(&str, &str); 9] = [
    (
        "allenporter-ical/tests_compat_testdata_calendar_labs_same_day_dtend.ics",
        NO_LENGTH,
    ),
    (
        "allenporter-ical/tests_testdata_rrule-exdate-mismatch.ics",
        NO_LENGTH,
    ),
    (
        "ical4j/src_test_resources_samples_valid_google_aus_holidays.ics",
        NO_LENGTH,
    ),
    (
        "ical4j/src_test_resources_samples_invalid_schedule-unstable.ics",
        MIXED,
    ),
    ("node-ical/test_fixtures_festival-multiday-rrule.ics", MIXED),
    ("ical4j/src_test_resources_samples_valid_classify.ics", ONE_UID),
    ("libical/test-data_classify.ics", ONE_UID),
    (
        "ical4j/src_test_resources_samples_valid_blalor.ics",
        "an exception stands for itself, also when an EXDATE takes out its place",
    ),
    (
        "ical4j/src_test_resources_samples_valid_friday13-NOT.ics",
        "EXRULE takes out what it matches (RFC 2445 section 4.8.5.2)",
    ),
];

/// Files whose zones and times are a matter of reading; `kalends-core` has the reasons beside its own test of these
/// files. What is imported from them is not what is stated.
const READ_OTHERWISE: [&str; 11] = [
    "allenporter-ical/tests_compat_testdata_office_365_invalid_timezone.ics",
    "libical/test-data_2445.ics",
    "libical/test-data_recur-errors.ics",
    "node-ical/test_fixtures_Office-2012-owa.ics",
    "node-ical/test_fixtures_biweekly-exdate-until.ics",
    "node-ical/test_fixtures_daily-count-exdate-recurrence-id.ics",
    "node-ical/test_fixtures_non-utc-until-ny.ics",
    "node-ical/test_fixtures_sabredav-school-holidays.ics",
    "node-ical/test_fixtures_test_with_int_tzid.ics",
    "node-ical/test_fixtures_windows-quoted-tz-rrule.ics",
    "node-ical/test_fixtures_yearly-recurring-unicode.ics",
];

#[tokio::test]
async fn imported_files_give_the_stated_occurrences_and_busy_times() {
    let Some(folder) = folder() else {
        println!(
            "imported_files_give_the_stated_occurrences_and_busy_times: skipped, KALENDS_VECTORS is not set"
        );
        return;
    };
    let google = Google::start().await;
    let (mut files, mut without_form, mut differing) = (0, 0, BTreeMap::new());
    for path in stated_files(&folder.join("ics_expected")) {
        let stated: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let source = stated["source"].as_str().unwrap().to_owned();
        if stated["status"] != "ok" || READ_OTHERWISE.contains(&source.as_str()) {
            continue;
        }
        files += 1;
        let text = fs::read(folder.join("ics").join(&source)).unwrap();
        match compare(&google, files, &text, &stated).await {
            Err(why) if why.starts_with(NO_ZONE) => without_form += 1,
            Err(why) => drop(differing.insert(source, why)),
            Ok(()) => {}
        }
    }
    println!(
        "{} of {files} files give the stated occurrences and busy times, {without_form} have a zone that Google has not",
        files - without_form - differing.len()
    );
    for (file, reason) in DECIDED {
        assert!(
            differing.remove(file).is_some(),
            "{file} gives what is stated, against: {reason}"
        );
    }
    assert!(differing.is_empty(), "{differing:#?}");
    assert!(
        files - without_form > 100,
        "{files} files are too few to prove anything"
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "the folder with vectors is not of this repository"
)]
fn folder() -> Option<PathBuf> {
    std::env::var_os("KALENDS_VECTORS").map(PathBuf::from)
}

fn stated_files(folder: &Path) -> Vec<PathBuf> {
    let projects = fs::read_dir(folder).unwrap();
    let mut found: Vec<_> = projects
        .flat_map(|project| fs::read_dir(project.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    found.sort();
    found
}

/// Imports one file into a calendar of its own and compares.
async fn compare(google: &Google, number: usize, text: &[u8], stated: &Value) -> Result<(), String> {
    let feed = ical::parse(text, &Zone::UTC).map_err(|fault| fault.to_string())?;
    let zone = feed.zone.clone().unwrap_or(Zone::UTC);
    let id = format!("c_file{number}@group.calendar.google.com");
    let order = json!({"email": "ana@example.com", "id": id, "timeZone": zone.name()});
    let made = google.send(reqwest::Method::PUT, "/_sim/calendars", &order).await;
    if !made.status.is_success() {
        return Err(format!("no calendar: {}", made.body));
    }
    let at = format!("/calendar/v3/calendars/{}/events", id.replace('@', "%40"));
    let (overrides, masters): (Vec<_>, Vec<_>) = feed
        .events
        .iter()
        .partition(|event| matches!(event.role, SeriesRole::Override { .. }));
    for event in masters.into_iter().chain(overrides) {
        let body = body(event, &feed.events, &zone)?;
        let reply = google.post(&format!("{at}/import"), &body).await;
        if !reply.status.is_success() {
            return Err(format!("refused: {} {body}", reply.body["error"]["message"]));
        }
    }
    let end: jiff::civil::Date = stated["window"][1].as_str().unwrap().parse().unwrap();
    let window = [
        stated["window"][0].as_str().unwrap().parse().unwrap(),
        end.yesterday().unwrap(),
    ]
    .map(|day: jiff::civil::Date| zone.instant(day.to_datetime(Time::midnight())));
    let occurring = stated["occurrences"].as_array().unwrap().iter();
    let known = occurring
        .map(|one| one["uid"].as_str().unwrap_or_default().trim_end())
        .collect();
    same(
        &occurrences(stated, &zone, window),
        &instances(google, &at, &zone, window, &known).await,
    )?;
    same(
        &merged_busy(stated, &zone, window),
        &busy(google, &id, window).await,
    )
}

fn same(expect: &[String], seen: &[String]) -> Result<(), String> {
    if expect == seen {
        return Ok(());
    }
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these
            .iter()
            .filter(|one| !those.contains(one))
            .take(3)
            .cloned()
            .collect()
    };
    let (missing, added) = (only(expect, seen), only(seen, expect));
    Err(format!(
        "expected {}, found {}: missing {missing:?}, added {added:?}",
        expect.len(),
        seen.len()
    ))
}

/// The event as a caller would import it; an error when Google has no form for it.
fn body(event: &ExternalEvent, all: &[ExternalEvent], zone: &Zone) -> Result<Value, String> {
    let span = event.span.as_ref().ok_or("an event without a time")?;
    let single = matches!(event.role, SeriesRole::Single);
    let mut body = json!({
        "iCalUID": uid_of(event),
        "summary": event.title,
        "start": time(&span.start, zone, single)?,
        "end": time(&end_of(&span.start, &span.end), zone, single)?,
        "transparency": if event.transparency == Transparency::Transparent { "transparent" } else { "opaque" },
    });
    match &event.role {
        SeriesRole::Single => {}
        SeriesRole::Master { recurrence } => body["recurrence"] = json!(recurrence),
        SeriesRole::Override {
            range: OverrideRange::ThisAndFuture,
            ..
        } => {
            return Err("Google has no RANGE=THISANDFUTURE".to_owned());
        }
        SeriesRole::Override { original_start, .. } => {
            // Some files name the instances of days by midnight.
            let of_days = |one: &ExternalEvent| {
                matches!(one.role, SeriesRole::Master { .. })
                    && uid_of(one) == uid_of(event)
                    && one.span.as_ref().is_some_and(|span| span.start.is_date())
            };
            let original = if all.iter().any(of_days) {
                EventTime::Date(original_start.civil().date())
            } else {
                original_start.clone()
            };
            body["originalStartTime"] = time(&original, zone, true)?;
        }
    }
    Ok(body)
}

fn uid_of(event: &ExternalEvent) -> &str {
    event.ical_uid.as_deref().unwrap_or(&event.provider_id)
}

fn end_of(start: &EventTime, end: &EventEnd) -> EventTime {
    match end {
        EventEnd::At(end) => end.clone(),
        EventEnd::After { days, exact } => match start {
            EventTime::Date(date) => EventTime::Date(date.saturating_add((*days).days())),
            EventTime::Floating(civil) => {
                EventTime::Floating(civil.saturating_add((*days).days()).saturating_add(*exact))
            }
            EventTime::Zoned { civil, zone } => {
                let later = zone.instant(civil.saturating_add((*days).days()));
                EventTime::at(later.saturating_add(*exact).unwrap(), zone.clone())
            }
        },
    }
}

/// A time in Google's form; series must say a zone of the IANA database.
fn time(time: &EventTime, calendar: &Zone, single: bool) -> Result<Value, String> {
    Ok(match time {
        EventTime::Date(date) => json!({"date": date.to_string()}),
        EventTime::Floating(civil) => json!({"dateTime": civil.to_string(), "timeZone": calendar.name()}),
        EventTime::Zoned { civil, zone } if Zone::iana(zone.name()).is_ok() => {
            json!({"dateTime": civil.to_string(), "timeZone": zone.name()})
        }
        EventTime::Zoned { .. } if single => json!({"dateTime": time.instant(calendar).to_string()}),
        EventTime::Zoned { zone, .. } => return Err(format!("{NO_ZONE} {}", zone.name())),
    })
}

/// `start end uid` of the stated occurrences that touch the window, in order.
fn occurrences(stated: &Value, zone: &Zone, window: [Timestamp; 2]) -> Vec<String> {
    let mut all: Vec<String> = stated_spans(stated, zone)
        .filter(|(_, start, end)| touches(*start, *end, window))
        .map(|(one, start, end)| {
            format!(
                "{start} {end} {}",
                one["uid"].as_str().unwrap_or_default().trim_end()
            )
        })
        .collect();
    all.sort();
    all
}

fn touches(start: Timestamp, end: Timestamp, window: [Timestamp; 2]) -> bool {
    start < window[1] && (end > window[0] || start >= window[0])
}

/// The stated occurrences with their instants; dates and floating times on the calendar's clock.
fn stated_spans<'a>(
    stated: &'a Value,
    zone: &'a Zone,
) -> impl Iterator<Item = (&'a Value, Timestamp, Timestamp)> {
    let instant = |one: &Value, point: &str| -> Timestamp {
        if let Some(utc) = one[format!("{point}_utc")].as_str() {
            return utc.parse().unwrap();
        }
        let civil = one[point].as_str().unwrap();
        let civil = if civil.contains('T') {
            civil.to_owned()
        } else {
            format!("{civil}T00:00:00")
        };
        zone.instant(civil.parse().unwrap())
    };
    let all = stated["occurrences"].as_array().unwrap().iter();
    all.map(move |one| (one, instant(one, "start"), instant(one, "end")))
}

/// The same of what a listing gives.
async fn instances(
    google: &Google,
    at: &str,
    zone: &Zone,
    window: [Timestamp; 2],
    known: &HashSet<&str>,
) -> Vec<String> {
    let (mut all, mut page) = (Vec::new(), String::new());
    loop {
        // Events of no length at the window's beginning count, as they do for the oracle.
        let from = window[0].saturating_sub(1.second()).unwrap();
        let query = format!(
            "singleEvents=true&maxResults=2500&timeMin={from}&timeMax={}{page}",
            window[1]
        );
        let answer = google.get(&format!("{at}?{query}")).await.ok();
        for one in answer["items"].as_array().unwrap() {
            let (start, end) = (point(&one["start"], zone), point(&one["end"], zone));
            let uid = one["iCalUID"].as_str().unwrap().trim_end();
            // A UID that the file does not have was made up by the reader.
            let uid = if known.contains(uid) { uid } else { "" };
            if touches(start, end, window) {
                all.push(format!("{start} {end} {uid}"));
            }
        }
        match answer["nextPageToken"].as_str() {
            Some(next) => page = format!("&pageToken={next}"),
            None => break,
        }
    }
    all.sort();
    all
}

fn point(time: &Value, zone: &Zone) -> Timestamp {
    match time["date"].as_str() {
        Some(date) => zone.instant(format!("{date}T00:00:00").parse().unwrap()),
        None => time["dateTime"].as_str().unwrap().parse().unwrap(),
    }
}

/// The stated opaque time in the window, merged.
fn merged_busy(stated: &Value, zone: &Zone, window: [Timestamp; 2]) -> Vec<String> {
    let opaque = stated_spans(stated, zone).filter(|(one, ..)| one["transp"] != "TRANSPARENT");
    merged(opaque.map(|(_, start, end)| (start, end)).collect(), window)
}

/// The busy time that free/busy answers, asked in parts and put together.
async fn busy(google: &Google, calendar: &str, window: [Timestamp; 2]) -> Vec<String> {
    let mut runs = Vec::new();
    let mut from = window[0];
    while from < window[1] {
        let to = from.saturating_add((60 * 24).hours()).unwrap().min(window[1]);
        let ask =
            json!({"timeMin": from.to_string(), "timeMax": to.to_string(), "items": [{"id": calendar}]});
        let answer = google.post("/calendar/v3/freeBusy", &ask).await.ok();
        for run in answer["calendars"][calendar]["busy"].as_array().unwrap() {
            let instant = |name: &str| run[name].as_str().unwrap().parse().unwrap();
            runs.push((instant("start"), instant("end")));
        }
        from = to;
    }
    merged(runs, window)
}

fn merged(mut runs: Vec<(Timestamp, Timestamp)>, window: [Timestamp; 2]) -> Vec<String> {
    runs.sort();
    let mut whole: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (start, end) in runs {
        let (start, end) = (start.max(window[0]), end.min(window[1]));
        match whole.last_mut() {
            _ if start >= end => {}
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => whole.push((start, end)),
        }
    }
    whole
        .into_iter()
        .map(|(start, end)| format!("{start} {end}"))
        .collect()
}
