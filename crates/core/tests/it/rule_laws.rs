//! What holds for every rule: it names the days that a literal reading of its parts names, counts what it makes, and
//! loses exactly what is taken out.

use jiff::{
    Span,
    civil::{Date, Weekday},
};
use kalends_core::{
    recurrence::{Series, expand},
    time::{Interval, Zone},
};
use proptest::prelude::*;

use crate::{
    made::master,
    window_algebra::{rules, starts},
};

const DAY_US: i64 = 86_400_000_000;
/// Days from the beginning of 2019 that are looked at: more than any of the starts lies before.
const DAYS: i64 = 2200;
const SHORT: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// The starts by these lines, in microseconds since 1970.
fn found(start: &(String, String), lines: &[&str]) -> Vec<i64> {
    let event = master(&start.0, &start.1, lines);
    let series = Series {
        master: &event,
        overrides: &[],
    };
    let from = Zone::UTC
        .instant(jiff::civil::date(2019, 1, 1).at(0, 0, 0, 0))
        .as_microsecond();
    let window = Interval::from_micros(from, from + DAYS * DAY_US).unwrap();
    let expansion = expand(&series, &Zone::iana("Asia/Tokyo").unwrap(), window);
    assert_eq!(expansion.faults, []);
    expansion.occurrences.iter().map(|one| one.start_us).collect()
}

/// A rule of days with parts that each say yes or no to a day.
#[derive(Clone, Debug)]
struct DayRule {
    frequency: &'static str,
    interval: i64,
    months: Vec<i64>,
    month_days: Vec<i64>,
    year_days: Vec<i64>,
    weekdays: Vec<(i64, i64)>,
}

impl DayRule {
    fn text(&self) -> String {
        let list = |part: &str, numbers: &[i64]| match numbers {
            [] => String::new(),
            some => format!(
                ";{part}={}",
                some.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
            ),
        };
        let days: Vec<String> = self
            .weekdays
            .iter()
            .map(|&(ordinal, day)| match ordinal {
                0 => SHORT[day as usize].to_owned(),
                _ => format!("{ordinal}{}", SHORT[day as usize]),
            })
            .collect();
        let by_day = if days.is_empty() {
            String::new()
        } else {
            format!(";BYDAY={}", days.join(","))
        };
        format!(
            "RRULE:FREQ={};INTERVAL={}{}{}{}{by_day}",
            self.frequency,
            self.interval,
            list("BYMONTH", &self.months),
            list("BYMONTHDAY", &self.month_days),
            list("BYYEARDAY", &self.year_days),
        )
    }

    /// Whether the rule names the day, for a series that starts on `start`.
    fn names(&self, day: Date, start: Date) -> bool {
        self.is_in_a_period(day, start) && self.passes_parts(day, start)
    }

    fn is_in_a_period(&self, day: Date, start: Date) -> bool {
        let days = |from: Date, to: Date| i64::from(from.until(to).unwrap().get_days());
        let monday = |day: Date| {
            day.checked_sub(Span::new().days(day.weekday().to_monday_zero_offset()))
                .unwrap()
        };
        let month = |day: Date| i64::from(day.year()) * 12 + i64::from(day.month());
        let ahead = match self.frequency {
            "DAILY" => days(start, day),
            "WEEKLY" => days(monday(start), monday(day)) / 7,
            "MONTHLY" => month(day) - month(start),
            _ => i64::from(day.year() - start.year()),
        };
        day >= start && ahead % self.interval == 0
    }

    fn passes_parts(&self, day: Date, start: Date) -> bool {
        let (of_month, month_length) = (i64::from(day.day()), i64::from(day.days_in_month()));
        let (of_year, year_length) = (i64::from(day.day_of_year()), i64::from(day.days_in_year()));
        let allows = |list: &[i64], number: i64, length: i64| {
            list.is_empty() || list.contains(&number) || list.contains(&(number - length - 1))
        };
        let open = self.month_days.is_empty() && self.year_days.is_empty() && self.weekdays.is_empty();
        let by_start = match self.frequency {
            _ if !open => true,
            "WEEKLY" => day.weekday() == start.weekday(),
            "MONTHLY" => day.day() == start.day(),
            "YEARLY" => day.day() == start.day() && (!self.months.is_empty() || day.month() == start.month()),
            _ => true,
        };
        let by_month = self.frequency == "MONTHLY" || !self.months.is_empty();
        let (place, length) = if by_month {
            (of_month, month_length)
        } else {
            (of_year, year_length)
        };
        let weekday = |&(ordinal, wanted): &(i64, i64)| {
            day.weekday() == Weekday::from_monday_zero_offset(wanted as i8).unwrap()
                && (ordinal == 0 || ordinal == (place - 1) / 7 + 1 || ordinal == -((length - place) / 7 + 1))
        };
        by_start
            && (self.months.is_empty() || self.months.contains(&i64::from(day.month())))
            && allows(&self.month_days, of_month, month_length)
            && allows(&self.year_days, of_year, year_length)
            && (self.weekdays.is_empty() || self.weekdays.iter().any(weekday))
    }
}

