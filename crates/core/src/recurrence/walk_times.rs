//! Walking rules whose period is shorter than a day; they skip days, hours and minutes that a part rules out.

use super::{
    RecurrenceError,
    days::DAY,
    meter::Meter,
    pattern::{Pattern, times_of_hour, times_of_minute},
    positions::select_places,
    rule::Frequency,
    starts::Starts,
};

impl Pattern {
    /// Visits the starts of an hourly, minutely or secondly rule.
    pub(super) fn walk_times(
        &self,
        starts: &mut Starts<'_>,
        meter: &mut Meter,
    ) -> Result<(), RecurrenceError> {
        let (rule, unit) = (&self.rule, self.unit());
        let origin = self.start.div_euclid(unit);
        let offsets = self.picked_offsets();
        if offsets.is_empty() {
            return Ok(());
        }
        // The index of the first period at or after a civil second.
        let index_at = |civil: i64| {
            let ahead = civil.div_euclid(unit) - origin;
            ahead.div_euclid(rule.interval) + i64::from(ahead.rem_euclid(rule.interval) > 0)
        };
        // A rule that counts is counted from its start, since its periods have different numbers of starts.
        let ahead = starts.from.div_euclid(unit) - origin;
        let mut index = if rule.count.is_some() {
            0
        } else {
            (ahead / rule.interval).max(0)
        };
        let (mut known_day, mut day_allowed) = (i64::MIN, false);
        while starts.left > 0 {
            meter.step()?;
            let base = (origin + index * rule.interval) * unit;
            if base >= starts.to {
                break;
            }
            let day = base.div_euclid(DAY);
            if day != known_day {
                (known_day, day_allowed) = (day, self.allows_day(day));
            }
            if !day_allowed {
                index = index_at((day + 1) * DAY);
            } else if let Some(next) = self.next_allowed(base) {
                index = index_at(next).max(index + 1);
            } else {
                if offsets
                    .iter()
                    .try_for_each(|offset| starts.offer(base + offset))
                    .is_break()
                {
                    return Ok(());
                }
                index += 1;
            }
        }
        Ok(())
    }

    /// Whether a part rules out some hours, or minutes or seconds that are periods of the rule.
    pub(super) fn limits_times(&self) -> bool {
        let rule = &self.rule;
        rule.hours != 0
            || (rule.frequency < Frequency::Hourly && rule.minutes != 0)
            || (rule.frequency < Frequency::Minutely && rule.seconds != 0)
    }

    /// Where to go on when a part rules out the hour, minute or second of that civil second; `None` when all allow it.
    pub(super) fn next_allowed(&self, base: i64) -> Option<i64> {
        let rule = &self.rule;
        let time = base.rem_euclid(DAY);
        if rule.hours != 0 && rule.hours & (1 << (time / 3600)) == 0 {
            return Some((base.div_euclid(3600) + 1) * 3600);
        }
        let minute = 1 << (time / 60 % 60);
        if rule.frequency < Frequency::Hourly && rule.minutes != 0 && rule.minutes & minute == 0 {
            return Some((base.div_euclid(60) + 1) * 60);
        }
        let second = 1 << (time % 60);
        if rule.frequency < Frequency::Minutely && rule.seconds != 0 && rule.seconds & second == 0 {
            return Some(base + 1);
        }
        None
    }

    /// The starts within one period, in seconds from its beginning, after `BYSETPOS`.
    pub(super) fn picked_offsets(&self) -> Vec<i64> {
        let rule = &self.rule;
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

    /// Seconds of the rule's unit of time.
    pub(super) const fn unit(&self) -> i64 {
        match self.rule.frequency {
            Frequency::Hourly => 3600,
            Frequency::Minutely => 60,
            _ => 1,
        }
    }
}
