//! What every question for slots has in common on the wire: of `POST /v1/slots`, of `POST /v1/availability/explain`,
//! and on given data.

use jiff::Timestamp;
use kalends_core::{
    slots::{Course, OpenHours, Shape, SlotQuery},
    time::Zone,
};
use kalends_engine::availability::{Freshness, SlotsQuery};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    appointments::{self, AppointmentBody},
    company::{self, Company, GroupBody, StepBody},
    ignored::{self, IgnoredBody},
    limits::LimitsBody,
    people::{People, PersonBody},
};
use crate::{
    fields,
    problem::Problem,
    routes::users::hours::{DateHours, WeeklyHours, WorkingHours},
};

/// Declares a body: its own fields, then those of every question, without which [`Asked`] cannot be made of it.
/// Serde cannot refuse unknown fields of a struct that is flattened into another, so the fields are written out.
macro_rules! question {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        $vis struct $name {
            $($(#[$field_meta])* $field: $type,)*
            /// Who has to be there: all of them. Stands for one group of which all are required.
            #[schema(min_items = 1, max_items = 200)]
            user_ids: Option<Vec<String>>,
            /// Instead of `userIds`: groups that have to be there at the same time, each with all or some of its members.
            #[schema(min_items = 1, max_items = 20)]
            groups: Option<Vec<$crate::routes::reading::slots::company::GroupBody>>,
            /// Instead of `userIds` and `groups`: appointments one after the other.
            #[schema(min_items = 1, max_items = 10)]
            sequence: Option<Vec<$crate::routes::reading::slots::company::StepBody>>,
            /// Slots start at or after this instant.
            from: jiff::Timestamp,
            /// Slots end at or before this instant.
            to: jiff::Timestamp,
            /// How long the appointment takes; required unless there is a `sequence`, whose steps say it.
            #[schema(minimum = 1, maximum = 10_080)]
            duration_minutes: Option<u32>,
            /// From one slot to the next; the duration when it is left out.
            #[schema(minimum = 1, maximum = 10_080)]
            step_minutes: Option<u32>,
            /// The first slot of a free span starts at a multiple of this past the hour; 0 means at once.
            #[schema(default = 15, minimum = 0, maximum = 60)]
            round_to_minutes: Option<u32>,
            /// The IANA zone of `openHours`, of the clock that is rounded, and of `totalLimits`; UTC when it is left out.
            #[schema(examples("Europe/Zurich"))]
            time_zone: Option<String>,
            /// Nobody who comes may be busy for this long before a slot.
            #[schema(default = 0, minimum = 0, maximum = 1440)]
            buffer_before_minutes: Option<u32>,
            /// Nobody who comes may be busy for this long after a slot.
            #[schema(default = 0, minimum = 0, maximum = 1440)]
            buffer_after_minutes: Option<u32>,
            /// Slots start at least this long from now.
            #[schema(default = 0, minimum = 0, maximum = 525_600)]
            minimum_notice_minutes: Option<u32>,
            /// Slots start at most this long from now.
            horizon_minutes: Option<u32>,
            /// Slots start today or in this many days after today, by the clock of `timeZone`.
            #[schema(minimum = 0, maximum = 3650)]
            horizon_days: Option<u32>,
            /// Open hours for everybody, in `timeZone`, instead of each user's own.
            open_hours: Option<Vec<$crate::routes::users::hours::WeeklyHours>>,
            /// Dates with other hours than `openHours`.
            overrides: Option<Vec<$crate::routes::users::hours::DateHours>>,
            /// The most appointments of each user a day and a week, by the clock of the user's zone.
            limits: Option<$crate::routes::reading::slots::limits::LimitsBody>,
            /// The most appointments of all together a day and a week, by the clock of `timeZone`.
            total_limits: Option<$crate::routes::reading::slots::limits::LimitsBody>,
            /// What you have booked already, of these users and others: it is busy, and counts for limits and for whose
            /// turn it is.
            #[schema(max_items = 10_000)]
            appointments: Option<Vec<$crate::routes::reading::slots::appointments::AppointmentBody>>,
            /// What shall count as free: the appointment that is about to be moved.
            #[schema(max_items = 100)]
            ignore: Option<Vec<$crate::routes::reading::slots::ignored::IgnoredBody>>,
            /// The form of the answer.
            shape: Option<$crate::routes::reading::slots::question::ShapeWord>,
            /// Most slots, or periods, of the answer.
            #[schema(default = 1000, minimum = 1, maximum = 10_000)]
            max_results: Option<usize>,
        }

        impl $name {
            /// The fields of its own, in order, and those of every question.
            pub(crate) fn split(self) -> (($($type,)*), $crate::routes::reading::slots::question::Asked) {
                let asked = $crate::routes::reading::slots::question::Asked {
                    user_ids: self.user_ids,
                    groups: self.groups,
                    sequence: self.sequence,
                    from: self.from,
                    to: self.to,
                    duration_minutes: self.duration_minutes,
                    step_minutes: self.step_minutes,
                    round_to_minutes: self.round_to_minutes,
                    time_zone: self.time_zone,
                    buffer_before_minutes: self.buffer_before_minutes,
                    buffer_after_minutes: self.buffer_after_minutes,
                    minimum_notice_minutes: self.minimum_notice_minutes,
                    horizon_minutes: self.horizon_minutes,
                    horizon_days: self.horizon_days,
                    open_hours: self.open_hours,
                    overrides: self.overrides.unwrap_or_default(),
                    limits: self.limits,
                    total_limits: self.total_limits,
                    appointments: self.appointments.unwrap_or_default(),
                    ignore: self.ignore.unwrap_or_default(),
                    shape: self.shape.unwrap_or_default(),
                    max_results: self.max_results,
                };
                (($(self.$field,)*), asked)
            }
        }
    };
}
pub(crate) use question;

/// The form of an answer. `overlapping_slots`: every start on the grid of steps. `slots`: of these, from the first on,
/// those that do not overlap the one before. `periods`: the spans, at least as long as the appointment, in which it can
/// begin at any moment that leaves room for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Shape)]
pub(crate) enum ShapeWord {
    #[default]
    OverlappingSlots,
    Slots,
    Periods,
}

/// The fields of every question, as they came.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) user_ids: Option<Vec<String>>,
    pub(crate) groups: Option<Vec<GroupBody>>,
    pub(crate) sequence: Option<Vec<StepBody>>,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) duration_minutes: Option<u32>,
    pub(crate) step_minutes: Option<u32>,
    pub(crate) round_to_minutes: Option<u32>,
    pub(crate) time_zone: Option<String>,
    pub(crate) buffer_before_minutes: Option<u32>,
    pub(crate) buffer_after_minutes: Option<u32>,
    pub(crate) minimum_notice_minutes: Option<u32>,
    pub(crate) horizon_minutes: Option<u32>,
    pub(crate) horizon_days: Option<u32>,
    pub(crate) open_hours: Option<Vec<WeeklyHours>>,
    pub(crate) overrides: Vec<DateHours>,
    pub(crate) limits: Option<LimitsBody>,
    pub(crate) total_limits: Option<LimitsBody>,
    pub(crate) appointments: Vec<AppointmentBody>,
    pub(crate) ignore: Vec<IgnoredBody>,
    pub(crate) shape: ShapeWord,
    pub(crate) max_results: Option<usize>,
}

