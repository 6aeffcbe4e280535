//! Finds what touches a time without looking at everything else.
//!
//! Spans are kept by start, in classes by length: class `c` holds lengths below 2^c microseconds. What touches a window
//! began at most that long before it, so one narrow range for each class finds it, however long the longest span is.

use std::collections::{BTreeMap, BTreeSet};

/// Spans of time and the revisions that they belong to.
#[derive(Clone, Debug, Default)]
pub(crate) struct TimeIndex {
    /// By class: start in microseconds since 1970, and revision. No class is empty.
    classes: BTreeMap<u32, BTreeSet<(i64, u64)>>,
}

impl TimeIndex {
    pub(crate) fn insert(&mut self, span: (i64, i64), revision: u64) {
        let class = self.classes.entry(class(span)).or_default();
        class.insert((span.0, revision));
    }

    pub(crate) fn remove(&mut self, span: (i64, i64), revision: u64) {
        let number = class(span);
        if let Some(class) = self.classes.get_mut(&number) {
            class.remove(&(span.0, revision));
            if class.is_empty() {
                self.classes.remove(&number);
            }
        }
    }

    /// Revisions of spans that may touch the time from `from_us` to `to_us`: all that do, and some of the same class
    /// that end a little earlier.
    pub(crate) fn touching(&self, from_us: i64, to_us: i64) -> impl Iterator<Item = u64> {
        self.classes.iter().flat_map(move |(class, spans)| {
            let longest = i64::try_from(1_u128 << class).unwrap_or(i64::MAX);
            let first = from_us.saturating_sub(longest);
            // A window that ends before it begins touches nothing.
            let range = (first, u64::MIN)..(to_us.max(first), u64::MIN);
            spans.range(range).map(|(_, revision)| *revision)
        })
    }
}

/// The bit length of the span's length.
fn class((start_us, end_us): (i64, i64)) -> u32 {
    let length = u64::try_from(end_us.saturating_sub(start_us)).unwrap_or(0);
    u64::BITS - length.leading_zeros()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spans() -> impl Strategy<Value = Vec<(i64, i64)>> {
        let length = prop_oneof![Just(0), 1..100_i64, 100..100_000_i64, Just(i64::MAX / 2)];
        let span = (-50_000..50_000_i64, length).prop_map(|(start, length)| (start, start + length));
        prop::collection::vec(span, 0..60)
    }

    proptest! {
        #[test]
        fn everything_that_touches_a_window_is_found_and_removed_spans_are_not(
            all in spans(),
            gone in prop::collection::vec(any::<bool>(), 60),
            from in -60_000..60_000_i64,
            length in 0..20_000_i64,
        ) {
            let mut index = TimeIndex::default();
            for (revision, span) in all.iter().enumerate() {
                index.insert(*span, revision as u64);
            }
            for (revision, span) in all.iter().enumerate().filter(|(revision, _)| gone[*revision]) {
                index.remove(*span, revision as u64);
            }
            let window = (from, from + length);
            let found: BTreeSet<u64> = index.touching(window.0, window.1).collect();
            for (revision, (start, end)) in all.iter().enumerate() {
                let touches = *start < window.1 && *end > window.0;
                prop_assert!(!touches || gone[revision] || found.contains(&(revision as u64)));
                prop_assert!(!gone[revision] || !found.contains(&(revision as u64)));
            }
        }

        #[test]
        fn what_is_found_in_vain_ended_less_than_its_class_ago(all in spans(), from in -60_000..60_000_i64) {
            let mut index = TimeIndex::default();
            for (revision, span) in all.iter().enumerate() {
                index.insert(*span, revision as u64);
            }
            for revision in index.touching(from, from + 10) {
                let (start, end) = all[revision as usize];
                prop_assert!(start < from + 10);
                prop_assert!((end - start).max(1) * 2 >= from - start, "{start} {end} at {from}");
            }
        }
    }
}
