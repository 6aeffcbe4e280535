//! The starts that a walk finds, handed on in runs.

use std::ops::ControlFlow;

/// What is told the starts of a rule in civil seconds, some at a time and in order; it may stop the walk.
pub(super) type Visit<'v> = &'v mut dyn FnMut(&[i64]) -> ControlFlow<()>;

/// Starts in one run: enough that a call for each run costs nothing, few enough to stay in the fastest memory.
const RUN: usize = 64;

/// What part of a rule's starts is wanted, and the run that is being filled.
pub(super) struct Starts<'v> {
    /// The series' start, from which `COUNT` counts.
    pub(super) start: i64,
    pub(super) from: i64,
    pub(super) to: i64,
    /// How many starts the rule still makes.
    pub(super) left: u64,
    run: [i64; RUN],
    filled: usize,
    visit: Visit<'v>,
}

impl<'v> Starts<'v> {
    /// Starts in `[from, to)` (civil seconds), at most `count` from the series' start on.
    pub(super) fn new(start: i64, (from, to): (i64, i64), count: Option<u64>, visit: Visit<'v>) -> Self {
        Self {
            start,
            from,
            to,
            left: count.unwrap_or(u64::MAX),
            run: [0; RUN],
            filled: 0,
            visit,
        }
    }

    /// Counts a start and hands it on when it is inside.
    pub(super) fn offer(&mut self, civil: i64) -> ControlFlow<()> {
        if civil < self.start {
            return ControlFlow::Continue(());
        }
        if self.left == 0 || civil >= self.to {
            return ControlFlow::Break(());
        }
        self.left -= 1;
        if civil >= self.from {
            self.push(civil)
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Counts and hands on starts that are all inside; they lie so far behind `base`.
    pub(super) fn take_all(&mut self, base: i64, offsets: &[i64]) -> ControlFlow<()> {
        self.left -= offsets.len() as u64;
        let mut rest = offsets;
        while !rest.is_empty() {
            let space = &mut self.run[self.filled..];
            let (now, later) = rest.split_at(rest.len().min(space.len()));
            for (place, offset) in space.iter_mut().zip(now) {
                *place = base + offset;
            }
            self.filled += now.len();
            rest = later;
            if self.filled == RUN {
                self.flush()?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Leaves out so many starts, which lie before what is wanted.
    pub(super) fn skip(&mut self, starts: u64) {
        self.left = self.left.saturating_sub(starts);
    }

    /// Hands on what is left of the last run.
    pub(super) fn flush(&mut self) -> ControlFlow<()> {
        let filled = std::mem::take(&mut self.filled);
        if filled == 0 {
            return ControlFlow::Continue(());
        }
        (self.visit)(&self.run[..filled])
    }

    fn push(&mut self, civil: i64) -> ControlFlow<()> {
        self.run[self.filled] = civil;
        self.filled += 1;
        if self.filled == RUN {
            self.flush()
        } else {
            ControlFlow::Continue(())
        }
    }
}
