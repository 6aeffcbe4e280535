//! What keeps rules that match almost never from taking forever.

use super::RecurrenceError;

/// Counts the periods that were looked at, and stops rules that match almost never.
#[derive(Debug)]
pub(super) struct Meter {
    left: u64,
}

/// Periods that are looked at for one series before it is given up: a day is below 100 ns, so this is below a second.
pub(super) const STEP_LIMIT: u64 = 4_000_000;

impl Meter {
    pub(super) const fn new() -> Self {
        Self { left: STEP_LIMIT }
    }

    /// Counts one period.
    pub(super) fn step(&mut self) -> Result<(), RecurrenceError> {
        self.left = self
            .left
            .checked_sub(1)
            .ok_or(RecurrenceError::TooMuchWork { limit: STEP_LIMIT })?;
        Ok(())
    }

    /// How many periods were looked at.
    #[cfg(test)]
    pub(super) const fn steps(&self) -> u64 {
        STEP_LIMIT - self.left
    }
}
