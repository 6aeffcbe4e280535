//! What keeps rules that match almost never from taking forever.

use super::RecurrenceError;

/// Counts the periods that were looked at, and stops rules that match almost never.
#[derive(Debug)]
pub(super) struct Meter {
    limit: u64,
    left: u64,
}

/// Periods that are looked at for one series and window before it is given up: at 100 ns for a day a tenth of a second.
const EXPANSION: u64 = 1_000_000;

/// Periods that are looked at for the end of a rule that counts; an end that was not found is left open.
const END: u64 = 20_000;

impl Meter {
    /// For finding the occurrences in a window.
    pub(super) const fn of_expansion() -> Self {
        Self {
            limit: EXPANSION,
            left: EXPANSION,
        }
    }

    /// For finding where a rule ends.
    pub(super) const fn of_end() -> Self {
        Self {
            limit: END,
            left: END,
        }
    }

    /// Counts one period.
    pub(super) fn step(&mut self) -> Result<(), RecurrenceError> {
        self.left = self
            .left
            .checked_sub(1)
            .ok_or(RecurrenceError::TooMuchWork { limit: self.limit })?;
        Ok(())
    }

    /// How many periods were looked at.
    #[cfg(test)]
    pub(super) const fn steps(&self) -> u64 {
        self.limit - self.left
    }
}