fn sometimes(numbers: impl Strategy<Value = i64> + 'static) -> BoxedStrategy<Vec<i64>> {
    let some = prop::collection::vec(numbers, 1..5);
    prop_oneof![2 => Just(vec![]), 1 => some].boxed()
}

fn signed(most: i64) -> impl Strategy<Value = i64> {
    (-most..=most).prop_filter("0 is no day", |number| *number != 0)
}

fn day_rules() -> impl Strategy<Value = DayRule> {
    let frequency = prop::sample::select(vec!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]);
    let ordinal = prop::sample::select(vec![0, 0, 1, 2, 5, -1, -3, 10, -20]);
    let weekdays = prop_oneof![
        1 => Just(vec![]),
        1 => prop::collection::vec((ordinal, 0..7_i64), 1..4),
    ];
    (
        frequency,
        1..6_i64,
        sometimes(1..=12_i64),
        sometimes(signed(31)),
        sometimes(signed(366)),
        weekdays,
    )
        .prop_map(
            |(frequency, interval, months, month_days, year_days, mut weekdays)| {
                // Ordinals are for months and years, days of the year for years.
                if matches!(frequency, "DAILY" | "WEEKLY") {
                    for day in &mut weekdays {
                        day.0 = 0;
                    }
                }
                DayRule {
                    frequency,
                    interval,
                    months,
                    month_days: if frequency == "WEEKLY" { vec![] } else { month_days },
                    year_days: if frequency == "YEARLY" { year_days } else { vec![] },
                    weekdays,
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_rule_names_the_days_that_its_parts_name(rule in day_rules(), ahead in 0..700_i64) {
        let first = jiff::civil::date(2019, 1, 1);
        let day = |days: i64| first.checked_add(Span::new().days(days)).unwrap();
        let start = day(ahead);
        let seen = found(&(format!("{start}T09:30"), format!("{start}T09:50")), &[&rule.text()]);
        let tokyo = Zone::iana("Asia/Tokyo").unwrap();
        let expect: Vec<i64> = (0..DAYS)
            .map(day)
            .filter(|day| *day == start || rule.names(*day, start))
            .map(|day| tokyo.instant(day.at(9, 30, 0, 0)).as_microsecond())
            .collect();
        prop_assert_eq!(seen, expect, "{}", rule.text());
    }

    #[test]
    fn a_count_counts_what_the_rule_makes(start in starts(), rule in rules(), count in 1..50_usize) {
        let endless: String = rule.split(';').filter(|part| !part.starts_with("COUNT") && !part.starts_with("UNTIL"))
            .collect::<Vec<_>>().join(";");
        let all = found(&start, &[&format!("RRULE:{endless}")]);
        let counted = found(&start, &[&format!("RRULE:{endless};COUNT={count}")]);
        // The start is there even where the rule does not make it, and is then not counted.
        prop_assert!(counted.len() <= count + 1);
        prop_assert_eq!(&all[..counted.len()], &counted[..]);
        prop_assert!(counted.len() >= count.min(all.len()));
    }

    #[test]
    fn what_is_taken_out_is_gone_and_nothing_else(start in starts(), rule in rules(), picks in prop::collection::vec(any::<prop::sample::Index>(), 1..8)) {
        let line = format!("RRULE:{rule}");
        let all = found(&start, &[&line]);
        prop_assume!(!all.is_empty());
        let gone: Vec<i64> = picks.iter().map(|pick| *pick.get(&all)).collect();
        let written: Vec<String> = gone.iter()
            .map(|us| jiff::Timestamp::from_microsecond(*us).unwrap().strftime("%Y%m%dT%H%M%SZ").to_string())
            .collect();
        let rest = found(&start, &[&line, &format!("EXDATE:{}", written.join(","))]);
        let expect: Vec<i64> = all.into_iter().filter(|us| !gone.contains(us)).collect();
        prop_assert_eq!(rest, expect);
    }
}
