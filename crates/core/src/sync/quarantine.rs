//! When an item that could not be read is read again on its own.
//!
//! Its time may be busy, so it is not left to the next complete reading. What a provider garbled once is well an hour later;
//! what it always states so is asked for ever more rarely, and read at once when it changes.

use jiff::{SignedDuration, Timestamp};

/// Waits before the first, second, third and every further attempt.
const WAITS: [SignedDuration; 4] = [
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(6),
    SignedDuration::from_hours(24),
    SignedDuration::from_hours(24 * 7),
];

/// When to read it after so many attempts on its own.
pub fn retry_at(attempts: u32, now: Timestamp) -> Timestamp {
    let [.., last] = WAITS;
    let place = usize::try_from(attempts).unwrap_or(usize::MAX);
    now.saturating_add(WAITS.get(place).copied().unwrap_or(last))
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_become_rare() {
        let now = Timestamp::UNIX_EPOCH;
        let hours = [0, 1, 2, 3, 4, 400].map(|attempts| retry_at(attempts, now).as_second() / 3_600);
        assert_eq!(hours, [1, 6, 24, 168, 168, 168]);
    }
}
