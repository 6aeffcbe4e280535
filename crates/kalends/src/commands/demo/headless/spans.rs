//! Spans of time as the API states them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Half-open: `start` belongs to it, `end` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Span {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
}

impl Span {
    pub(super) fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    pub(super) fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    pub(super) fn minutes(self) -> i64 {
        self.start.duration_until(self.end).as_mins()
    }
}

/// The spans of a JSON list.
pub(super) fn spans(list: &Value) -> anyhow::Result<Vec<Span>> {
    Ok(serde_json::from_value(list.clone())?)
}

/// Fails when a slot is not free and open; tells how many there are.
pub(super) fn check_slots(slots: &[Span], busy: &[Span], open: &[Span]) -> anyhow::Result<()> {
    anyhow::ensure!(!slots.is_empty(), "there is no slot at all");
    for slot in slots {
        if let Some(block) = busy.iter().find(|block| block.overlaps(*slot)) {
            anyhow::bail!("the slot {slot:?} overlaps the busy time {block:?}");
        }
        anyhow::ensure!(
            open.iter().any(|open| open.contains(*slot)),
            "the slot {slot:?} is not within open hours"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: i64, end: i64) -> Span {
        let at = |hour: i64| Timestamp::from_second(hour * 3600).unwrap();
        Span {
            start: at(start),
            end: at(end),
        }
    }

    #[test]
    fn wrong_slots_are_noticed() {
        let (open, busy) = ([span(9, 17)], [span(12, 13)]);
        check_slots(&[span(9, 10), span(13, 14)], &busy, &open).unwrap();
        for wrong in [span(8, 10), span(16, 18), span(12, 13), span(11, 14)] {
            assert!(check_slots(&[wrong], &busy, &open).is_err(), "{wrong:?}");
        }
        assert!(check_slots(&[], &busy, &open).is_err());
    }
}
