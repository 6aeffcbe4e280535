//! What is given of one person.

use jiff::Timestamp;
use kalends_core::busy;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    GivenTime,
    body::{Shared, run},
};
use crate::{
    fields,
    problem::Problem,
    routes::{
        reading::slots::{limits::LimitsBody, people::PersonBody},
        users::hours::{DateHours, WeeklyHours, WorkingHours},
    },
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct GivenPerson {
    pub(super) user_id: String,
    time_zone: Option<String>,
    open_hours: Option<Vec<WeeklyHours>>,
    overrides: Option<Vec<DateHours>>,
    busy: Option<Vec<(Timestamp, Timestamp)>>,
    earlier_appointments: Option<u32>,
    limits: Option<LimitsBody>,
}

impl GivenPerson {
    /// What the API too takes of a person.
    pub(super) fn description(&self) -> PersonBody {
        PersonBody {
            user_id: self.user_id.clone(),
            earlier_appointments: self.earlier_appointments,
            limits: self.limits,
        }
    }

    /// The person's time: their own hours, else those of everybody; their own busy time and that of everybody.
    pub(super) fn time(self, shared: &Shared) -> Result<GivenTime, Problem> {
        let zone = match &self.time_zone {
            Some(name) => fields::zone("timeZone", name)?,
            None => shared.zone.clone(),
        };
        let overrides = self.overrides.unwrap_or_default();
        let has_own = self.open_hours.is_some() || !overrides.is_empty();
        let hours = match (has_own, self.time_zone.or_else(|| shared.time_zone.clone())) {
            (false, _) => shared.hours.clone(),
            (true, None) => return Err(Problem::field("timeZone", "is required with openHours")),
            (true, Some(time_zone)) => {
                let weekly = self.open_hours.unwrap_or_else(|| vec![WeeklyHours::always()]);
                Some(WorkingHours::new(time_zone, weekly, overrides).into_core()?)
            }
        };
        let own = run("busy", self.busy.unwrap_or_default())?;
        Ok(GivenTime {
            hours,
            busy: busy::merge(&[&own, &shared.busy]),
            zone,
        })
    }
}
