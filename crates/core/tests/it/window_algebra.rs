//! What holds for every rule: windows add up, a jump finds what a walk finds, and nothing lies outside its reach.

use kalends_core::{
    recurrence::{Occurrence, Series, expand, reach},
    time::{Interval, Zone},
};
use proptest::prelude::*;

use crate::made::master;

const DAY_US: i64 = 86_400_000_000;

fn list(part: &'static str, items: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
    let some =
        prop::collection::vec(items, 1..4).prop_map(move |items| format!(";{part}={}", items.join(",")));
    prop_oneof![3 => Just(String::new()), 1 => some].boxed()
}

fn numbers(part: &'static str, range: std::ops::RangeInclusive<i32>) -> BoxedStrategy<String> {
    list(
        part,
        range.prop_filter_map("0 is no position", |number| {
            (number != 0).then(|| number.to_string())
        }),
    )
}

/// Rules of every frequency; the ones below a day are kept rare enough to be walked in full.
pub(crate) fn rules() -> impl Strategy<Value = String> {
    let frequency = prop::sample::select(vec!["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY"]);
    let days = prop::sample::select(vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"]);
    let weekdays = list(
        "BYDAY",
        (prop::sample::select(vec!["", "1", "-1", "2", "5"]), days).prop_map(|(n, day)| format!("{n}{day}")),
    );
    let end = prop_oneof![
        Just(String::new()),
        (1..60_u32).prop_map(|count| format!(";COUNT={count}")),
        (0..900_i64).prop_map(|days| {
            let day = "2020-01-01"
                .parse::<jiff::civil::Date>()
                .unwrap()
                .checked_add(jiff::Span::new().days(days))
                .unwrap();
            format!(";UNTIL={}T120000Z", day.strftime("%Y%m%d"))
        }),
    ];
    let by_days = (
        numbers("BYMONTH", 1..=12),
        numbers("BYMONTHDAY", -31..=31),
        numbers("BYYEARDAY", -366..=366),
        weekdays,
    );
    let by_rest = (
        numbers("BYWEEKNO", -53..=53),
        list("BYHOUR", (0..24).prop_map(|hour: i32| hour.to_string())),
        numbers("BYSETPOS", -4..=4),
    );
    (frequency, 1..5_i64, by_days, by_rest, end).prop_map(|(frequency, interval, days, rest, end)| {
        let interval = if frequency == "MINUTELY" {
            interval * 97
        } else {
            interval
        };
        let week = if frequency == "YEARLY" {
            rest.0
        } else {
            String::new()
        };
        format!(
            "FREQ={frequency};INTERVAL={interval}{}{}{}{}{week}{}{}{end}",
            days.0, days.1, days.2, days.3, rest.1, rest.2
        )
    })
}

pub(crate) fn starts() -> impl Strategy<Value = (String, String)> {
    let zones = vec![
        " Europe/Berlin",
        " America/New_York",
        " Australia/Lord_Howe",
        " UTC",
        "",
    ];
    (0..700_i64, 0..24_i8, prop::sample::select(zones)).prop_map(|(days, hour, zone)| {
        let date = "2020-01-01"
            .parse::<jiff::civil::Date>()
            .unwrap()
            .checked_add(jiff::Span::new().days(days))
            .unwrap();
        (
            format!("{date}T{hour:02}:30{zone}"),
            format!("{date}T{hour:02}:50{zone}"),
        )
    })
}

fn day(number: i64) -> i64 {
    "2020-01-01T00:00:00Z"
        .parse::<jiff::Timestamp>()
        .unwrap()
        .as_microsecond()
        + number * DAY_US
}

/// Start, end and original start of every occurrence in the days `[from, to)` after the beginning of 2020.
fn found(start: &(String, String), rule: &str, from: i64, to: i64) -> Vec<(i64, i64, Option<i64>)> {
    let event = master(
        &start.0,
        &start.1,
        &[&format!("RRULE:{rule}"), "EXDATE;VALUE=DATE:20210615"],
    );
    let series = Series {
        master: &event,
        overrides: &[],
    };
    let window = Interval::from_micros(day(from), day(to)).unwrap();
    let expansion = expand(&series, &Zone::iana("Asia/Tokyo").unwrap(), window);
    assert_eq!(expansion.faults, []);
    expansion
        .occurrences
        .iter()
        .map(|one: &Occurrence<'_>| (one.start_us, one.end_us, one.original_start_us))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn adjoining_windows_add_up(start in starts(), rule in rules(), cut in 1..1400_i64) {
        let mut whole = found(&start, &rule, 0, 1400);
        prop_assert!(whole.is_sorted());
        let mut parts = found(&start, &rule, 0, cut);
        parts.extend(found(&start, &rule, cut, 1400));
        // What overlaps the cut is in both parts; in a gap of the clocks two occurrences are equal anyway.
        parts.dedup();
        whole.dedup();
        prop_assert_eq!(whole, parts);
    }

    #[test]
    fn a_jump_finds_what_a_walk_finds(start in starts(), rule in rules(), from in 0..1300_i64) {
        let inside = |one: &(i64, i64, Option<i64>)| one.1 > day(from) && one.0 < day(from + 40);
        let walked: Vec<_> = found(&start, &rule, 0, 1400).into_iter().filter(inside).collect();
        prop_assert_eq!(found(&start, &rule, from, from + 40), walked);
    }

    #[test]
    fn nothing_lies_outside_the_reach(start in starts(), rule in rules()) {
        let event = master(&start.0, &start.1, &[&format!("RRULE:{rule}")]);
        let bounds = reach(&event, &Zone::iana("Asia/Tokyo").unwrap()).unwrap();
        let all = found(&start, &rule, 0, 3000);
        for (begin, end, _) in &all {
            prop_assert!(bounds.start_us <= *begin && bounds.end_us.is_none_or(|last| *end <= last));
        }
        // Where a count is reached can be beyond what is worth looking for; then the reach is left open.
        let ends = rule.contains("UNTIL") || (rule.contains("COUNT") && bounds.end_us.is_some());
        prop_assert_eq!(bounds.end_us.is_some(), ends);
    }
}
