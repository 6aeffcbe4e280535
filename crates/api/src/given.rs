//! A question for slots on given data: what `POST /v1/slots` answers when hours and busy time are in the question
//! itself, without a server and its database.
//!
//! Field names, defaults, bounds and wording of errors are those of the API; null is as good as absent.

use jiff::Timestamp;
use kalends_core::{
    busy,
    invalid_field::InvalidField,
    slots::{self, DateOverride, DayWindow, Found, OpenHours, Person, Question, SlotQuery, WeeklyWindow},
    time::{Interval, Zone},
};
use kalends_engine::availability::LONGEST_WINDOW;
use serde::Deserialize;

use crate::{
    extract::json,
    fields,
    problem::Problem,
    routes::users::hours::{DateHours, WeeklyHours, WorkingHours},
};

/// A question with its data, checked.
#[derive(Clone, Debug)]
pub struct Given {
    query: SlotQuery,
    /// `None`: always open.
    hours: Option<OpenHours>,
    busy: Vec<Interval>,
}

/// Why a question cannot be answered: names the field and says what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct GivenError(String);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GivenBody {
    time_zone: Option<String>,
    from: Timestamp,
    to: Timestamp,
    now: Option<Timestamp>,
    open_hours: Option<Vec<WeeklyHours>>,
    overrides: Option<Vec<DateHours>>,
    busy: Option<Vec<(Timestamp, Timestamp)>>,
    duration_minutes: u32,
    step_minutes: Option<u32>,
    round_to_minutes: Option<u32>,
    minimum_notice_minutes: Option<u32>,
    horizon_minutes: Option<u32>,
    buffer_before_minutes: Option<u32>,
    buffer_after_minutes: Option<u32>,
    max_results: Option<usize>,
}

impl Given {
    /// Reads and checks a question in JSON.
    pub fn read(text: &[u8]) -> Result<Self, GivenError> {
        let body: GivenBody = json::read(text)?;
        Ok(body.checked()?)
    }

    /// The zone of the question's clock.
    pub fn zone(&self) -> &Zone {
        &self.query.zone
    }

    /// Asks the engine that the API asks.
    pub fn answer(&self) -> Result<Found, GivenError> {
        self.ask(slots::find)
    }

    /// The run of free time of which the slots are cut.
    pub fn free(&self) -> Result<Vec<Interval>, GivenError> {
        self.ask(slots::free)
    }

    fn ask<T>(&self, ask: impl Fn(&Question<'_>) -> Result<T, InvalidField>) -> Result<T, GivenError> {
        let reach = self.query.reach();
        let open = self
            .hours
            .as_ref()
            .map_or_else(|| vec![reach], |hours| hours.windows(reach));
        let busy = busy::clip(&self.busy, reach);
        let people = [Person::new(&open, &busy, &[])];
        ask(&Question::together(&self.query, &people)).map_err(|error| fields::invalid(error).into())
    }
}

impl GivenBody {
    fn checked(self) -> Result<Given, Problem> {
        let zone = match &self.time_zone {
            Some(name) => fields::zone("timeZone", name)?,
            None => Zone::UTC,
        };
        let window = fields::span("to", self.from, self.to)?;
        if self.to.duration_since(self.from) > LONGEST_WINDOW {
            let days = LONGEST_WINDOW.as_hours() / 24;
            return Err(Problem::field(
                "to",
                format!("must be at most {days} days after from"),
            ));
        }
        let query = SlotQuery {
            step_minutes: self.step_minutes.unwrap_or(self.duration_minutes),
            round_to_minutes: Some(self.round_to_minutes.unwrap_or(15)).filter(|minutes| *minutes > 0),
            buffer_before_minutes: self.buffer_before_minutes.unwrap_or(0),
            buffer_after_minutes: self.buffer_after_minutes.unwrap_or(0),
            // Nothing is before the first instant: without a present, neither notice nor horizon applies.
            now: self.now.unwrap_or(Timestamp::MIN),
            minimum_notice_minutes: self.minimum_notice_minutes.unwrap_or(0),
            horizon_minutes: self.horizon_minutes.filter(|_| self.now.is_some()),
            max_results: self.max_results,
            ..SlotQuery::new(window, self.duration_minutes, zone, Timestamp::MIN)
        };
        query.check().map_err(fields::invalid)?;
        Ok(Given {
            query,
            hours: hours(
                self.time_zone,
                self.open_hours,
                self.overrides.unwrap_or_default(),
            )?,
            busy: busy(self.busy.unwrap_or_default())?,
        })
    }
}

/// Dates with other hours are exceptions from being always open when no weekly hours are given.
fn hours(
    time_zone: Option<String>,
    open_hours: Option<Vec<WeeklyHours>>,
    overrides: Vec<DateHours>,
) -> Result<Option<OpenHours>, Problem> {
    if open_hours.is_none() && overrides.is_empty() {
        return Ok(None);
    }
    let Some(time_zone) = time_zone else {
        return Err(Problem::field(
            "timeZone",
            "is required with openHours and overrides",
        ));
    };
    let always = open_hours.is_none();
    let hours = WorkingHours::new(time_zone, open_hours.unwrap_or_default(), overrides).into_core()?;
    if !always {
        return Ok(Some(hours));
    }
    let every_day = WeeklyWindow {
        days: (1..=7).collect(),
        window: DayWindow::DAY,
    };
    let overrides: Vec<DateOverride> = hours.overrides().to_vec();
    OpenHours::new(hours.zone().clone(), vec![every_day], overrides)
        .map(Some)
        .map_err(fields::invalid)
}

/// The run of busy spans in any order; a span without length takes no time.
fn busy(spans: Vec<(Timestamp, Timestamp)>) -> Result<Vec<Interval>, Problem> {
    let mut all = Vec::with_capacity(spans.len());
    for (index, (start, end)) in spans.into_iter().enumerate() {
        if end < start {
            let message = format!("must not end before it starts: {end} is before {start}");
            return Err(Problem::field(format!("busy[{index}]"), message));
        }
        all.extend(Interval::new(start, end));
    }
    Ok(busy::normalize(all))
}

impl From<Problem> for GivenError {
    fn from(problem: Problem) -> Self {
        Self(problem.detail().to_owned())
    }
}
