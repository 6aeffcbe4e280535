//! Limits a day and a week on the wire.

use jiff::civil::Weekday;
use kalends_core::slots::{Limit, Limits};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// The most appointments a day and a week. An appointment counts, whole, for the day on which it begins.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Limits)]
pub(crate) struct LimitsBody {
    /// For each day.
    day: Option<LimitBody>,
    /// For each week.
    week: Option<LimitBody>,
    /// The first day of a week, 1 for Monday to 7 for Sunday.
    #[schema(default = 1, minimum = 1, maximum = 7)]
    week_start: Option<u8>,
}

/// The most of a day or of a week; 0 closes it.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Limit)]
pub(crate) struct LimitBody {
    /// Appointments.
    #[schema(minimum = 0)]
    appointments: Option<u32>,
    /// Minutes of appointments, without buffers.
    #[schema(minimum = 0)]
    minutes: Option<u32>,
}

impl LimitsBody {
    /// Reads limits, or none when there are none.
    pub(crate) fn read(body: Option<Self>, field: &str) -> Result<Limits, Problem> {
        let Some(body) = body else {
            return Ok(Limits::default());
        };
        let (day, week) = (body.day.unwrap_or_default(), body.week.unwrap_or_default());
        for (name, value, most) in [
            ("day.appointments", day.appointments, 1_440),
            ("day.minutes", day.minutes, 1_440),
            ("week.appointments", week.appointments, 10_080),
            ("week.minutes", week.minutes, 10_080),
        ] {
            let name = format!("{field}.{name}");
            if value.is_some_and(|value| value > most) {
                return Err(Problem::field(name, format!("must be from 0 to {most}")));
            }
        }
        let week_start = body.week_start.unwrap_or(1);
        let week_start = i8::try_from(week_start)
            .ok()
            .and_then(|day| Weekday::from_monday_one_offset(day).ok())
            .ok_or_else(|| {
                let message = "must be from 1 (Monday) to 7 (Sunday)";
                Problem::field(format!("{field}.weekStart"), message)
            })?;
        Ok(Limits {
            day: day.into(),
            week: week.into(),
            week_start,
        })
    }
}

impl From<LimitBody> for Limit {
    fn from(body: LimitBody) -> Self {
        Self {
            appointments: body.appointments,
            minutes: body.minutes,
        }
    }
}
