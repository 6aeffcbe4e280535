//! Spans of time with what they belong to, for asking which of them meet a span.

use crate::time::Interval;

/// Spans that may overlap each other, ordered by start.
///
/// A question costs a few steps for each span that is found and some dozens to find the first, however many there are
/// and however long one of them is: above the spans stand blocks of 16, and blocks of these, each with the latest end
/// inside, so that whole blocks that end too early are passed over.
#[derive(Clone, Debug)]
pub struct Timeline<T> {
    spans: Vec<(Interval, T)>,
    /// The latest end in each block, in microseconds since 1970; from blocks of 16 spans up.
    latest_us: Vec<Vec<i64>>,
}

const BLOCK: usize = 16;

impl<T> Timeline<T> {
    /// Takes spans in any order.
    pub fn new(spans: impl IntoIterator<Item = (Interval, T)>) -> Self {
        let mut spans: Vec<(Interval, T)> = spans.into_iter().collect();
        spans.sort_by_key(|(span, _)| *span);
        let ends: Vec<i64> = spans.iter().map(|(span, _)| span.end_us()).collect();
        let mut latest_us = Vec::new();
        let mut below = blocks(&ends);
        while !below.is_empty() {
            let above = if below.len() > 1 {
                blocks(&below)
            } else {
                Vec::new()
            };
            latest_us.push(below);
            below = above;
        }
        Self { spans, latest_us }
    }

    /// The spans that share an instant with this one, by start.
    pub fn overlapping(&self, span: Interval) -> impl Iterator<Item = &(Interval, T)> {
        let until = self
            .spans
            .partition_point(|(other, _)| other.start_us() < span.end_us());
        let mut at = 0;
        std::iter::from_fn(move || {
            let found = self.next(at, until, span.start_us())?;
            at = found + 1;
            Some(&self.spans[found])
        })
    }

    /// The first span of a range that ends after an instant.
    fn next(&self, mut at: usize, until: usize, after_us: i64) -> Option<usize> {
        while at < until {
            let passed = self.passed(at, after_us);
            if passed == 0 {
                return Some(at);
            }
            at += passed;
        }
        None
    }

    /// How many spans from here on surely end too early: the widest block that begins here and does, or one span.
    fn passed(&self, at: usize, after_us: i64) -> usize {
        let mut passed = usize::from(self.spans[at].0.end_us() <= after_us);
        let mut width = BLOCK;
        for latest_us in &self.latest_us {
            if passed == 0 || !at.is_multiple_of(width) || latest_us[at / width] > after_us {
                break;
            }
            passed = width;
            width *= BLOCK;
        }
        passed
    }
}

fn blocks(ends: &[i64]) -> Vec<i64> {
    ends.chunks(BLOCK)
        .filter_map(|block| block.iter().copied().max())
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(start: i64, len: i64) -> Interval {
        Interval::from_micros(start, start + len).unwrap()
    }

    #[test]
    fn an_empty_timeline_meets_nothing_and_a_long_span_is_found_from_afar() {
        let none = Timeline::<()>::new([]);
        assert_eq!(none.overlapping(span(0, 9)).count(), 0);
        let many = (0..50_000).map(|number| (span(number * 10, 5), number));
        let timeline = Timeline::new(many.chain([(span(0, 1_000_000), -1)]));
        let found: Vec<i64> = timeline
            .overlapping(span(499_980, 10))
            .map(|(_, number)| *number)
            .collect();
        assert_eq!(found, [-1, 49_998]);
    }

    proptest! {
        #[test]
        fn it_finds_what_trying_all_finds(
            spans in prop::collection::vec((0_i64..3_000, 1_i64..9, any::<bool>()), 0..600),
            asked in (0_i64..3_000, 1_i64..200),
        ) {
            let spans: Vec<(Interval, usize)> = spans
                .into_iter()
                .enumerate()
                .map(|(number, (start, len, is_long))| (span(start, if is_long { len * len * len } else { len }), number))
                .collect();
            let asked = span(asked.0, asked.1);
            let mut expect: Vec<(Interval, usize)> =
                spans.iter().copied().filter(|(span, _)| span.overlaps(asked)).collect();
            expect.sort_by_key(|(span, _)| *span);
            let timeline = Timeline::new(spans);
            let found: Vec<(Interval, usize)> = timeline.overlapping(asked).copied().collect();
            prop_assert_eq!(found, expect);
        }
    }
}
