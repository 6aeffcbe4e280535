//! The crate `rrule`.

use kalends_core::time::Interval;
use rrule::RRuleSet;

/// More than any of the series has in the window.
const MOST: u16 = 1000;
/// How long to go on: the rules without an end are cut after the window.
const UNTIL: &str = ";UNTIL=20271231T225959Z";

/// Starts of a series inside the window, in microseconds since 1970.
pub(crate) fn starts(text: &str, window: Interval) -> anyhow::Result<Vec<i64>> {
    let set: RRuleSet = bounded(text).parse()?;
    let found = set.all(MOST);
    anyhow::ensure!(!found.limited, "more than {MOST}");
    let mut starts = Vec::with_capacity(found.dates.len());
    for date in &found.dates {
        let start_us = date.timestamp_micros();
        if start_us < window.end_us() {
            starts.push(start_us);
        }
    }
    Ok(starts)
}

/// How many occurrences all series have.
pub(crate) fn count(texts: &[String]) -> usize {
    let mut total = 0;
    for text in texts {
        if let Ok(set) = bounded(text).parse::<RRuleSet>() {
            total += set.all(MOST).dates.len();
        }
    }
    total
}

/// The series with an end, so that the crate does not go on behind the window.
fn bounded(text: &str) -> String {
    if text.contains("COUNT") {
        text.to_owned()
    } else {
        text.replace("\nEXDATE", &format!("{UNTIL}\nEXDATE"))
    }
}
