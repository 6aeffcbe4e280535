//! The question and its data, as JSON has them.

use jiff::Timestamp;
use kalends_core::{
    busy,
    slots::OpenHours,
    time::{Interval, UserId},
};
use kalends_engine::availability::LONGEST_WINDOW;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Given, GivenTime, person::GivenPerson};
use crate::{
    fields,
    problem::Problem,
    routes::{reading::slots::question::question, users::hours::WeeklyHours},
};

/// The only person of a question that names nobody.
const SOMEBODY: &str = "person";

question! {
    // It has a schema because the shared fields are written with one; no document shows it.
    #[derive(Debug, Deserialize, ToSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct GivenBody {
        now: Option<Timestamp>,
        busy: Option<Vec<(Timestamp, Timestamp)>>,
        people: Option<Vec<GivenPerson>>,
    }
}

impl GivenBody {
    pub(super) fn check(self) -> Result<Given, Problem> {
        let ((now, busy, people), mut asked) = self.split();
        if asked.to.duration_since(asked.from) > LONGEST_WINDOW {
            let days = LONGEST_WINDOW.as_hours() / 24;
            return Err(Problem::field(
                "to",
                format!("must be at most {days} days after from"),
            ));
        }
        let people = people.unwrap_or_default();
        if asked.user_ids.is_none() && asked.groups.is_none() && asked.sequence.is_none() {
            let named = people.iter().map(|person| person.user_id.clone());
            asked.user_ids = Some(named.collect::<Vec<_>>());
            if people.is_empty() {
                asked.user_ids = Some(vec![SOMEBODY.to_owned()]);
            }
        }
        if asked.open_hours.is_none() && !asked.overrides.is_empty() {
            asked.open_hours = Some(vec![WeeklyHours::always()]);
        }
        if now.is_none() {
            (asked.horizon_minutes, asked.horizon_days) = (None, None);
        }
        let time_zone = asked.time_zone.clone();
        let described = people.iter().map(GivenPerson::description).collect();
        // Nothing is before the first instant: without a present no notice applies.
        let checked = asked.check(now.unwrap_or(Timestamp::MIN), described)?;
        let shared = Shared {
            hours: checked.query.open_hours.clone(),
            busy: run("busy", busy.unwrap_or_default())?,
            zone: checked.query.query.zone.clone(),
            time_zone,
        };
        let mut times: Vec<Option<GivenTime>> = vec![None; checked.company.people.len()];
        for (index, person) in people.into_iter().enumerate() {
            let path = format!("people[{index}]");
            let user: UserId = fields::user_id(format!("{path}.userId"), person.user_id.clone())?;
            let place = checked.company.people.iter().position(|asked| *asked == user);
            let time = person.time(&shared).map_err(|problem| problem.inside(&path))?;
            if let Some(time_of) = place.and_then(|place| times.get_mut(place)) {
                *time_of = Some(time);
            }
        }
        let times = times
            .into_iter()
            .map(|time| time.unwrap_or_else(|| shared.time()));
        Ok(Given {
            people: times.collect(),
            checked,
        })
    }
}

/// What is given for everybody.
pub(super) struct Shared {
    pub(super) hours: Option<OpenHours>,
    pub(super) busy: Vec<Interval>,
    pub(super) zone: kalends_core::time::Zone,
    pub(super) time_zone: Option<String>,
}

impl Shared {
    /// The time of one of whom nothing more is given.
    fn time(&self) -> GivenTime {
        GivenTime {
            hours: self.hours.clone(),
            busy: self.busy.clone(),
            zone: self.zone.clone(),
        }
    }
}

/// The run of spans in any order; a span without length takes no time.
pub(super) fn run(field: &str, spans: Vec<(Timestamp, Timestamp)>) -> Result<Vec<Interval>, Problem> {
    let mut all = Vec::with_capacity(spans.len());
    for (index, (start, end)) in spans.into_iter().enumerate() {
        if end < start {
            let message = format!("must not end before it starts: {end} is before {start}");
            return Err(Problem::field(format!("{field}[{index}]"), message));
        }
        all.extend(Interval::new(start, end));
    }
    Ok(busy::normalize(all))
}
