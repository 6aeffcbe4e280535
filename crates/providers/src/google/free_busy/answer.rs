//! The answer of `freebusy.query`.

use std::collections::HashMap;

use jiff::Timestamp;
use kalends_core::time::Interval;
use serde::Deserialize;

use crate::provider::ProviderError;

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    calendars: HashMap<String, Calendar>,
}

#[derive(Deserialize)]
struct Calendar {
    #[serde(default)]
    errors: Vec<Fault>,
    #[serde(default)]
    busy: Vec<Span>,
}

#[derive(Deserialize)]
struct Fault {
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct Span {
    start: Timestamp,
    end: Timestamp,
}

/// What is said of each calendar asked, in the order asked.
pub(super) fn read(
    body: &[u8],
    calendars: &[String],
) -> Result<Vec<Result<Vec<Interval>, ProviderError>>, ProviderError> {
    let mut answer: Answer = serde_json::from_slice(body).map_err(|_| unreadable("the free/busy answer"))?;
    let of = |id: &String| match answer.calendars.remove(id) {
        None => Err(unreadable("the free/busy answer leaves out a calendar")),
        Some(Calendar { errors, busy }) => match errors.into_iter().next() {
            Some(fault) => Err(meaning(fault.reason)),
            None => Ok(busy
                .iter()
                .filter_map(|span| Interval::new(span.start, span.end))
                .collect()),
        },
    };
    Ok(calendars.iter().map(of).collect())
}

/// Sorted, merged and within the window: Google promises none of it.
pub(super) fn merged(mut busy: Vec<Interval>, window: Interval) -> Vec<Interval> {
    busy.sort_unstable();
    let mut runs: Vec<Interval> = Vec::with_capacity(busy.len());
    for next in busy.into_iter().filter_map(|span| span.clip(window)) {
        match runs.last_mut() {
            Some(last) if next.start_us() <= last.end_us() => {
                let end = last.end_us().max(next.end_us());
                *last = Interval::from_micros(last.start_us(), end).unwrap_or(*last);
            }
            _ => runs.push(next),
        }
    }
    runs
}

fn meaning(reason: String) -> ProviderError {
    match reason.as_str() {
        "notFound" => ProviderError::NotFound,
        "tooManyCalendarsRequested" | "groupTooBig" => ProviderError::Rejected { status: 200, reason },
        _ => ProviderError::Unavailable { source: None },
    }
}

fn unreadable(what: &str) -> ProviderError {
    ProviderError::Unreadable {
        what: what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: i64, end: i64) -> Interval {
        Interval::from_micros(start, end).unwrap()
    }

    #[test]
    fn an_error_beside_an_empty_list_is_no_free_time() {
        let body = br#"{"kind":"calendar#freeBusy","calendars":{
            "primary":{"busy":[{"start":"2026-12-01T16:00:00+01:00","end":"2026-12-01T16:45:00+01:00"}]},
            "free":{"busy":[]},
            "nobody":{"errors":[{"domain":"global","reason":"notFound"}],"busy":[]},
            "broken":{"errors":[{"domain":"global","reason":"internalError"}],"busy":[]}}}"#;
        let ids = ["free", "nobody", "primary", "broken", "absent"].map(str::to_owned);
        let answers = read(body, &ids).unwrap();
        let codes = answers
            .iter()
            .map(|answer| answer.as_ref().map(Vec::len).map_err(ProviderError::code));
        let expect = [
            Ok(0),
            Err("calendar_not_found"),
            Ok(1),
            Err("provider_unavailable"),
            Err("provider_unreadable"),
        ];
        assert_eq!(codes.collect::<Vec<_>>(), expect);
        let first = answers[2].as_ref().unwrap()[0];
        assert_eq!(
            first.start(),
            "2026-12-01T15:00:00Z".parse::<Timestamp>().unwrap()
        );
    }

    #[test]
    fn blocks_are_sorted_merged_and_clipped() {
        let busy = vec![
            span(50, 70),
            span(0, 10),
            span(10, 20),
            span(60, 65),
            span(90, 200),
            span(300, 400),
        ];
        assert_eq!(
            merged(busy, span(5, 100)),
            [span(5, 20), span(50, 70), span(90, 100)]
        );
    }
}
