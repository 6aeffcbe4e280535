//! Who is busy when, and which slots that leaves: both answered from the busy index alone, with evidence for every
//! calendar that counts.
//!
//! A provider is asked only when the caller sets a limit on staleness that a calendar misses; such live checks of one
//! calendar are one pull, however many ask.

mod asking;
mod demand;
mod error;
mod explain;
mod gather;
mod ignore;
mod known;
mod live;
mod read;
mod rows;
mod slots;
mod weighed;
mod widen;

use jiff::SignedDuration;
use kalends_core::{
    availability::{Evidence, OnUnreachable},
    provider::ProviderKind,
    time::{CalendarId, Interval, UserId},
};

pub use asking::{Invited, SlotsQuery};
pub(crate) use demand::{Demanded, judge};
pub use error::AvailabilityError;
pub use explain::{ExplainAnswer, explain};
pub use ignore::{Ignore, IgnoredEvent, OwnTime};
pub use known::TimeSource;
pub use read::{Availability, AvailabilityQuery, CalendarBusy, UserAvailability, read};
pub use slots::{SlotsAnswer, UserEvidence, slots};

/// Most users and calendars of one question.
pub const MOST_SUBJECTS: usize = 200;
/// The longest window of one question.
pub const LONGEST_WINDOW: SignedDuration = SignedDuration::from_hours(24 * 400);

/// How fresh an answer must be, and what to do where it cannot be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freshness {
    /// Calendars that are older are checked live.
    pub max_staleness: Option<SignedDuration>,
    /// What to make of calendars that are older than wanted and cannot be asked.
    pub on_unreachable: OnUnreachable,
}

/// What an answer rests on, for one calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarEvidence {
    /// Which calendar.
    pub calendar: CalendarId,
    /// Where it is.
    pub provider: ProviderKind,
    /// How far it can be trusted.
    pub evidence: Evidence,
    /// Stable code of the latest failure, when there was one.
    pub error: Option<String>,
}

/// The window of a question, with the users and calendars that it asks about.
struct Subjects<'a> {
    users: &'a [UserId],
    calendars: &'a [CalendarId],
    /// What the index says that shall not count.
    ignore: &'a Ignore,
    window: Interval,
}
