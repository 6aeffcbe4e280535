//! A question for slots on given data: what `POST /v1/slots` and `POST /v1/availability/explain` answer when hours and
//! busy time are in the question itself, without a server and its database.
//!
//! Field names, defaults, bounds and wording of errors are those of the API; null is as good as absent.

mod answers;
mod body;
mod person;

use jiff::Timestamp;
use kalends_core::{
    busy,
    slots::{self, OpenHours, Person},
    time::{Interval, Zone},
};

pub use self::answers::{Computed, Why};
use crate::{
    extract::json,
    problem::Problem,
    routes::reading::{
        explain::{because::Names, verdicts::Explained},
        slots::{answer::offers, company::Form, question::Checked},
    },
};

/// A question with its data, checked.
#[derive(Clone, Debug)]
pub struct Given {
    checked: Checked,
    /// In the order of the question.
    people: Vec<GivenTime>,
}

/// What is given of one person's time.
#[derive(Clone, Debug)]
struct GivenTime {
    /// `None`: always open.
    hours: Option<OpenHours>,
    /// A run.
    busy: Vec<Interval>,
    /// The zone of the days and weeks of limits.
    zone: Zone,
}

/// Why a question cannot be answered: names the field and says what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct GivenError(String);

/// A person's time over the reach of the question.
struct Runs {
    open: Vec<Interval>,
    busy: Vec<Interval>,
}

impl Given {
    /// Reads and checks a question in JSON.
    pub fn read(text: &[u8]) -> Result<Self, GivenError> {
        let body: body::GivenBody = json::read(text)?;
        Ok(body.check()?)
    }

    /// The zone of the question's clock.
    pub fn zone(&self) -> &Zone {
        &self.checked.query.query.zone
    }

    /// Asks the engine that `POST /v1/slots` asks.
    pub fn compute(&self) -> Result<Computed, GivenError> {
        let runs = self.runs();
        let people = self.people(&runs);
        let question = self.checked.query.question(&people);
        let free = slots::free(&question).map_err(|error| self.refused(error))?;
        let found = slots::find(&question).map_err(|error| self.refused(error))?;
        let company = &self.checked.company;
        let is_plain =
            company.form == Form::Users && found.slots.iter().all(|slot| slot.seats_left.is_none());
        Ok(Computed {
            free,
            slots: found.slots.iter().map(|slot| slot.interval).collect(),
            periods: (question.shape == slots::Shape::Periods).then(|| found.periods.clone()),
            more: found.more,
            offers: (!is_plain).then(|| offers(&found, company)),
        })
    }

    /// Asks the engine that `POST /v1/availability/explain` asks.
    pub fn explain(&self, at: Timestamp) -> Result<Why, GivenError> {
        let runs = self.runs();
        let people = self.people(&runs);
        let question = self.checked.query.question(&people);
        let explanation = slots::explain(&question, at).map_err(|error| self.refused(error))?;
        let zone = |time: &GivenTime| time.hours.as_ref().map(|hours| hours.zone().clone());
        let hours_zones: Vec<Option<Zone>> = self.people.iter().map(zone).collect();
        let names = Names {
            company: &self.checked.company,
            query: &self.checked.query.query,
            sources: &[],
            hours_zones: &hours_zones,
        };
        Ok(Why(Explained::new(&explanation, &names)))
    }

    fn runs(&self) -> Vec<Runs> {
        let reach = self.checked.query.course.reach(&self.checked.query.query);
        let runs = |time: &GivenTime| Runs {
            open: time
                .hours
                .as_ref()
                .map_or_else(|| vec![reach], |hours| hours.windows(reach)),
            busy: busy::clip(&time.busy, reach),
        };
        self.people.iter().map(runs).collect()
    }

    fn people<'a>(&'a self, runs: &'a [Runs]) -> Vec<Person<'a>> {
        let times = self.people.iter().zip(runs);
        let people = times
            .zip(&self.checked.query.people)
            .map(|((time, runs), invited)| {
                invited.person(Person {
                    zone: Some(&time.zone),
                    hours: time.hours.as_ref(),
                    ..Person::new(&runs.open, &runs.busy, &[])
                })
            });
        people.collect()
    }

    fn refused(&self, error: kalends_core::invalid_field::InvalidField) -> GivenError {
        self.checked.company.invalid(error).into()
    }
}

impl From<Problem> for GivenError {
    fn from(problem: Problem) -> Self {
        Self(problem.detail().to_owned())
    }
}
