//! Whom something meets in time.

use std::collections::BTreeMap;

use super::Timeline;
use crate::time::Interval;

/// Where two things meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The first time that they share.
    pub first: Interval,
    /// How often they meet in the time that was looked at; more than once for series.
    pub times: u32,
}

/// Whom the times of a changed thing, sorted by start, meet on a timeline of others. The caller leaves out what is
/// over, what does not block, and the thing itself.
pub fn overlaps<T: Copy + Ord>(changed: &[Interval], others: &Timeline<T>) -> BTreeMap<T, Overlap> {
    let mut met: BTreeMap<T, Overlap> = BTreeMap::new();
    for time in changed {
        for (span, who) in others.overlapping(*time) {
            let Some(shared) = span.clip(*time) else {
                continue;
            };
            let overlap = met.entry(*who).or_insert(Overlap {
                first: shared,
                times: 0,
            });
            overlap.first = overlap.first.min(shared);
            overlap.times += 1;
        }
    }
    met
}
