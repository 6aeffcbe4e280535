//! What finding a week's starts costs, in periods looked at.

use std::ops::ControlFlow;

use super::{
    days::{self, DAY},
    meter::Meter,
    pattern::Pattern,
    rule::Rule,
};

/// Starts and steps of a rule that began in January 1990, for a week in 2026.
fn week(rule: &str) -> (usize, u64) {
    let start = days::day_number(1990, 1, 5) * DAY + 9 * 3600;
    let pattern = Pattern::new(&Rule::parse(rule).unwrap(), start, false);
    let from = days::day_number(2026, 11, 23) * DAY;
    let mut meter = Meter::of_expansion();
    let mut found = 0;
    let walked = pattern.walk(from, from + 7 * DAY, &mut meter, &mut |run| {
        found += run.len();
        ControlFlow::Continue(())
    });
    assert_eq!(walked, Ok(()), "{rule}");
    (found, meter.steps())
}

#[track_caller]
fn check(rule: &str, starts: usize, most_steps: u64) {
    let (found, steps) = week(rule);
    assert_eq!(found, starts, "{rule}");
    assert!(steps <= most_steps, "{rule}: {steps} steps");
}

#[test]
fn a_series_from_1990_costs_the_week_that_is_asked_for() {
    check("FREQ=DAILY", 7, 8);
    check("FREQ=DAILY;INTERVAL=3", 2, 4);
    check("FREQ=DAILY;BYDAY=MO,WE", 2, 2);
    check("FREQ=DAILY;BYMONTH=11,12", 7, 8);
    check("FREQ=WEEKLY;BYDAY=MO,TU", 2, 2);
    check("FREQ=WEEKLY;INTERVAL=2;WKST=SU", 0, 2);
    check("FREQ=MONTHLY;BYDAY=-1FR", 1, 2);
    check("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2,-1", 1, 2);
    check("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", 1, 2);
    check("FREQ=YEARLY;BYWEEKNO=48;BYDAY=WE", 1, 2);
    check("FREQ=YEARLY;BYYEARDAY=-33", 1, 2);
    check("FREQ=HOURLY;INTERVAL=6", 28, 30);
    check("FREQ=MINUTELY;INTERVAL=30;BYHOUR=9,10", 28, 9);
    check("FREQ=SECONDLY;BYHOUR=9;BYMINUTE=0;BYSECOND=0", 7, 1500);
}

#[test]
fn counted_series_are_counted_by_arithmetic_where_every_period_is_alike() {
    check("FREQ=DAILY;COUNT=20000", 7, 8);
    check("FREQ=DAILY;COUNT=13000", 0, 1);
    check("FREQ=DAILY;BYDAY=MO,TU;COUNT=10000", 2, 2);
    check("FREQ=WEEKLY;BYDAY=MO,TU,FR;COUNT=9000", 3, 2);
    check("FREQ=MONTHLY;BYMONTHDAY=25;COUNT=900", 1, 2);
    check("FREQ=MONTHLY;BYDAY=4WE;BYHOUR=8,9;COUNT=2000", 2, 2);
    check("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=100", 1, 2);
    check("FREQ=YEARLY;BYMONTHDAY=24,25;COUNT=3000", 2, 2);
    check("FREQ=HOURLY;INTERVAL=6;COUNT=100000", 28, 30);
    check("FREQ=MINUTELY;INTERVAL=15;BYHOUR=9;COUNT=100000", 28, 9);
}

#[test]
fn counted_series_of_uneven_periods_are_counted_period_by_period() {
    // 36 years and ten months.
    check("FREQ=MONTHLY;BYMONTHDAY=31,24;COUNT=2000", 1, 450);
    check("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=2000", 1, 450);
    check("FREQ=YEARLY;BYYEARDAY=-33;COUNT=100", 1, 40);
    check("FREQ=YEARLY;BYWEEKNO=48,53;BYDAY=WE;COUNT=100", 1, 40);
}
