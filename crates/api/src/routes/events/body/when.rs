//! When an event takes place, as two texts and a zone.

use jiff::{Timestamp, civil::Date};
use kalends_core::{event::When, time::Zone};

use crate::{fields, problem::Problem};

/// A point as the caller states it.
enum Point {
    At(Timestamp),
    On(Date),
}

/// Reads start, end and zone; a series has to name its zone.
pub(in crate::routes::events) fn read(
    start: &str,
    end: &str,
    (zone, is_series): (Option<&str>, bool),
) -> Result<When, Problem> {
    let when = match (point("start", start)?, point("end", end)?) {
        (Point::At(start), Point::At(end)) => {
            let zone = match zone {
                Some(name) => fields::zone("timeZone", name)?,
                None if is_series => {
                    return Err(Problem::field(
                        "timeZone",
                        "is required for a series: its times keep the clock of that zone",
                    ));
                }
                None => Zone::UTC,
            };
            When::timed(start, end, zone)
        }
        (Point::On(_), Point::On(_)) if zone.is_some() => {
            return Err(Problem::field(
                "timeZone",
                "must be left out of an event of whole days",
            ));
        }
        (Point::On(first), Point::On(end)) => When::all_day(first, end),
        (Point::At(_), Point::On(_)) => {
            return Err(Problem::field("end", "must be an instant, as start is"));
        }
        (Point::On(_), Point::At(_)) => {
            return Err(Problem::field("end", "must be a date, as start is"));
        }
    };
    when.map_err(fields::invalid)
}

/// Start, end and zone as they are answered.
pub(in crate::routes::events) fn write(when: &When) -> (String, String, Option<String>) {
    match when {
        When::Timed { span, zone } => (
            span.start().to_string(),
            span.end().to_string(),
            Some(zone.name().to_owned()),
        ),
        When::AllDay(days) => (days.first().to_string(), days.end().to_string(), None),
    }
}

fn point(field: &str, text: &str) -> Result<Point, Problem> {
    // Ten characters are a date; a date alone would also be read as an instant by some.
    if let Some(date) = text.len().eq(&10).then(|| text.parse::<Date>().ok()).flatten() {
        return Ok(Point::On(date));
    }
    let message = "must be an instant such as 2026-12-01T10:00:00Z, or a date such as 2026-12-01";
    text.parse()
        .map(Point::At)
        .map_err(|_| Problem::field(field, message))
}
