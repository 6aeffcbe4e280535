//! Rules whose starts repeat after a fixed stretch of civil time: any of their starts is found by a division.

use std::ops::ControlFlow;

use super::{
    RecurrenceError,
    days::{CIVIL_END, DAY},
    meter::Meter,
    pattern::Pattern,
    positions::select_places,
    rule::Frequency,
    starts::Starts,
};

/// Offsets within a day that are worked out beforehand for a rule of minutes or seconds.
const MOST_OFFSETS: i64 = 1440;

/// The same starts again and again.
#[derive(Debug)]
pub(super) struct Cycle {
    /// Civil second at which the first round begins, at or before the series' start.
    base: i64,
    /// Seconds from one round to the next.
    step: i64,
    /// Starts of a round in seconds from its beginning, in order; less than `step`.
    offsets: Vec<i64>,
}

impl Pattern {
    /// The rule as a cycle, where months, years and numbered weeks do not matter to it.
    pub(super) fn cycle(&self) -> Option<Cycle> {
        let rule = &self.rule;
        let by_calendar = rule.months != 0
            || rule.has_month_days()
            || !rule.year_days.is_empty()
            || !rule.week_numbers.is_empty();
        if by_calendar || rule.frequency > Frequency::Weekly {
            return None;
        }
        match rule.frequency {
            Frequency::Weekly => {
                let first = self.first_day_of_week(self.origin);
                let days = (0..7).filter(|day| self.allows_day(first + day));
                Some(Cycle {
                    base: first * DAY,
                    step: 7 * DAY * rule.interval,
                    offsets: self.picked(&days.collect::<Vec<_>>()),
                })
            }
            // Days that have to be certain weekdays come around after seven steps.
            Frequency::Daily => {
                let steps = if rule.weekdays == 0 { 1 } else { 7 };
                let first = self.start.div_euclid(DAY);
                let days = (0..steps).map(|step| step * rule.interval);
                let offsets = days
                    .filter(|day| self.allows_day(first + day))
                    .flat_map(|day| self.picked(&[day]))
                    .collect();
                Some(Cycle {
                    base: first * DAY,
                    step: steps * rule.interval * DAY,
                    offsets,
                })
            }
            _ => self.short_cycle(),
        }
    }

    /// The cycle of an hourly, minutely or secondly rule: its period, or the day when parts leave some hours out.
    fn short_cycle(&self) -> Option<Cycle> {
        let (rule, unit) = (&self.rule, self.unit());
        if rule.weekdays != 0 {
            return None;
        }
        let (base, period) = (self.start.div_euclid(unit) * unit, unit * rule.interval);
        let within = self.picked_offsets();
        if !self.limits_times() {
            return Some(Cycle {
                base,
                step: period,
                offsets: within,
            });
        }
        if DAY % period != 0 || DAY / period > MOST_OFFSETS {
            return None;
        }
        let allowed = (0..DAY / period)
            .map(|step| step * period)
            .filter(|offset| self.next_allowed(base + offset).is_none());
        let offsets = allowed
            .flat_map(|offset| within.iter().map(move |more| offset + more))
            .collect();
        Some(Cycle {
            base,
            step: DAY,
            offsets,
        })
    }

    /// The starts on these days in seconds, after `BYSETPOS`.
    fn picked(&self, days: &[i64]) -> Vec<i64> {
        let all = || {
            days.iter()
                .flat_map(|day| self.times.iter().map(move |time| day * DAY + time))
        };
        if self.rule.positions.is_empty() {
            return all().collect();
        }
        let all: Vec<i64> = all().collect();
        let mut places = Vec::new();
        select_places(&self.rule.positions, all.len() as i64, &mut places);
        places.into_iter().map(|place| all[place as usize]).collect()
    }
}

impl Cycle {
    /// Offers the starts that are wanted, in order.
    pub(super) fn walk(&self, starts: &mut Starts<'_>, meter: &mut Meter) -> Result<(), RecurrenceError> {
        let Some(last) = self.offsets.last() else {
            return Ok(());
        };
        let each = self.offsets.len() as u64;
        let mut round = (starts.from - self.base).div_euclid(self.step).max(0);
        starts.skip(self.count_before(round, starts.start));
        while starts.left > 0 {
            let base = self.base + round * self.step;
            if base >= starts.to {
                break;
            }
            meter.step()?;
            let inside = base >= starts.from && base + last < starts.to && starts.left >= each;
            let offered = if inside {
                starts.take_all(base, &self.offsets)
            } else {
                self.offsets
                    .iter()
                    .try_for_each(|offset| starts.offer(base + offset))
            };
            if offered == ControlFlow::Break(()) {
                break;
            }
            round += 1;
        }
        Ok(())
    }

    /// How many starts lie in the rounds before that one.
    fn count_before(&self, round: i64, start: i64) -> u64 {
        if round == 0 {
            return 0;
        }
        let in_first = self
            .offsets
            .iter()
            .filter(|&offset| self.base + offset >= start)
            .count() as u64;
        let between = (round as u64 - 1).saturating_mul(self.offsets.len() as u64);
        in_first.saturating_add(between)
    }

    /// A civil second that none of so many starts lies after.
    pub(super) fn last_start_bound(&self, count: u64) -> i64 {
        let Some(each) = i64::try_from(self.offsets.len()).ok().filter(|&each| each > 0) else {
            return self.base;
        };
        let rounds = i64::try_from(count).unwrap_or(i64::MAX) / each;
        let length = rounds.saturating_add(2).saturating_mul(self.step);
        self.base.saturating_add(length).min(CIVIL_END)
    }
}
