//! Open hours on the wire; slot questions carry them too.

use jiff::civil::Date;
use kalends_core::{
    invalid_field::InvalidField,
    slots::{DateOverride, DayWindow, MinuteOfDay, OpenHours, WeeklyWindow},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{fields, problem::Problem};

/// `working_hours`: when the user takes appointments.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({
    "timeZone": "Europe/Zurich",
    "openHours": [{"days": [1, 2, 3, 4, 5], "start": "09:00", "end": "17:30"}],
    "overrides": [{"date": "2026-12-24", "intervals": [["09:00", "12:00"]]}]
})))]
pub(crate) struct WorkingHours {
    /// The IANA zone of the hours.
    #[schema(examples("Europe/Zurich"))]
    time_zone: String,
    /// Hours that come every week.
    open_hours: Vec<WeeklyHours>,
    /// Dates with other hours than their weekday.
    #[serde(default)]
    overrides: Vec<DateHours>,
}

/// Hours that come every week.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WeeklyHours {
    /// Weekdays, 1 for Monday to 7 for Sunday.
    #[schema(examples(json!([1, 2, 3, 4, 5])))]
    days: Vec<u8>,
    /// First minute that is open.
    #[schema(examples("09:00"))]
    start: String,
    /// First minute after it; `24:00` is the end of the day.
    #[schema(examples("17:30"))]
    end: String,
}

/// The hours of one date, instead of those of its weekday.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DateHours {
    /// The date.
    #[schema(examples("2026-12-24"))]
    date: Date,
    /// Pairs of start and end; none when the date is closed.
    #[schema(examples(json!([["09:00", "12:00"]])))]
    intervals: Vec<[String; 2]>,
}

impl WorkingHours {
    /// Hours in a zone, unchecked.
    pub(crate) fn new(time_zone: String, open_hours: Vec<WeeklyHours>, overrides: Vec<DateHours>) -> Self {
        Self {
            time_zone,
            open_hours,
            overrides,
        }
    }

    /// Checks the hours.
    pub(crate) fn into_core(self) -> Result<OpenHours, Problem> {
        let zone = fields::zone("timeZone", &self.time_zone)?;
        let weekly = self.open_hours.into_iter().enumerate().map(|(index, hours)| {
            let window = window(&hours.start, &hours.end, |end| {
                format!("openHours[{index}].{}", end.word())
            })?;
            Ok(WeeklyWindow {
                days: hours.days,
                window,
            })
        });
        let weekly = weekly.collect::<Result<_, Problem>>()?;
        let overrides = self.overrides.into_iter().enumerate().map(|(index, hours)| {
            let windows = hours.intervals.iter().enumerate().map(|(at, [start, end])| {
                window(start, end, |end| {
                    format!("overrides[{index}].intervals[{at}][{}]", end as usize)
                })
            });
            Ok(DateOverride {
                date: hours.date,
                windows: windows.collect::<Result<_, Problem>>()?,
            })
        });
        let overrides = overrides.collect::<Result<_, Problem>>()?;
        OpenHours::new(zone, weekly, overrides).map_err(fields::invalid)
    }
}

impl WeeklyHours {
    /// All of every day.
    pub(crate) fn always() -> Self {
        Self {
            days: (1..=7).collect(),
            start: DayWindow::DAY.start().to_string(),
            end: DayWindow::DAY.end().to_string(),
        }
    }
}

impl From<&OpenHours> for WorkingHours {
    fn from(hours: &OpenHours) -> Self {
        let weekly = |hours: &WeeklyWindow| WeeklyHours {
            days: hours.days.clone(),
            start: hours.window.start().to_string(),
            end: hours.window.end().to_string(),
        };
        let on_date = |hours: &DateOverride| DateHours {
            date: hours.date,
            intervals: hours
                .windows
                .iter()
                .map(|window| [window.start().to_string(), window.end().to_string()])
                .collect(),
        };
        Self {
            time_zone: hours.zone().name().to_owned(),
            open_hours: hours.weekly().iter().map(weekly).collect(),
            overrides: hours.overrides().iter().map(on_date).collect(),
        }
    }
}

/// Which end of a window a field holds.
#[derive(Clone, Copy)]
enum End {
    Start = 0,
    End = 1,
}

impl End {
    const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::End => "end",
        }
    }
}

fn window(start: &str, end: &str, field: impl Fn(End) -> String) -> Result<DayWindow, Problem> {
    let minute = |text: &str, at| {
        text.parse::<MinuteOfDay>()
            .map_err(|error| Problem::field(field(at), error.to_string()))
    };
    DayWindow::new(minute(start, End::Start)?, minute(end, End::End)?).map_err(
        |InvalidField { expected, .. }| fields::invalid(InvalidField::new(field(End::End), expected)),
    )
}
