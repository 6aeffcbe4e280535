//! Claims: whose time an event takes, and whether it may.
//!
//! Every event leaves claims: one for each of its people and times ([`times`]). An event that demands free time ([`Terms`])
//! is written only when nothing stands in its way ([`obstacles`]): no claim of another event or hold, no busy time of a
//! calendar, no block, and nothing unknown. One that demands nothing may lie over everything, and later ones that demand
//! free time see it.
//!
//! Buffers and seats mean what they mean to [`slots`](crate::slots): a buffer belongs to who asks, and what has seats left
//! can be joined at exactly its time, whatever else its holder's time is taken by.

mod obstacles;
mod times;

use jiff::SignedDuration;

pub use obstacles::{PersonTime, Wanted, obstacles};
pub use times::{goes_on, times, window};

use crate::{
    invalid_field::InvalidField,
    time::{CalendarId, EventId, Interval, UserId},
};

/// How far ahead the times of a series are claimed; later ones are found by its rule.
pub const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 180);
/// How far back they are.
pub const BACK: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How far ahead the claims of every series reach at least: they are rolled forward before they get shorter.
pub const SURE: SignedDuration = SignedDuration::from_hours(24 * 120);

/// On what terms an event takes time that has to be free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// For this long before it nobody may be busy, 0 to 1,440.
    pub buffer_before_minutes: u32,
    /// The same after it.
    pub buffer_after_minutes: u32,
    /// How many events of its kind may take exactly the same time of a person, itself included; 1 to 1,000.
    pub seats: u32,
    /// Which events are of its kind, for those with more than one seat: those that say the same here.
    pub kind: String,
}

/// A time of a person that an event has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// By which event.
    pub event: EventId,
    /// From its start to its end, without buffers.
    pub span: Interval,
    /// Whether it was free then, and is kept so.
    pub exclusive: bool,
    /// How many events of the kind may take it.
    pub seats: u32,
    /// The kind.
    pub kind: String,
    /// Whether the event is only held.
    pub held: bool,
}

/// What takes a person's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Taker {
    /// An event of the application.
    Event(EventId),
    /// A hold.
    Hold(EventId),
    /// An event of a connected calendar.
    Calendar(CalendarId),
    /// Time that was blocked by hand.
    Block,
    /// Nobody knows whether anything does.
    Unknown,
}

/// Something that stands in the way of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Obstacle {
    /// The time that is taken.
    pub span: Interval,
    /// By what.
    pub taker: Taker,
}

/// Whose time is not free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Whose.
    pub user: UserId,
    /// Why, in the order of time.
    pub obstacles: Vec<Obstacle>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            buffer_before_minutes: 0,
            buffer_after_minutes: 0,
            seats: 1,
            kind: String::new(),
        }
    }
}

impl Terms {
    /// The longest kind, in bytes.
    pub const MOST_KIND_BYTES: usize = 100;

    /// Says which field cannot be used.
    pub fn check(&self) -> Result<(), InvalidField> {
        InvalidField::unless_within("bufferBeforeMinutes", self.buffer_before_minutes, 0..=1_440)?;
        InvalidField::unless_within("bufferAfterMinutes", self.buffer_after_minutes, 0..=1_440)?;
        InvalidField::unless_within("seats", self.seats, 1..=1_000)?;
        if self.kind.len() > Self::MOST_KIND_BYTES {
            let most = Self::MOST_KIND_BYTES;
            return Err(InvalidField::new("kind", format!("at most {most} bytes")));
        }
        Ok(())
    }

    /// A time with its buffers.
    pub fn padded(&self, time: Interval) -> Interval {
        let minutes = |minutes: u32| i64::from(minutes) * 60_000_000;
        let start_us = time.start_us() - minutes(self.buffer_before_minutes);
        Interval::from_ordered(start_us, time.end_us() + minutes(self.buffer_after_minutes))
    }
}

impl Claim {
    /// What it is to somebody in whose way it is.
    pub const fn taker(&self) -> Taker {
        if self.held {
            Taker::Hold(self.event)
        } else {
            Taker::Event(self.event)
        }
    }

    /// Whether an event of the kind may take exactly this time as well, as far as this claim knows.
    fn can_be_joined(&self, time: Interval, kind: &str) -> bool {
        self.seats > 1 && self.span == time && self.kind == kind
    }
}
