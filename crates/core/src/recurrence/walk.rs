//! Walking the starts of a rule from any point on, in order, without walking there from the series' start.

use std::ops::ControlFlow;

use super::{
    RecurrenceError,
    day_set::DaySet,
    days::{CIVIL_END, DAY},
    pattern::Pattern,
    rule::Frequency,
};

/// What is told each start, in civil seconds; it may stop the walk.
pub(super) type Visit<'v> = &'v mut dyn FnMut(i64) -> ControlFlow<()>;

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
}

impl Pattern {
    /// Visits the rule's starts in `[from, to)` (civil seconds) in order. `COUNT` is obeyed, `UNTIL` is not: it may
    /// be an instant, which only the caller can compare.
    pub(super) fn walk(
        &self,
        from: i64,
        to: i64,
        meter: &mut Meter,
        visit: Visit<'_>,
    ) -> Result<(), RecurrenceError> {
        let from = from.max(self.start);
        let to = to.min(CIVIL_END);
        if from >= to {
            return Ok(());
        }
        let mut range = Range {
            start: self.start,
            from,
            to,
            left: self.rule.count.unwrap_or(u64::MAX),
        };
        if self.rule.frequency < Frequency::Daily {
            return self.walk_times(&mut range, meter, visit);
        }
        let ahead = self.period_of(from.div_euclid(DAY)) - self.origin;
        let mut index = ahead.div_euclid(self.rule.interval).max(0);
        if let Some(count) = self.rule.count {
            range.left = count.saturating_sub(self.count_before(index, count, meter)?);
        }
        let last = self.period_of((to - 1).div_euclid(DAY));
        let mut places = Vec::new();
        while range.left > 0 {
            let period = self.origin + index * self.rule.interval;
            if period > last {
                break;
            }
            meter.step()?;
            let days = self.days_of(period);
            if self.visit_days(&days, &mut places, &mut range, visit).is_break() {
                break;
            }
            index += 1;
        }
        Ok(())
    }

    /// A civil second that no start of a counting rule lies after; `None` when it never ends or was not found.
    pub(super) fn last_start_bound(&self, meter: &mut Meter) -> Option<i64> {
        let count = i64::try_from(self.rule.count?).ok()?;
        if let Some(each) = self.even_count() {
            if each == 0 {
                return Some(self.start);
            }
            let periods = (count / each + 2).checked_mul(self.rule.interval)?;
            let end = self
                .start
                .checked_add(periods.checked_mul(self.period_seconds())?)?;
            return Some(end.min(CIVIL_END));
        }
        let mut last = self.start;
        let walked = self.walk(self.start, CIVIL_END, meter, &mut |civil| {
            last = civil;
            ControlFlow::Continue(())
        });
        walked.ok().map(|()| last)
    }

    /// How many starts every period after the first has, for rules where that never changes.
    fn even_count(&self) -> Option<i64> {
        if self.rule.frequency < Frequency::Daily {
            return self.even_time_count();
        }
        if !self.is_even() {
            return None;
        }
        Some(self.size_of(&self.days_of(self.origin), &mut Vec::new()))
    }

    fn period_seconds(&self) -> i64 {
        match self.rule.frequency {
            Frequency::Secondly => 1,
            Frequency::Minutely => 60,
            Frequency::Hourly => 3600,
            Frequency::Daily => DAY,
            Frequency::Weekly => 7 * DAY,
            Frequency::Monthly => 31 * DAY,
            Frequency::Yearly => 371 * DAY,
        }
    }

    /// How many starts the periods before that index have, at most `enough`.
    fn count_before(&self, index: i64, enough: u64, meter: &mut Meter) -> Result<u64, RecurrenceError> {
        if index == 0 {
            return Ok(0);
        }
        let mut total = 0_u64;
        let mut first = Range::whole(self.start);
        let days = self.days_of(self.origin);
        let mut places = Vec::new();
        let _ = self.visit_days(&days, &mut places, &mut first, &mut |_| {
            total += 1;
            ControlFlow::Continue(())
        });
        if let Some(each) = self.even_count() {
            let between = u64::try_from((index - 1).saturating_mul(each)).unwrap_or(0);
            return Ok(total.saturating_add(between).min(enough));
        }
        for index in 1..index {
            if total >= enough {
                break;
            }
            meter.step()?;
            let days = self.days_of(self.origin + index * self.rule.interval);
            total += u64::try_from(self.size_of(&days, &mut places)).unwrap_or(0);
        }
        Ok(total.min(enough))
    }

    /// How many starts a full period with these days has.
    fn size_of(&self, days: &DaySet, places: &mut Vec<i64>) -> i64 {
        let all = days.len() * self.times.len() as i64;
        if self.rule.positions.is_empty() {
            return all;
        }
        select_places(&self.rule.positions, all, places);
        places.len() as i64
    }

    fn visit_days(
        &self,
        days: &DaySet,
        places: &mut Vec<i64>,
        range: &mut Range,
        visit: Visit<'_>,
    ) -> ControlFlow<()> {
        if self.rule.positions.is_empty() {
            for day in days.days() {
                for time in &self.times {
                    range.offer(day * DAY + time, visit)?;
                }
            }
            return ControlFlow::Continue(());
        }
        let times = self.times.len() as i64;
        select_places(&self.rule.positions, days.len() * times, places);
        for place in places.iter() {
            if let Some(day) = days.nth(place / times) {
                range.offer(day * DAY + self.times[(place % times) as usize], visit)?;
            }
        }
        ControlFlow::Continue(())
    }
}

/// What part of a rule's starts is wanted.
#[derive(Debug)]
pub(super) struct Range {
    start: i64,
    pub(super) from: i64,
    pub(super) to: i64,
    /// How many starts the rule still makes.
    pub(super) left: u64,
}

impl Range {
    /// Everything from the series' start on.
    const fn whole(start: i64) -> Self {
        Self {
            start,
            from: start,
            to: i64::MAX,
            left: u64::MAX,
        }
    }

    /// Counts a start and hands it on when it is inside.
    pub(super) fn offer(&mut self, civil: i64, visit: Visit<'_>) -> ControlFlow<()> {
        if civil < self.start {
            return ControlFlow::Continue(());
        }
        if self.left == 0 || civil >= self.to {
            return ControlFlow::Break(());
        }
        self.left -= 1;
        if civil >= self.from {
            visit(civil)
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// The places (from 0) that `BYSETPOS` picks out of so many, in order and each once.
pub(super) fn select_places(positions: &[i64], total: i64, places: &mut Vec<i64>) {
    places.clear();
    places.extend(
        positions
            .iter()
            .map(|&position| {
                if position > 0 {
                    position - 1
                } else {
                    total + position
                }
            })
            .filter(|place| (0..total).contains(place)),
    );
    places.sort_unstable();
    places.dedup();
}
