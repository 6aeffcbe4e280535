//! The bare way: days as integers and a table of the zone's offsets, written for these three patterns alone.

use kalends_core::time::Zone;

use crate::masters::{Pattern, Plan, World};

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;
const SECOND_US: i64 = 1_000_000;

/// Series as day numbers and seconds, with the zone's table.
pub(crate) struct Bare {
    series: Vec<Numbers>,
    /// From which civil second on which offset holds, in seconds; from the last one backwards.
    offsets: Vec<(i64, i64)>,
    from: i64,
    to: i64,
}

struct Numbers {
    day: i64,
    time: i64,
    pattern: Pattern,
    excluded: Vec<i64>,
}

impl Bare {
    pub(crate) fn new(world: &World) -> Self {
        let spans = world.zone.offset_spans(world.window);
        let mut before = None;
        let mut offsets = Vec::new();
        for part in &spans {
            let offset = part.offset_us / SECOND_US;
            // In a gap the offset before it holds, in an overlap the first.
            let begin = before.map(|before: i64| part.span.start_us() / SECOND_US + before.max(offset));
            offsets.push((begin.unwrap_or(i64::MIN), offset));
            before = Some(offset);
        }
        offsets.reverse();
        Self {
            series: world.plans.iter().map(numbers).collect(),
            offsets,
            from: world.window.start_us() / SECOND_US,
            to: world.window.end_us() / SECOND_US,
        }
    }

    /// Start and end of every occurrence in microseconds, series by series, in order.
    pub(crate) fn expand(&self, all: &mut Vec<(i64, i64)>) {
        all.clear();
        let last_day = self.to.div_euclid(DAY);
        for series in &self.series {
            let mut next = 0;
            let mut push = |day: i64| {
                let civil = day * DAY + series.time;
                if next < series.excluded.len() && series.excluded[next] == civil {
                    next += 1;
                    return;
                }
                let mut offset = 0;
                for &(begin, holds) in &self.offsets {
                    if civil >= begin {
                        offset = holds;
                        break;
                    }
                }
                let start = civil - offset;
                if start < self.to && start + HOUR > self.from {
                    all.push((start * SECOND_US, (start + HOUR) * SECOND_US));
                }
            };
            match series.pattern {
                Pattern::Weekly(days) => {
                    let mut monday = series.day - (series.day + 3).rem_euclid(7);
                    while monday <= last_day {
                        for day in days {
                            if monday + day >= series.day {
                                push(monday + day);
                            }
                        }
                        monday += 7;
                    }
                }
                Pattern::Monthly(place) => {
                    let mut month = month_of(series.day);
                    let mut first = first_day(month);
                    while first <= last_day {
                        let following = first_day(month + 1);
                        push(working_day(first, following, place));
                        (month, first) = (month + 1, following);
                    }
                }
                Pattern::Daily(count) => {
                    for day in series.day..(series.day + count).min(last_day + 1) {
                        push(day);
                    }
                }
            }
        }
    }
}

fn numbers(plan: &Plan) -> Numbers {
    let seconds = |civil: &jiff::civil::DateTime| Zone::UTC.instant(*civil).as_second();
    let start = seconds(&plan.start);
    Numbers {
        day: start.div_euclid(DAY),
        time: start.rem_euclid(DAY),
        pattern: plan.pattern,
        excluded: plan.excluded.iter().map(seconds).collect(),
    }
}

/// The working day of the month `[first, following)` at that place.
fn working_day(first: i64, following: i64, place: i64) -> i64 {
    if place >= 0 {
        let mut day = first;
        let mut left = place;
        loop {
            if (day + 3).rem_euclid(7) < 5 {
                if left == 0 {
                    return day;
                }
                left -= 1;
            }
            day += 1;
        }
    }
    let mut day = following - 1;
    let mut left = place + 1;
    loop {
        if (day + 3).rem_euclid(7) < 5 {
            if left == 0 {
                return day;
            }
            left += 1;
        }
        day -= 1;
    }
}

/// Months since the beginning of year 0.
fn month_of(day: i64) -> i64 {
    // Good for the years of this benchmark, which have no century in them.
    let mut month = 2026 * 12;
    while first_day(month + 1) <= day {
        month += 1;
    }
    month
}

/// The day number of a month's first day.
fn first_day(month: i64) -> i64 {
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12));
    let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month as usize];
    let leap = i64::from(year % 4 == 0 && month > 1);
    (year - 1970) * 365 + (year - 1969).div_euclid(4) + before + leap
}
