//! Busy time as Google computes it (`freebusy.query`).
//!
//! A question takes at most 50 calendars and a limited, undocumented span, so it is asked in parts. A calendar that
//! fails is answered inside a success, with an empty list beside its errors: that is never free time.

mod answer;

use jiff::SignedDuration;
use kalends_core::{
    busy::{clip, normalize},
    time::Interval,
};
use serde_json::json;

use super::{Google, refusal::Question};
use crate::provider::{Ask, CalendarBusy, ProviderError};

/// `calendarExpansionMax` of the API reference.
const MOST_CALENDARS: usize = 50;

/// Spans of some 60 to 90 days have been refused (`timeRangeTooLong`).
const LONGEST_SPAN: SignedDuration = SignedDuration::from_hours(60 * 24);

pub(super) async fn ask(
    google: &Google,
    ask: &Ask,
    calendars: &[String],
    window: Interval,
) -> Result<Vec<CalendarBusy>, ProviderError> {
    let mut found: Vec<CalendarBusy> = Vec::with_capacity(calendars.len());
    for some in calendars.chunks(MOST_CALENDARS) {
        let mut busy: Vec<Result<Vec<Interval>, ProviderError>> =
            some.iter().map(|_| Ok(Vec::new())).collect();
        for span in spans(window) {
            let part = query(google, ask, some, span).await?;
            for (so_far, more) in busy.iter_mut().zip(part) {
                join(so_far, more);
            }
        }
        // Google promises neither order nor that blocks are merged or cut at the bounds.
        let runs = busy
            .into_iter()
            .map(|busy| busy.map(|busy| clip(&normalize(busy), window)));
        let answers = some.iter().zip(runs);
        found.extend(answers.map(|(id, busy)| CalendarBusy {
            provider_id: id.clone(),
            busy,
        }));
    }
    Ok(found)
}

/// One part's error makes the calendar unknown.
fn join(so_far: &mut Result<Vec<Interval>, ProviderError>, more: Result<Vec<Interval>, ProviderError>) {
    match (so_far.as_mut(), more) {
        (Ok(all), Ok(more)) => all.extend(more),
        (Ok(_), Err(error)) => *so_far = Err(error),
        (Err(_), _) => {}
    }
}

async fn query(
    google: &Google,
    ask: &Ask,
    calendars: &[String],
    span: Interval,
) -> Result<Vec<Result<Vec<Interval>, ProviderError>>, ProviderError> {
    let items: Vec<_> = calendars.iter().map(|id| json!({ "id": id })).collect();
    let body = json!({
        "timeMin": span.start().to_string(),
        "timeMax": span.end().to_string(),
        "items": items,
    });
    let url = google.url(&["freeBusy"], &[("fields", "calendars")]);
    let answer = google.post(ask, &url, &body, Question::Account).await?;
    answer::read(&answer.body, calendars)
}

/// The window in parts that the API takes.
fn spans(window: Interval) -> impl Iterator<Item = Interval> {
    let longest_us = i64::try_from(LONGEST_SPAN.as_micros()).unwrap_or(i64::MAX);
    let starts = std::iter::successors(Some(window.start_us()), move |start| {
        start.checked_add(longest_us)
    });
    starts
        .take_while(move |start| *start < window.end_us())
        .filter_map(move |start| {
            Interval::from_micros(start, start.saturating_add(longest_us).min(window.end_us()))
        })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[track_caller]
    fn check(start: &str, end: &str, expect: &[(&str, &str)]) {
        let span = |start: &str, end: &str| {
            let at = |text: &str| text.parse::<Timestamp>().unwrap();
            Interval::new(at(start), at(end)).unwrap()
        };
        let expect: Vec<_> = expect.iter().map(|(start, end)| span(start, end)).collect();
        assert_eq!(spans(span(start, end)).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn a_long_window_is_asked_in_adjoining_parts() {
        let (start, day_60, end) = (
            "2026-01-01T00:00:00Z",
            "2026-03-02T00:00:00Z",
            "2026-03-03T00:00:00Z",
        );
        check(start, day_60, &[(start, day_60)]);
        check(start, end, &[(start, day_60), (day_60, end)]);
    }
}
