//! Whose time events take. Claims follow the event: its write makes them anew, in its transaction.
//!
//! A write that demands free time locks its people first, in the order of their ids, and reads inside of that what their
//! time is taken by; so of all who want one time at once the first gets it. What that makes of the demand is said by a
//! [`Judge`] that comes with it.

mod read;
mod roll;
mod take;

use std::fmt;

use jiff::Timestamp;
use kalends_core::{
    claims::{Claim, Refusal, Terms},
    event::EventKey,
    time::{EventId, Interval, TenantId, UserId},
};

pub(crate) use self::take::{Taken, take};
use crate::{CalendarIndex, ManualBlock, StoreError};

/// What an event's write does about its people's time.
#[derive(Debug, Default)]
pub enum Claiming {
    /// The event takes its times on the terms that it had. Where a person moved it over another claim, that cannot be
    /// refused any more: such a time is no longer kept free.
    #[default]
    Kept,
    /// It takes its times whatever else they are taken by.
    Noted,
    /// It takes its times when they are free; else nothing is written.
    Demanded(Demand),
    /// As [`Claiming::Kept`], and the claims run out then, or no more. A [`StoreError::Fenced`] when some have run out already.
    Until(Option<Timestamp>),
}

/// A demand of free time.
#[derive(Debug)]
pub struct Demand {
    /// On what terms.
    pub terms: Terms,
    /// When the time is free again, for a hold.
    pub expires_at: Option<Timestamp>,
    /// Says whose time is not free.
    pub judge: Judge,
}

/// Says whose time is not free, of rows that nobody else claims meanwhile. It must be quick: others wait.
pub struct Judge(Box<Judgement>);

type Judgement = dyn FnOnce(&DemandedTime) -> Result<Vec<Refusal>, StoreError> + Send;

/// What a demand is judged by.
#[derive(Debug)]
pub struct DemandedTime {
    /// The event.
    pub event: EventId,
    /// Each of its people who takes time.
    pub people: Vec<PersonRows>,
    /// The time that the answer is about: from the first of all times to the last, with the buffers.
    pub reach: Interval,
    /// The indexes of their calendars over the months of that.
    pub indexes: Vec<CalendarIndex>,
    /// The blocks that overlap it.
    pub blocks: Vec<ManualBlock>,
}

/// What a demand wants of a person.
#[derive(Debug)]
pub struct PersonRows {
    /// Who.
    pub user: UserId,
    /// The times that the event is to take.
    pub times: Vec<Interval>,
    /// What events and holds have taken, this event's own included.
    pub claims: Vec<Claim>,
}

/// A claim with whose time it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserClaim {
    /// Whose time.
    pub user: UserId,
    /// The claim.
    pub claim: Claim,
    /// The key of its event; `None` while it is only held.
    pub key: Option<EventKey>,
}

/// A series whose claims are to reach farther.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShortSeries {
    /// Whose it is.
    pub tenant: TenantId,
    /// The series.
    pub event: EventId,
    /// How far they reach, in microseconds since 1970.
    pub until_us: i64,
}

impl Judge {
    /// Wraps the function that judges.
    pub fn new(
        judgement: impl FnOnce(&DemandedTime) -> Result<Vec<Refusal>, StoreError> + Send + 'static,
    ) -> Self {
        Self(Box::new(judgement))
    }
}

impl fmt::Debug for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Judge").finish_non_exhaustive()
    }
}
