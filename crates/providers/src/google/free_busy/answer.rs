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
}
