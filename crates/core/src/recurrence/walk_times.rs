//! Walking rules whose period is shorter than a day; they skip days, hours and minutes that a part rules out.

use super::{
    RecurrenceError,
    days::DAY,
    pattern::{Pattern, times_of_hour, times_of_minute},
    rule::{Frequency, Rule},
    walk::{Meter, Range, Visit, select_places},
};

impl Pattern {
    /// How many starts every period has, for rules of short periods without a part that limits them.
    pub(super) fn even_time_count(&self) -> Option<i64> {
        let rule = &self.rule;
        let limited = self.limits_days()
            || rule.hours != 0
            || (rule.frequency < Frequency::Hourly && rule.minutes != 0)
            || (rule.frequency < Frequency::Minutely && rule.seconds != 0);
        (!limited).then(|| picked_offsets(rule).len() as i64)
    }

    /// Visits the starts of an hourly, minutely or secondly rule.
    pub(super) fn walk_times(
        &self,
        range: &mut Range,
        meter: &mut Meter,
        visit: Visit<'_>,
    ) -> Result<(), RecurrenceError> {
        let (rule, unit) = (&self.rule, unit(self.rule.frequency));
        let origin = self.start.div_euclid(unit);
        let offsets = picked_offsets(rule);
        if offsets.is_empty() {
            return Ok(());
        }
        // The index of the first period at or after a civil second.
        let index_at = |civil: i64| {
            let ahead = civil.div_euclid(unit) - origin;
            ahead.div_euclid(rule.interval) + i64::from(ahead.rem_euclid(rule.interval) > 0)
        };
        let mut index = ((range.from.div_euclid(unit) - origin) / rule.interval).max(0);
        if let Some(count) = rule.count {
            match self.even_time_count() {
                Some(each) if index > 0 => {
                    let first = offsets
                        .iter()
                        .filter(|&offset| origin * unit + offset >= self.start)
                        .count() as i64;
                    let before = first.saturating_add((index - 1).saturating_mul(each));
                    range.left = count.saturating_sub(u64::try_from(before).unwrap_or(0));
                }
                Some(_) => {}
                None => index = 0,
            }
        }
        let (mut known_day, mut day_allowed) = (i64::MIN, false);
        while range.left > 0 {
            meter.step()?;
            let base = (origin + index * rule.interval) * unit;
            if base >= range.to {
                break;
            }
            let day = base.div_euclid(DAY);
            if day != known_day {
                (known_day, day_allowed) = (day, self.allows_day(day));
            }
            if !day_allowed {
                index = index_at((day + 1) * DAY);
            } else if let Some(next) = next_allowed(rule, base) {
                index = index_at(next).max(index + 1);
            } else {
                for offset in &offsets {
                    if range.offer(base + offset, visit).is_break() {
                        return Ok(());
                    }
                }
                index += 1;
            }
        }
        Ok(())
    }
}

/// Where to go on when a part rules out the hour, minute or second of that civil second; `None` when all allow it.
fn next_allowed(rule: &Rule, base: i64) -> Option<i64> {
    let time = base.rem_euclid(DAY);
    if rule.hours != 0 && rule.hours & (1 << (time / 3600)) == 0 {
        return Some((base.div_euclid(3600) + 1) * 3600);
    }
    if rule.frequency < Frequency::Hourly && rule.minutes != 0 && rule.minutes & (1 << (time / 60 % 60)) == 0
    {
        return Some((base.div_euclid(60) + 1) * 60);
    }
    if rule.frequency < Frequency::Minutely && rule.seconds != 0 && rule.seconds & (1 << (time % 60)) == 0 {
        return Some(base + 1);
    }
    None
}

/// The starts within one period, in seconds from its beginning, after `BYSETPOS`.
fn picked_offsets(rule: &Rule) -> Vec<i64> {
    let offsets = match rule.frequency {
        Frequency::Hourly => times_of_hour(rule),
        Frequency::Minutely => times_of_minute(rule).collect(),
        _ => vec![0],
    };
    if rule.positions.is_empty() {
        return offsets;
    }
    let mut places = Vec::new();
    select_places(&rule.positions, offsets.len() as i64, &mut places);
    places.into_iter().map(|place| offsets[place as usize]).collect()
}

const fn unit(frequency: Frequency) -> i64 {
    match frequency {
        Frequency::Hourly => 3600,
        Frequency::Minutely => 60,
        _ => 1,
    }
}
