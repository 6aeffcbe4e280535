//! `freebusy.query`: when calendars are busy.

use axum::{body::Bytes, extract::State, response::Response};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use kalends_core::time::{Interval, Zone};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    directory::Calendar,
    events::{Role, instances_in},
    google::{self, Call, GoogleError, Method, local, utc_millis},
    state::Sim,
};

/// The longest range; Google does not document its own, reports lie between 60 and 90 days.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 90);
/// Calendars per question.
const MOST_CALENDARS: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Question {
    time_min: Option<String>,
    time_max: Option<String>,
    time_zone: Option<String>,
    calendar_expansion_max: Option<i64>,
    items: Vec<Asked>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    id: String,
}

/// Merged busy times by calendar id as asked; what is wrong with one calendar is told beside it.
pub(crate) async fn query(State(sim): State<Sim>, call: Call, body: Bytes) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::FreebusyQuery)?;
    let question: Question =
        serde_json::from_slice(&body).map_err(|_| GoogleError::bad("parseError", "Parse Error"))?;
    let (min, max) = (
        bound(question.time_min.as_deref(), "timeMin")?,
        bound(question.time_max.as_deref(), "timeMax")?,
    );
    let window = Interval::new(min, max).ok_or_else(|| GoogleError::empty_range("timeMax"))?;
    if min.duration_until(max) > LONGEST {
        return Err(GoogleError::long_range());
    }
    let zone = match &question.time_zone {
        None => Zone::UTC,
        Some(name) => Zone::iana(name).map_err(|_| GoogleError::bad("invalid", "Invalid time zone."))?,
    };
    let most = match question.calendar_expansion_max {
        None => MOST_CALENDARS,
        Some(most) => usize::try_from(most)
            .ok()
            .filter(|most| (1..=MOST_CALENDARS).contains(most))
            .ok_or_else(|| GoogleError::bad("invalid", "Invalid value for: calendarExpansionMax"))?,
    };
    let directory = sim.directory();
    let mut calendars = Map::new();
    for (index, asked) in question.items.iter().enumerate() {
        let answer = if index >= most {
            refusal("tooManyCalendarsRequested")
        } else if let Ok((calendar, _)) = directory.open(&caller, &asked.id) {
            let runs = busy(calendar, window)?;
            let busy: Vec<Value> = runs.into_iter().map(|run| period(run, &zone)).collect();
            json!({"busy": busy})
        } else {
            refusal("notFound")
        };
        calendars.insert(asked.id.clone(), answer);
    }
    let body = json!({"kind": "calendar#freeBusy", "timeMin": utc_millis(min), "timeMax": utc_millis(max),
        "calendars": calendars});
    Ok(google::json(StatusCode::OK, &body))
}

fn bound(text: Option<&str>, name: &str) -> Result<Timestamp, GoogleError> {
    let text = text.ok_or_else(|| GoogleError::bad("required", &format!("Missing {name} parameter.")))?;
    text.parse()
        .map_err(|_| GoogleError::bad("badRequest", "Bad Request"))
}

fn refusal(reason: &str) -> Value {
    json!({"errors": [{"domain": "global", "reason": reason}], "busy": []})
}

fn period(run: Interval, zone: &Zone) -> Value {
    json!({"start": local(run.start(), zone), "end": local(run.end(), zone)})
}

/// The busy times of a calendar in the window: sorted, merged, cut to it.
pub(crate) fn busy(calendar: &Calendar, window: Interval) -> Result<Vec<Interval>, GoogleError> {
    let mut found = Vec::new();
    for event in calendar.events.touching(window.start_us(), window.end_us()) {
        let facts = &event.facts;
        let touches = facts.start_us < window.end_us() && window.start_us() < facts.end_us;
        if !touches || !facts.busy {
            continue;
        }
        if facts.role == Role::Master {
            let instances = instances_in(&event.resource()?, &calendar.zone, window);
            let by_rule = instances
                .into_iter()
                .filter(|one| calendar.events.get(&one.id).is_none());
            found.extend(by_rule.filter_map(|one| Interval::from_micros(one.start_us, one.end_us)));
        } else {
            found.extend(Interval::from_micros(facts.start_us, facts.end_us));
        }
    }
    found.sort_unstable();
    let mut merged: Vec<Interval> = Vec::new();
    for run in found.into_iter().filter_map(|run| run.clip(window)) {
        match merged.last_mut() {
            Some(last) if run.start_us() <= last.end_us() => {
                let end = last.end_us().max(run.end_us());
                *last = Interval::from_micros(last.start_us(), end).unwrap_or(*last);
            }
            _ => merged.push(run),
        }
    }
    Ok(merged)
}
