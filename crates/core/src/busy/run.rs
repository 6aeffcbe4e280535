//! The algebra of runs; each operation is one pass.

use crate::time::Interval;

/// Makes a run of intervals in any order: sorts, then joins what overlaps or touches.
pub fn normalize(mut intervals: Vec<Interval>) -> Vec<Interval> {
    if !intervals.is_sorted() {
        // The stable sort finds runs that are already sorted and merges those, which makes it a k-way merge.
        intervals.sort();
    }
    join_all(&mut intervals);
    intervals
}

/// All time that is in any of the runs.
pub fn merge(runs: &[&[Interval]]) -> Vec<Interval> {
    normalize(runs.concat())
}

/// [`merge`] for runs that mostly cover the same time: joined in pairs, the longer they get the fewer spans are left.
pub(crate) fn union(runs: &[&[Interval]]) -> Vec<Interval> {
    match runs {
        [] => Vec::new(),
        [run] => run.to_vec(),
        [left, right] => union_of_two(left, right),
        _ => {
            let (left, right) = runs.split_at(runs.len() / 2);
            union_of_two(&union(left), &union(right))
        }
    }
}

fn union_of_two(mut left: &[Interval], mut right: &[Interval]) -> Vec<Interval> {
    let mut all: Vec<Interval> = Vec::with_capacity(left.len() + right.len());
    loop {
        let next = match (left, right) {
            ([first, rest @ ..], [other, ..]) if first.start_us() <= other.start_us() => {
                left = rest;
                *first
            }
            (_, [first, rest @ ..]) => {
                right = rest;
                *first
            }
            ([first, rest @ ..], []) => {
                left = rest;
                *first
            }
            ([], []) => return all,
        };
        match all.last_mut() {
            Some(last) if next.start_us() <= last.end_us() => {
                *last = Interval::from_ordered(last.start_us(), last.end_us().max(next.end_us()));
            }
            _ => all.push(next),
        }
    }
}

/// The time of `from` that is not in `take`.
pub fn subtract(from: &[Interval], take: &[Interval]) -> Vec<Interval> {
    let mut rest = Vec::with_capacity(from.len());
    subtract_into(from, take, &mut rest);
    rest
}

/// The time that is in both runs.
pub fn intersect(left: &[Interval], right: &[Interval]) -> Vec<Interval> {
    let mut shared = Vec::with_capacity(left.len().min(right.len()));
    intersect_into(left, right, &mut shared);
    shared
}

/// The time of the window that is not in the run.
pub fn complement(run: &[Interval], window: Interval) -> Vec<Interval> {
    subtract(&[window], run)
}

/// The time of the run that is in the window.
pub fn clip(run: &[Interval], window: Interval) -> Vec<Interval> {
    let first = run.partition_point(|span| span.end_us() <= window.start_us());
    run[first..].iter().map_while(|span| span.clip(window)).collect()
}

/// [`subtract`], appending to a buffer.
pub(crate) fn subtract_into(from: &[Interval], take: &[Interval], rest: &mut Vec<Interval>) {
    let mut next = 0;
    for span in from {
        let (mut start, end) = (span.start_us(), span.end_us());
        while next < take.len() && take[next].end_us() <= start {
            next += 1;
        }
        while next < take.len() && take[next].start_us() < end {
            rest.extend(Interval::from_micros(start, take[next].start_us()));
            start = take[next].end_us();
            if start >= end {
                break; // it may reach into the next span too
            }
            next += 1;
        }
        rest.extend(Interval::from_micros(start, end));
    }
}

/// [`intersect`], appending to a buffer.
pub(crate) fn intersect_into(left: &[Interval], right: &[Interval], shared: &mut Vec<Interval>) {
    let (mut at_left, mut at_right) = (0, 0);
    while at_left < left.len() && at_right < right.len() {
        shared.extend(left[at_left].clip(right[at_right]));
        if left[at_left].end_us() <= right[at_right].end_us() {
            at_left += 1;
        } else {
            at_right += 1;
        }
    }
}

/// Makes a run of sorted intervals: joins those that overlap or touch.
pub(crate) fn join_all(sorted: &mut Vec<Interval>) {
    sorted.dedup_by(|next, last| {
        let meets = next.start_us() <= last.end_us();
        if meets {
            *last = Interval::from_ordered(last.start_us(), last.end_us().max(next.end_us()));
        }
        meets
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The instants in a run, for runs of small numbers.
    fn instants(run: &[Interval]) -> Vec<i64> {
        run.iter()
            .flat_map(|span| span.start_us()..span.end_us())
            .collect()
    }

    fn is_run(intervals: &[Interval]) -> bool {
        intervals
            .windows(2)
            .all(|pair| pair[0].end_us() < pair[1].start_us())
    }

    fn intervals() -> impl Strategy<Value = Vec<Interval>> {
        let interval = (0_i64..120, 1_i64..20)
            .prop_map(|(start, len)| Interval::from_micros(start, start + len).unwrap());
        prop::collection::vec(interval, 0..15)
    }

    fn runs() -> impl Strategy<Value = Vec<Interval>> {
        intervals().prop_map(normalize)
    }

    fn window() -> impl Strategy<Value = Interval> {
        (0_i64..120, 1_i64..60).prop_map(|(start, len)| Interval::from_micros(start, start + len).unwrap())
    }

    proptest! {
        #[test]
        fn normalizing_keeps_the_instants_and_is_idempotent(given in intervals()) {
            let mut expect = instants(&given);
            expect.sort_unstable();
            expect.dedup();
            let run = normalize(given);
            prop_assert!(is_run(&run));
            prop_assert_eq!(instants(&run), expect);
            prop_assert_eq!(normalize(run.clone()), run);
        }

        #[test]
        fn merging_is_the_union(a in runs(), b in runs(), c in runs()) {
            let merged = merge(&[&a, &b, &c]);
            let mut expect = [instants(&a), instants(&b), instants(&c)].concat();
            expect.sort_unstable();
            expect.dedup();
            prop_assert!(is_run(&merged));
            prop_assert_eq!(instants(&merged), expect);
            prop_assert_eq!(merge(&[&c, &a, &b]), merged.clone());
            prop_assert_eq!(union(&[&a, &b, &c]), merged.clone());
            prop_assert_eq!(merge(&[&merged, &merged]), merged);
        }

        #[test]
        fn subtracting_leaves_what_is_only_in_the_first(a in runs(), b in runs()) {
            let rest = subtract(&a, &b);
            let taken = instants(&b);
            let expect: Vec<_> = instants(&a).into_iter().filter(|at| !taken.contains(at)).collect();
            prop_assert!(is_run(&rest));
            prop_assert_eq!(instants(&rest), expect);
        }

        #[test]
        fn intersecting_leaves_what_is_in_both(a in runs(), b in runs()) {
            let shared = intersect(&a, &b);
            prop_assert_eq!(subtract(&a, &subtract(&a, &b)), shared.clone());
            prop_assert_eq!(intersect(&b, &a), shared);
        }

        #[test]
        fn complementing_twice_clips(run in runs(), window in window()) {
            let gaps = complement(&run, window);
            prop_assert!(intersect(&gaps, &run).is_empty());
            prop_assert_eq!(complement(&gaps, window), clip(&run, window));
            prop_assert_eq!(merge(&[&gaps, &clip(&run, window)]), vec![window]);
        }
    }
}
