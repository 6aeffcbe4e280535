//! Why an instant is offered or not, rule by rule.
//!
//! The rules are taken in the order of [`Rule`]. Each rule about people is asked of those whom the rules before have
//! left, and fails when too few are left for the groups to be met; so the first rule that fails is the reason, for one
//! person and for groups alike. The answer itself comes from [`find`](super::find), and both agree.

mod chain;
mod people;

use jiff::{Timestamp, civil::Date};

use super::{Limit, Question, find::search};
use crate::{invalid_field::InvalidField, time::Interval};

/// Why an instant is offered as a start, or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The instant.
    pub at: Timestamp,
    /// Whether [`find`](super::find) offers it.
    pub is_offered: bool,
    /// The start that is offered last before it, if any.
    pub offered_before: Option<Timestamp>,
    /// The start that is offered first after it, if any.
    pub offered_after: Option<Timestamp>,
    /// Every rule, in the order of [`Rule`].
    pub rules: Vec<RuleVerdict>,
}

/// A rule; they are asked in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The appointment lies in the window.
    Window,
    /// It begins no sooner than the notice allows.
    Notice,
    /// It begins no later than the horizons allow.
    Horizon,
    /// Somebody holds an appointment of exactly this time that can be joined; then its holders are asked nothing more.
    Capacity,
    /// Enough people are open.
    OpenHours,
    /// Enough of these are not busy.
    Busy,
    /// Of enough of these it is known.
    Unknown,
    /// Enough of these have clear buffers.
    Buffers,
    /// Enough of these have room in their day and week.
    Limits,
    /// The groups are met, nobody chosen twice.
    Groups,
    /// They are met by those whose turn it is.
    Turn,
    /// The organiser has room in the day and week.
    OrganiserLimits,
    /// The instant is on the grid.
    Grid,
    /// The later steps of the sequence can follow.
    Sequence,
    /// No slot before overlaps it, where slots are asked for that do not overlap.
    Overlap,
    /// It is among the first so many.
    MaxResults,
}

/// What a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The rule is met.
    Holds,
    /// It is not.
    Fails,
    /// There is nothing to ask: the question does not set the rule, or an earlier rule leaves nothing to ask it of.
    Idle,
}

/// What one rule says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleVerdict {
    /// The rule.
    pub rule: Rule,
    /// What it says.
    pub verdict: Verdict,
    /// What that rests on, person by person in the order of the question.
    pub findings: Vec<Finding>,
}

/// One thing that a rule looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whose, by index into [`Question::people`]; `None` when it is nobody's.
    pub person: Option<usize>,
    /// What it says of that person.
    pub verdict: Verdict,
    /// The time that decides: the open or busy span, the window, the day.
    pub interval: Option<Interval>,
    /// Where that comes from.
    pub because: Because,
}

/// Where a finding comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// The question, or the person's runs; nobody said more.
    Given,
    /// The source with this index in [`Person::sources`](super::Person::sources).
    Source(usize),
    /// An appointment of the caller's.
    Appointment {
        /// How many more can join it.
        seats_left: u32,
    },
    /// The hours of a date.
    Hours {
        /// The date, in the zone of the person's hours.
        date: Date,
        /// The index of the override that gives the date its hours.
        overridden_by: Option<usize>,
        /// Without an override: the indexes of the weekly windows of the date's weekday.
        weekly: Vec<usize>,
    },
    /// A limit.
    Limit {
        /// Whether it is the limit of the week.
        is_week: bool,
        /// The day, or the first day of the week.
        from: Date,
        /// Appointments that are booked.
        appointments: u32,
        /// Minutes that are booked.
        minutes: i64,
        /// The most.
        limit: Limit,
    },
    /// A group.
    Group {
        /// Its index in the first appointment.
        group: usize,
        /// How many are needed.
        needed: usize,
        /// Who can come.
        can_come: Vec<usize>,
        /// Who cannot.
        cannot: Vec<usize>,
    },
    /// The grid of the stretch of possible starts in which the instant lies.
    Grid {
        /// The last start of the grid before the instant, if the stretch has one.
        before: Option<Timestamp>,
        /// The first after it.
        after: Option<Timestamp>,
    },
    /// The step of the sequence, by index, that cannot follow in the interval.
    Step(usize),
}

/// Explains one instant. It is what [`find`](super::find) would do with it.
pub fn explain(question: &Question<'_>, at: Timestamp) -> Result<Explanation, InvalidField> {
    question.check()?;
    let (search, found) = search(question);
    let at_us = at.as_microsecond();
    let rules = chain::chain(&search, &found, at_us);
    let starts = || found.slots.iter().map(|slot| slot.interval);
    let duration = search.parts[0].part.duration;
    let is_offered = starts().any(|slot| slot.start_us() == at_us)
        || found
            .periods
            .iter()
            .any(|period| (period.start_us()..=period.end_us() - duration).contains(&at_us));
    Ok(Explanation {
        at,
        is_offered,
        offered_before: starts()
            .take_while(|slot| slot.start_us() < at_us)
            .last()
            .map(Interval::start),
        offered_after: starts().find(|slot| slot.start_us() > at_us).map(Interval::start),
        rules,
    })
}

impl Explanation {
    /// The first rule that fails; `None` when the instant is offered.
    pub fn reason(&self) -> Option<&RuleVerdict> {
        self.rules.iter().find(|rule| rule.verdict == Verdict::Fails)
    }
}

impl Rule {
    /// Its name where machines read it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Notice => "notice",
            Self::Horizon => "horizon",
            Self::Capacity => "capacity",
            Self::OpenHours => "open_hours",
            Self::Busy => "busy",
            Self::Unknown => "unknown",
            Self::Buffers => "buffers",
            Self::Limits => "limits",
            Self::Groups => "groups",
            Self::Turn => "turn",
            Self::OrganiserLimits => "organiser_limits",
            Self::Grid => "grid",
            Self::Sequence => "sequence",
            Self::Overlap => "overlap",
            Self::MaxResults => "max_results",
        }
    }
}

impl Finding {
    /// A finding about nobody.
    fn of_all(verdict: Verdict, interval: Option<Interval>, because: Because) -> Self {
        Self {
            person: None,
            verdict,
            interval,
            because,
        }
    }
}

impl RuleVerdict {
    fn new(rule: Rule, verdict: Verdict, findings: Vec<Finding>) -> Self {
        Self {
            rule,
            verdict,
            findings,
        }
    }
}

impl Verdict {
    fn holds(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }
}
