//! Rules of another project with the instances that it states, read from `KALENDS_VECTORS`.

use std::path::PathBuf;

use kalends_core::{
    recurrence::{Series, expand},
    time::{Interval, Zone},
};
use serde_json::Value;

use crate::made::master;

/// Where other projects' data lies, when it is there.
pub(crate) fn folder(test: &str) -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the data is not part of the project; its place is the runner's choice"
    )]
    let folder = std::env::var_os("KALENDS_VECTORS").map(PathBuf::from);
    if folder.is_none() {
        println!("{test}: skipped, KALENDS_VECTORS is not set");
    }
    folder
}

/// Rules whose stated instances RFC 5545 does not ask for, with the reason.
const DECIDED: [(&str, &str); 2] = [
    ("FREQ=YEARLY;BYMONTHDAY=29;COUNT=3", EVERY_MONTH),
    ("FREQ=YEARLY;BYMONTHDAY=-29,-1;COUNT=4", EVERY_MONTH),
];

const EVERY_MONTH: &str =
    "BYMONTHDAY expands a yearly rule (table of section 3.3.10), and without BYMONTH every month has the day";

/// Rules that the other project refuses and RFC 5545 allows, with what they give.
const REFUSED: [(&str, &[&str]); 1] = [(
    // Each part may stand with the others in a yearly rule (table of section 3.3.10): week 1 has the 30th of December
    // where that is a Monday or a Tuesday.
    "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=30;BYWEEKNO=1;UNTIL=20320101",
    &["20241230", "20251230", "20301230", "20311230"],
)];

#[test]
fn rules_give_the_stated_instances() {
    let Some(folder) = folder("rules_give_the_stated_instances") else {
        return;
    };
    let text = std::fs::read_to_string(folder.join("rrule/libical.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let (mut matched, mut decided, mut wrong) = (0, 0, Vec::new());
    for case in &cases {
        let (name, rule) = (case["name"].as_str().unwrap(), case["rrule"].as_str().unwrap());
        let refused = REFUSED.iter().find(|(refused, _)| *refused == rule);
        let expect: Vec<&str> = match (case["instances"].as_array(), refused) {
            (Some(stated), None) => stated.iter().map(|item| item.as_str().unwrap()).collect(),
            (None, Some((_, expect))) => expect.to_vec(),
            _ => panic!("{rule} is stated and refused, or neither"),
        };
        let start_at = case["start_at"].as_str();
        let seen = instances(case["dtstart"].as_str().unwrap(), rule, &expect, start_at);
        let expect: Vec<&str> = expect
            .into_iter()
            .filter(|at| start_at.is_none_or(|from| *at >= from))
            .collect();
        if seen == expect {
            matched += 1;
        } else if DECIDED.iter().any(|(against, _)| *against == rule) {
            decided += 1;
        } else {
            wrong.push(format!(
                "{name}\n  {rule}\n  expected {expect:?}\n  found    {seen:?}"
            ));
        }
    }
    println!(
        "{matched} of {} rules give what is stated or decided",
        cases.len()
    );
    assert_eq!(
        decided,
        DECIDED.len(),
        "rules that are decided against what is stated"
    );
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// The starts of a rule from `start_at` on, in the form of the data, up to a year after the last that is expected.
fn instances(start: &str, rule: &str, expect: &[&str], start_at: Option<&str>) -> Vec<String> {
    // The data states what the rule alone gives; a series has its start too, unless that is taken out.
    let exdate = format!("EXDATE:{start}");
    let rule_line = format!("RRULE:{rule}");
    let by_rule = expect.first().is_none_or(|first| *first == start);
    let lines = if by_rule {
        vec![rule_line.as_str()]
    } else {
        vec![rule_line.as_str(), exdate.as_str()]
    };
    let event = master(&iso(start), &iso(start), &lines);
    let instant = |text: &str| Zone::UTC.instant(crate::made::time(&iso(text)).civil());
    let from = start_at.map_or_else(|| instant(start), instant);
    let to = expect.last().map_or(from, |last| instant(last));
    let to = to.max(from) + jiff::SignedDuration::from_hours(24 * 366);
    let found = expand(
        &Series {
            master: &event,
            overrides: &[],
        },
        &Zone::UTC,
        Interval::new(from, to).unwrap(),
    );
    let form = match start.len() {
        8 => "%Y%m%d",
        _ if start.ends_with('Z') => "%Y%m%dT%H%M%SZ",
        _ => "%Y%m%dT%H%M%S",
    };
    let endless = !rule.contains("COUNT") && !rule.contains("UNTIL");
    let limit = if endless { expect.len() } else { usize::MAX };
    found
        .occurrences
        .iter()
        .take(limit)
        .map(|one| Zone::UTC.civil(jiff::Timestamp::from_microsecond(one.start_us).unwrap()))
        .map(|civil| civil.strftime(form).to_string())
        .collect()
}

/// `20260105T090000Z` as `2026-01-05T09:00:00`; floating and UTC are the same here.
fn iso(text: &str) -> String {
    let date = format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..8]);
    match text.get(9..15) {
        Some(time) => format!("{date}T{}:{}:{}", &time[..2], &time[2..4], &time[4..]),
        None => date,
    }
}
