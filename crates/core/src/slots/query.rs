//! What a slot search is asked.

use jiff::{Timestamp, ToSpan, civil::Date};

use crate::{
    invalid_field::InvalidField,
    time::{Interval, Zone},
};

/// A question for slots; lengths are in whole minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotQuery {
    /// Slots lie wholly inside.
    pub window: Interval,
    /// How long the appointment takes, 1 to 10,080; the steps of a sequence have their own.
    pub duration_minutes: u32,
    /// From one candidate to the next, 1 to 10,080.
    pub step_minutes: u32,
    /// The first candidate of a free span is at a civil multiple of this past the hour, 1 to 60; 60 means full hours,
    /// `None` the moment at which the time becomes free.
    pub round_to_minutes: Option<u32>,
    /// The zone whose clock is rounded.
    pub zone: Zone,
    /// Before a slot nobody may be busy for this long, 0 to 1,440; it may reach outside open hours and the window.
    pub buffer_before_minutes: u32,
    /// The same after a slot.
    pub buffer_after_minutes: u32,
    /// The present instant.
    pub now: Timestamp,
    /// Slots begin at least this long from now, 0 to 525,600.
    pub minimum_notice_minutes: u32,
    /// Slots begin at most this long from now.
    pub horizon_minutes: Option<u32>,
    /// Slots begin today or in this many days after today, by the clock of `zone`, 0 to 3,650.
    pub horizon_days: Option<u32>,
    /// Most slots to find; at least 1.
    pub max_results: Option<usize>,
}

pub(super) const WEEK: u32 = 10_080;
pub(super) const DAY: u32 = 1_440;
const YEAR: u32 = 525_600;
const TEN_YEARS_IN_DAYS: u32 = 3_650;

impl SlotQuery {
    /// A question with candidates one after the other, rounded to quarter hours, and no other rule.
    pub fn new(window: Interval, duration_minutes: u32, zone: Zone, now: Timestamp) -> Self {
        Self {
            window,
            duration_minutes,
            step_minutes: duration_minutes,
            round_to_minutes: Some(15),
            zone,
            buffer_before_minutes: 0,
            buffer_after_minutes: 0,
            now,
            minimum_notice_minutes: 0,
            horizon_minutes: None,
            horizon_days: None,
            max_results: None,
        }
    }

    /// Checks every field against its bounds.
    pub fn check(&self) -> Result<(), InvalidField> {
        for (field, value, bounds) in [
            ("durationMinutes", self.duration_minutes, 1..=WEEK),
            ("stepMinutes", self.step_minutes, 1..=WEEK),
            ("roundToMinutes", self.round_to_minutes.unwrap_or(1), 1..=60),
            ("bufferBeforeMinutes", self.buffer_before_minutes, 0..=DAY),
            ("bufferAfterMinutes", self.buffer_after_minutes, 0..=DAY),
            ("minimumNoticeMinutes", self.minimum_notice_minutes, 0..=YEAR),
            (
                "horizonDays",
                self.horizon_days.unwrap_or(0),
                0..=TEN_YEARS_IN_DAYS,
            ),
        ] {
            InvalidField::unless_within(field, value, bounds)?;
        }
        if self.max_results == Some(0) {
            return Err(InvalidField::new("maxResults", "at least 1"));
        }
        Ok(())
    }

    /// The time over which an answer needs to know who is busy, when all come together: the window, widened by the
    /// buffers.
    pub fn reach(&self) -> Interval {
        pad(
            self.window,
            minutes(self.buffer_before_minutes),
            minutes(self.buffer_after_minutes),
        )
    }

    /// The first instant at which the notice allows a start, in microseconds since 1970.
    pub(super) fn earliest_start(&self) -> i64 {
        self.now
            .as_microsecond()
            .saturating_add(minutes(self.minimum_notice_minutes))
    }

    /// The first instant that is too late for a start, by either horizon; `None` without one.
    pub(super) fn horizon_end(&self) -> Option<i64> {
        let by_minutes = self.horizon_minutes.map(|horizon| {
            let latest = self.now.as_microsecond().saturating_add(minutes(horizon));
            latest.saturating_add(1)
        });
        let by_days = self.horizon_days.map(|days| {
            let today = self.zone.civil(self.now).date();
            let day_after = today
                .checked_add((i64::from(days) + 1).days())
                .unwrap_or(Date::MAX);
            self.zone.instant(day_after.into()).as_microsecond()
        });
        by_minutes.into_iter().chain(by_days).min()
    }
}

/// The span with more time before and after, in microseconds.
pub(super) fn pad(span: Interval, before_us: i64, after_us: i64) -> Interval {
    Interval::from_ordered(
        span.start_us().saturating_sub(before_us),
        span.end_us().saturating_add(after_us),
    )
}

/// Minutes in microseconds.
pub(super) fn minutes(minutes: u32) -> i64 {
    i64::from(minutes) * 60_000_000
}
