//! `events.quickAdd`: an event from one sentence.

mod sentence;
mod words;

use axum::{
    extract::{Path, State},
    response::Response,
};
use kalends_core::time::Zone;

use self::sentence::{Sentence, When};
use super::{EventResource, insert::make};
use crate::{
    google::{Call, EventDateTime, GoogleError, Method},
    state::Sim,
};

/// Makes the event that the text describes, on the calendar's clock; a text without a time begins now.
pub(crate) async fn quick_add(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::EventsQuickAdd)?;
    let text = call
        .query
        .text("text")
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| GoogleError::required_parameter("text"))?;
    let now = sim.now();
    let event = {
        let directory = sim.directory();
        let (calendar, _) = directory.open(&caller, &calendar)?;
        let sentence = Sentence::read(text, calendar.zone.civil(now));
        resource(sentence, &calendar.zone)
    };
    make(&sim, &call, &caller, &calendar, event)
}

fn resource(sentence: Sentence, zone: &Zone) -> EventResource {
    let (start, end) = match sentence.when {
        When::Day(day) => {
            let next = day.tomorrow().unwrap_or(day);
            (EventDateTime::day(day), EventDateTime::day(next))
        }
        When::Hours(from, to) => {
            let at = |civil| EventDateTime::at(zone.instant(civil), zone, zone.name());
            (at(from), at(to))
        }
    };
    EventResource {
        summary: Some(sentence.summary),
        location: sentence.location,
        start: Some(start),
        end: Some(end),
        ..EventResource::default()
    }
}
