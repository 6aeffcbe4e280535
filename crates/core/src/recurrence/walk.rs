//! Walking the starts of a rule from any point on, in order, without walking there from the series' start.

use std::ops::ControlFlow;

use super::{
    RecurrenceError,
    day_set::DaySet,
    days::{CIVIL_END, DAY},
    meter::Meter,
    pattern::Pattern,
    positions::select_places,
    rule::Frequency,
    starts::{Starts, Visit},
};

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
        let window = (from.max(self.start), to.min(CIVIL_END));
        if window.0 >= window.1 {
            return Ok(());
        }
        let mut starts = Starts::new(self.start, window, self.rule.count, visit);
        let outcome = if let Some(cycle) = self.cycle() {
            cycle.walk(&mut starts, meter)
        } else if self.rule.frequency < Frequency::Daily {
            self.walk_times(&mut starts, meter)
        } else {
            self.walk_periods(&mut starts, meter)
        };
        // What was found before a rule is given up counts; whether somebody wants more does not matter any more.
        let _ = starts.flush();
        outcome
    }

    /// Visits the starts of a rule of days or longer periods, period by period.
    fn walk_periods(&self, starts: &mut Starts<'_>, meter: &mut Meter) -> Result<(), RecurrenceError> {
        let ahead = self.period_of(starts.from.div_euclid(DAY)) - self.origin;
        let mut index = ahead.div_euclid(self.rule.interval).max(0);
        if let Some(count) = self.rule.count {
            starts.skip(self.count_before(index, count, meter)?);
        }
        let last = self.period_of((starts.to - 1).div_euclid(DAY));
        let mut places = Vec::new();
        while starts.left > 0 {
            let period = self.origin + index * self.rule.interval;
            if period > last {
                break;
            }
            meter.step()?;
            if self
                .offer_days(&self.days_of(period), &mut places, starts)
                .is_break()
            {
                break;
            }
            index += 1;
        }
        Ok(())
    }

    /// A civil second that no start of a counting rule lies after; `None` when it never ends or was not found.
    pub(super) fn last_start_bound(&self, meter: &mut Meter) -> Option<i64> {
        let count = self.rule.count?;
        if let Some(cycle) = self.cycle() {
            return Some(cycle.last_start_bound(count));
        }
        let mut last = self.start;
        let walked = self.walk(self.start, CIVIL_END, meter, &mut |run| {
            last = run.last().copied().unwrap_or(last);
            ControlFlow::Continue(())
        });
        walked.ok().map(|()| last)
    }

    /// How many starts the periods before that index have, at most `enough`.
    fn count_before(&self, index: i64, enough: u64, meter: &mut Meter) -> Result<u64, RecurrenceError> {
        if index == 0 {
            return Ok(0);
        }
        let mut total = 0_u64;
        let mut places = Vec::new();
        let mut count = |run: &[i64]| {
            total += run.len() as u64;
            ControlFlow::Continue(())
        };
        let mut first = Starts::new(self.start, (self.start, i64::MAX), None, &mut count);
        let _ = self.offer_days(&self.days_of(self.origin), &mut places, &mut first);
        let _ = first.flush();
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
            total += u64::try_from(self.size_of(days.len(), &mut places)).unwrap_or(0);
        }
        Ok(total.min(enough))
    }

    /// How many starts every period after the first has, for rules of months and years where that never changes.
    fn even_count(&self) -> Option<i64> {
        Some(self.size_of(self.even_day_count()?, &mut Vec::new()))
    }

    /// How many starts a full period with so many days has.
    fn size_of(&self, days: i64, places: &mut Vec<i64>) -> i64 {
        let all = days * self.times.len() as i64;
        if self.rule.positions.is_empty() {
            return all;
        }
        select_places(&self.rule.positions, all, places);
        places.len() as i64
    }

    fn offer_days(&self, days: &DaySet, places: &mut Vec<i64>, starts: &mut Starts<'_>) -> ControlFlow<()> {
        if self.rule.positions.is_empty() {
            for day in days.days() {
                for time in &self.times {
                    starts.offer(day * DAY + time)?;
                }
            }
            return ControlFlow::Continue(());
        }
        let times = self.times.len() as i64;
        select_places(&self.rule.positions, days.len() * times, places);
        if let [time] = self.times[..] {
            let picked = places.iter().filter_map(|&place| days.nth(place));
            return { picked }.try_for_each(|day| starts.offer(day * DAY + time));
        }
        for place in places.iter() {
            if let Some(day) = days.nth(place / times) {
                starts.offer(day * DAY + self.times[(place % times) as usize])?;
            }
        }
        ControlFlow::Continue(())
    }
}
