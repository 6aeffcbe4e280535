//! `freebusy.query`: when calendars are busy.

use std::collections::BTreeSet;

use axum::{body::Bytes, extract::State, response::Response};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use kalends_core::time::{Interval, Zone};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    directory::{Calendar, Directory},
    events::{Role, instances_in},
    google::{self, Call, GoogleError, Method, local, utc_millis},
    state::Sim,
};

/// The longest range; Google does not document its own, reports lie between 60 and 90 days.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 90);
/// Calendars per question.
const MOST_CALENDARS: usize = 50;
/// People per group.
const MOST_MEMBERS: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Question {
    time_min: Option<String>,
    time_max: Option<String>,
    time_zone: Option<String>,
    calendar_expansion_max: Option<i64>,
    group_expansion_max: Option<i64>,
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
    let most_calendars = most(
        question.calendar_expansion_max,
        "calendarExpansionMax",
        MOST_CALENDARS,
    )?;
    let most_members = most(question.group_expansion_max, "groupExpansionMax", MOST_MEMBERS)?;
    let directory = sim.directory();
    let mut ids: Vec<&str> = Vec::new();
    let mut groups = Map::new();
    for asked in &question.items {
        let Some(members) = group(&directory, &asked.id) else {
            ids.push(&asked.id);
            continue;
        };
        let answer = if members.len() > most_members {
            json!({"errors": [error("groupTooBig")]})
        } else {
            ids.extend(members.iter().map(String::as_str));
            json!({"calendars": members})
        };
        groups.insert(asked.id.clone(), answer);
    }
    let mut calendars = Map::new();
    for id in ids {
        if calendars.contains_key(id) {
            continue;
        }
        let answer = if calendars.len() >= most_calendars {
            refusal("tooManyCalendarsRequested")
        } else {
            match directory.open(&caller, id) {
                Ok((calendar, _)) => answer(calendar, window, &zone)?,
                Err(_) => refusal("notFound"),
            }
        };
        calendars.insert(id.to_owned(), answer);
    }
    let mut body = json!({"kind": "calendar#freeBusy", "timeMin": utc_millis(min), "timeMax": utc_millis(max),
        "calendars": calendars});
    if !groups.is_empty() {
        body["groups"] = groups.into();
    }
    Ok(google::json(StatusCode::OK, &body))
}

/// The people of a group; a calendar of the same name comes first.
fn group<'a>(directory: &'a Directory, id: &str) -> Option<&'a BTreeSet<String>> {
    directory.group(id).filter(|_| directory.calendar(id).is_none())
}

/// One calendar's busy times, or why they cannot be told.
fn answer(calendar: &Calendar, window: Interval, zone: &Zone) -> Result<Value, GoogleError> {
    if let Some(reason) = &calendar.free_busy_error {
        return Ok(refusal(reason));
    }
    let runs = busy(calendar, window)?;
    let busy: Vec<Value> = runs.into_iter().map(|run| period(run, zone)).collect();
    Ok(json!({"busy": busy}))
}

fn most(asked: Option<i64>, name: &str, limit: usize) -> Result<usize, GoogleError> {
    let Some(asked) = asked else {
        return Ok(limit);
    };
    let asked = usize::try_from(asked)
        .ok()
        .filter(|asked| (1..=limit).contains(asked));
    asked.ok_or_else(|| GoogleError::bad("invalid", &format!("Invalid value for: {name}")))
}

fn bound(text: Option<&str>, name: &str) -> Result<Timestamp, GoogleError> {
    let text = text.ok_or_else(|| GoogleError::bad("required", &format!("Missing {name} parameter.")))?;
    text.parse()
        .map_err(|_| GoogleError::bad("badRequest", "Bad Request"))
}

fn refusal(reason: &str) -> Value {
    json!({"errors": [error(reason)], "busy": []})
}

fn error(reason: &str) -> Value {
    json!({"domain": "global", "reason": reason})
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
