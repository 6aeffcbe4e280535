//! Where a finding comes from, on the wire.

use jiff::{Timestamp, civil::Date};
use kalends_core::{
    slots::{self as core, Finding, SlotQuery},
    time::Zone,
};
use kalends_engine::availability::TimeSource;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::slots::{
    answer::named,
    company::{Company, Form},
};

/// What the explanation's numbers stand for.
pub(crate) struct Names<'a> {
    pub(crate) company: &'a Company,
    pub(crate) query: &'a SlotQuery,
    /// By person, then by the index of the source.
    pub(crate) sources: &'a [Vec<TimeSource>],
    /// By person.
    pub(crate) hours_zones: &'a [Option<Zone>],
}

/// Where a finding comes from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub(crate) enum Because {
    /// The question says so.
    Given,
    /// A connected calendar.
    Calendar {
        /// Which.
        calendar_id: Uuid,
    },
    /// Time that was blocked by hand.
    Block,
    /// An event of the application.
    Event {
        /// Its key.
        event_key: String,
    },
    /// A hold.
    Hold {
        /// Its id.
        hold_id: Uuid,
    },
    /// An account whose calendars nobody has listed yet.
    Unlisted,
    /// One of `appointments`.
    Appointment {
        /// How many more can join it.
        seats_left: u32,
    },
    /// The hours of a date.
    Hours {
        /// The date, by the clock of the hours.
        date: Date,
        /// The zone of that clock.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(examples("Europe/Zurich"))]
        time_zone: Option<String>,
        /// The place in `overrides` of the entry that gives the date its hours.
        #[serde(skip_serializing_if = "Option::is_none")]
        overridden_by: Option<usize>,
        /// Without it: the places in `openHours` of the windows of the date's weekday.
        weekly: Vec<usize>,
    },
    /// A limit of a day.
    DayLimit(Booked),
    /// A limit of a week.
    WeekLimit(Booked),
    /// A group.
    Group {
        /// Its place in `groups`, of the first step when there is a sequence.
        group: usize,
        /// What the question calls it.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// How many of it are needed.
        needed: usize,
        /// Who can come.
        can_come: Vec<String>,
        /// Who cannot.
        cannot: Vec<String>,
    },
    /// The grid of the free time in which the instant lies.
    Grid {
        /// The last start of the grid before the instant.
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<Timestamp>,
        /// The first after it.
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<Timestamp>,
    },
    /// A step of the sequence that cannot follow.
    Step {
        /// Its place in `sequence`.
        step: usize,
        /// What the question calls it.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
}

/// What is booked in a day or week, and the most of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Booked {
    /// The day, or the first day of the week.
    from: Date,
    /// Appointments that are booked.
    appointments: u32,
    /// Minutes that are booked.
    minutes: i64,
    /// The most appointments.
    #[serde(skip_serializing_if = "Option::is_none")]
    most_appointments: Option<u32>,
    /// The most minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    most_minutes: Option<u32>,
}

impl Names<'_> {
    /// The id of a person.
    pub(crate) fn user(&self, place: usize) -> &str {
        self.company.people.get(place).map_or("", |user| user.as_str())
    }

    /// The source of a finding.
    pub(crate) fn source(&self, finding: &Finding, index: usize) -> Option<&TimeSource> {
        self.sources.get(finding.person?)?.get(index)
    }

    /// The name of a group of the first appointment.
    pub(crate) fn group(&self, index: usize) -> Option<&str> {
        let names = match &self.company.form {
            Form::Users => return None,
            Form::Groups(names) => names,
            Form::Sequence(steps) => steps.first()?.groups.as_ref()?,
        };
        names.get(index)?.as_deref()
    }

    /// The name of a step.
    pub(crate) fn step(&self, index: usize) -> Option<&str> {
        match &self.company.form {
            Form::Sequence(steps) => steps.get(index)?.name.as_deref(),
            Form::Users | Form::Groups(_) => None,
        }
    }
}

impl Because {
    pub(super) fn new(finding: &Finding, names: &Names<'_>) -> Self {
        let users = &names.company.people;
        match &finding.because {
            core::Because::Given => Self::Given,
            core::Because::Source(index) => match names.source(finding, *index) {
                Some(TimeSource::Calendar(calendar)) => Self::Calendar {
                    calendar_id: calendar.0,
                },
                Some(TimeSource::Blocks) => Self::Block,
                Some(TimeSource::Event(key)) => Self::Event {
                    event_key: key.to_string(),
                },
                Some(TimeSource::Hold(hold)) => Self::Hold { hold_id: hold.0 },
                Some(TimeSource::Unlisted) => Self::Unlisted,
                None => Self::Given,
            },
            core::Because::Appointment { seats_left } => Self::Appointment {
                seats_left: *seats_left,
            },
            core::Because::Hours {
                date,
                overridden_by,
                weekly,
            } => Self::Hours {
                date: *date,
                time_zone: finding
                    .person
                    .and_then(|place| names.hours_zones.get(place)?.as_ref())
                    .map(|zone| zone.name().to_owned()),
                overridden_by: *overridden_by,
                weekly: weekly.clone(),
            },
            core::Because::Limit {
                is_week,
                from,
                appointments,
                minutes,
                limit,
            } => {
                let booked = Booked {
                    from: *from,
                    appointments: *appointments,
                    minutes: *minutes,
                    most_appointments: limit.appointments,
                    most_minutes: limit.minutes,
                };
                if *is_week {
                    Self::WeekLimit(booked)
                } else {
                    Self::DayLimit(booked)
                }
            }
            core::Because::Group {
                group,
                needed,
                can_come,
                cannot,
            } => Self::Group {
                group: *group,
                name: names.group(*group).map(str::to_owned),
                needed: *needed,
                can_come: named(can_come, users),
                cannot: named(cannot, users),
            },
            core::Because::Grid { before, after } => Self::Grid {
                before: *before,
                after: *after,
            },
            core::Because::Step(step) => Self::Step {
                step: *step,
                name: names.step(*step).map(str::to_owned),
            },
        }
    }
}