/// A question that was read and checked.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) query: SlotsQuery,
    /// What only the caller's words say: names, and where people were named.
    pub(crate) company: Company,
}

impl Asked {
    /// Reads and checks the question; its calendars' freshness is the caller's to say.
    pub(crate) fn check(self, now: Timestamp, people: Vec<PersonBody>) -> Result<Checked, Problem> {
        let zone = match &self.time_zone {
            Some(name) => fields::zone("timeZone", name)?,
            None => Zone::UTC,
        };
        let company = company::read((self.user_ids, self.groups, self.sequence))?;
        let duration_minutes = duration(self.duration_minutes, &company.course)?;
        let query = SlotQuery {
            window: fields::span("to", self.from, self.to)?,
            duration_minutes,
            step_minutes: self.step_minutes.unwrap_or(duration_minutes),
            round_to_minutes: Some(self.round_to_minutes.unwrap_or(15)).filter(|minutes| *minutes > 0),
            zone,
            buffer_before_minutes: self.buffer_before_minutes.unwrap_or(0),
            buffer_after_minutes: self.buffer_after_minutes.unwrap_or(0),
            now,
            minimum_notice_minutes: self.minimum_notice_minutes.unwrap_or(0),
            horizon_minutes: self.horizon_minutes,
            horizon_days: self.horizon_days,
            max_results: self.max_results,
        };
        query.check().map_err(fields::invalid)?;
        let mut all = People::new(&company.people, LimitsBody::read(self.limits, "limits")?);
        all.describe(people)?;
        let ignore = ignored::read(self.ignore, &self.appointments, &mut all)?;
        let appointments = appointments::read(self.appointments, &ignore, &mut all)?;
        let query = SlotsQuery {
            people: all.invited,
            course: company.course.clone(),
            query,
            shape: self.shape.into(),
            limits: LimitsBody::read(self.total_limits, "totalLimits")?,
            appointments,
            ignore: ignore.stored,
            open_hours: open_hours(self.time_zone, self.open_hours, self.overrides)?,
            freshness: Freshness::default(),
        };
        query.check().map_err(|error| company.invalid(error))?;
        Ok(Checked { query, company })
    }
}

/// How long the whole takes at least: the grid's step unless another is wanted.
fn duration(minutes: Option<u32>, course: &Course) -> Result<u32, Problem> {
    const LONGEST: u32 = 10_080;
    match (course, minutes) {
        (Course::Together(_), Some(minutes)) => Ok(minutes),
        (Course::Together(_), None) => Err(Problem::field("durationMinutes", "is required")),
        (Course::Sequence(_), Some(_)) => Err(Problem::field(
            "durationMinutes",
            "does not go with sequence, whose steps have their own",
        )),
        (Course::Sequence(steps), None) => {
            let all = steps.iter().enumerate().map(|(index, step)| {
                let gap = if index == 0 { 0 } else { step.gap_minutes.0 };
                step.duration_minutes.saturating_add(gap)
            });
            Ok(all.fold(0, u32::saturating_add).clamp(1, LONGEST))
        }
    }
}

/// Hours that are stated without their zone would be guessed.
fn open_hours(
    time_zone: Option<String>,
    open_hours: Option<Vec<WeeklyHours>>,
    overrides: Vec<DateHours>,
) -> Result<Option<OpenHours>, Problem> {
    match (open_hours, time_zone) {
        (None, _) if overrides.is_empty() => Ok(None),
        (None, _) => Err(Problem::field("overrides", "goes with openHours only")),
        (Some(_), None) => Err(Problem::field("timeZone", "is required with openHours")),
        (Some(open_hours), Some(time_zone)) => WorkingHours::new(time_zone, open_hours, overrides)
            .into_core()
            .map(Some),
    }
}

impl From<ShapeWord> for Shape {
    fn from(word: ShapeWord) -> Self {
        match word {
            ShapeWord::OverlappingSlots => Self::OverlappingSlots,
            ShapeWord::Slots => Self::Slots,
            ShapeWord::Periods => Self::Periods,
        }
    }
}
