//! When a person takes appointments: weekly hours of civil time, with other hours on some dates.

use jiff::civil::Date;

use super::DayWindow;
use crate::{
    invalid_field::InvalidField,
    time::{Interval, OffsetSpan, Zone},
};

/// Weekly open hours in a zone, with dates that have other hours.
///
/// An instant is open when a clock in the zone then shows a date and a time that are. So hours that a change of the
/// clocks skips are not there, hours that it repeats are open twice, and a date that a zone skipped has no hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenHours {
    zone: Zone,
    weekly: Vec<WeeklyWindow>,
    overrides: Vec<DateOverride>,
    /// Windows of each weekday from Monday, sorted and joined.
    week: [Vec<DayWindow>; 7],
    /// Windows of the overridden days, sorted and joined, by days since 1970.
    dates: Vec<(i64, Vec<DayWindow>)>,
}

/// Hours that come every week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeeklyWindow {
    /// Weekdays as ISO 8601 numbers them: 1 for Monday to 7 for Sunday.
    pub days: Vec<u8>,
    /// The hours.
    pub window: DayWindow,
}

/// The hours of one date, instead of those of its weekday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateOverride {
    /// The date.
    pub date: Date,
    /// Its hours; none when it is closed.
    pub windows: Vec<DayWindow>,
}

const MINUTE_US: i64 = 60_000_000;
const DAY_US: i64 = 1_440 * MINUTE_US;

impl OpenHours {
    /// Checks the hours; windows of a day may be in any order and overlap.
    pub fn new(
        zone: Zone,
        weekly: Vec<WeeklyWindow>,
        overrides: Vec<DateOverride>,
    ) -> Result<Self, InvalidField> {
        let mut week: [Vec<DayWindow>; 7] = Default::default();
        for (index, hours) in weekly.iter().enumerate() {
            let wrong_days = || {
                let field = format!("openHours[{index}].days");
                InvalidField::new(field, "a list of numbers from 1 (Monday) to 7 (Sunday)")
            };
            if hours.days.is_empty() {
                return Err(wrong_days());
            }
            for day in &hours.days {
                let day = day.checked_sub(1).and_then(|day| week.get_mut(usize::from(day)));
                day.ok_or_else(wrong_days)?.push(hours.window);
            }
        }
        week.iter_mut().for_each(sort_and_join);

        let day_of = |hours: &DateOverride| days_since_1970(hours.date);
        let mut dates: Vec<_> = overrides
            .iter()
            .map(|hours| (day_of(hours), hours.windows.clone()))
            .collect();
        for (_, windows) in &mut dates {
            sort_and_join(windows);
        }
        dates.sort_unstable_by_key(|(day, _)| *day);
        if let Some(twice) = dates.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let index = overrides
                .iter()
                .rposition(|hours| day_of(hours) == twice[0].0)
                .unwrap_or_default();
            let field = format!("overrides[{index}].date");
            return Err(InvalidField::new(field, "a date that no other override has"));
        }
        Ok(Self {
            zone,
            weekly,
            overrides,
            week,
            dates,
        })
    }

    /// The zone of the hours.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The weekly hours as they were stated.
    pub fn weekly(&self) -> &[WeeklyWindow] {
        &self.weekly
    }

    /// The overrides as they were stated.
    pub fn overrides(&self) -> &[DateOverride] {
        &self.overrides
    }

    /// The run of instants of the window that are open.
    pub fn windows(&self, window: Interval) -> Vec<Interval> {
        let mut run: Vec<Interval> = Vec::with_capacity(2 + (window.len_us() / DAY_US) as usize);
        for OffsetSpan { span, offset_us } in self.zone.offset_spans(window) {
            let (from, until) = (span.start_us() + offset_us, span.end_us() + offset_us);
            for day in from.div_euclid(DAY_US)..=(until - 1).div_euclid(DAY_US) {
                let midnight = day * DAY_US;
                for hours in self.of_day(day) {
                    let start =
                        from.max(midnight + i64::from(hours.start().minutes()) * MINUTE_US) - offset_us;
                    let end = until.min(midnight + i64::from(hours.end().minutes()) * MINUTE_US) - offset_us;
                    push(&mut run, start, end);
                }
            }
        }
        run
    }

    /// The windows of a civil day, by days since 1970.
    fn of_day(&self, day: i64) -> &[DayWindow] {
        match self.dates.binary_search_by_key(&day, |(date, _)| *date) {
            Ok(index) => &self.dates[index].1,
            // 1 January 1970 was a Thursday.
            Err(_) => &self.week[(day + 3).rem_euclid(7) as usize],
        }
    }
}

/// Appends a span that starts after the run ends or at its end, unless it is empty.
fn push(run: &mut Vec<Interval>, start_us: i64, end_us: i64) {
    if start_us >= end_us {
        return;
    }
    match run.last_mut() {
        Some(last) if last.end_us() == start_us => *last = Interval::from_ordered(last.start_us(), end_us),
        _ => run.push(Interval::from_ordered(start_us, end_us)),
    }
}

fn sort_and_join(windows: &mut Vec<DayWindow>) {
    windows.sort_unstable();
    windows.dedup_by(|next, last| {
        let meets = next.start() <= last.end();
        if meets {
            *last = last.until(next.end());
        }
        meets
    });
}

fn days_since_1970(date: Date) -> i64 {
    Zone::UTC.instant(date.into()).as_second().div_euclid(86_400)
}
