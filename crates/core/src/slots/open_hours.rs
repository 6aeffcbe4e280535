//! When a person takes appointments: weekly hours of civil time, with other hours on some dates.

use jiff::{Timestamp, civil::Date};

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

    /// The date that a clock in the zone shows at an instant, and what gives it its hours: the index of its override,
    /// else the indexes of the weekly windows of its weekday.
    pub fn of(&self, at: Timestamp) -> (Date, Option<usize>, Vec<usize>) {
        let date = self.zone.civil(at).date();
        let overridden_by = self.overrides.iter().position(|hours| hours.date == date);
        let weekday = date.weekday().to_monday_one_offset().unsigned_abs();
        let weekly = self
            .weekly
            .iter()
            .enumerate()
            .filter(|(_, hours)| hours.days.contains(&weekday));
        let weekly = match overridden_by {
            Some(_) => Vec::new(),
            None => weekly.map(|(index, _)| index).collect(),
        };
        (date, overridden_by, weekly)
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

#[cfg(test)]
mod tests {
    use jiff::{ToSpan, tz};

    use super::*;

    fn window(text: &str) -> DayWindow {
        let (start, end) = text.split_once('-').unwrap();
        DayWindow::new(start.parse().unwrap(), end.parse().unwrap()).unwrap()
    }

    fn weekly(days: &[u8], hours: &str) -> WeeklyWindow {
        WeeklyWindow {
            days: days.to_vec(),
            window: window(hours),
        }
    }

    fn on(date: &str, hours: &[&str]) -> DateOverride {
        DateOverride {
            date: date.parse().unwrap(),
            windows: hours.iter().map(|hours| window(hours)).collect(),
        }
    }

    fn span(start: &str, end: &str) -> Interval {
        Interval::new(start.parse().unwrap(), end.parse().unwrap()).unwrap()
    }

    /// The hours of one week in a zone, with the overrides.
    #[track_caller]
    fn check(hours: &OpenHours, over: (&str, &str), expect: &[(&str, &str)]) {
        let seen = hours.windows(span(over.0, over.1));
        let seen: Vec<_> = seen
            .iter()
            .map(|span| (span.start().to_string(), span.end().to_string()))
            .collect();
        let expect: Vec<_> = expect
            .iter()
            .map(|(start, end)| (start.to_string(), end.to_string()))
            .collect();
        assert_eq!(seen, expect);
    }

    fn hours(zone: &str, week: Vec<WeeklyWindow>, overrides: Vec<DateOverride>) -> OpenHours {
        OpenHours::new(Zone::iana(zone).unwrap(), week, overrides).unwrap()
    }

    #[test]
    fn weekly_hours_keep_their_clock_time_over_a_change() {
        let week = vec![weekly(&[1, 7], "09:00-16:00")];
        check(
            &hours("Europe/Zurich", week, vec![]),
            ("2026-03-23T00:00:00Z", "2026-03-31T00:00:00Z"),
            &[
                ("2026-03-23T08:00:00Z", "2026-03-23T15:00:00Z"),
                ("2026-03-29T07:00:00Z", "2026-03-29T14:00:00Z"),
                ("2026-03-30T07:00:00Z", "2026-03-30T14:00:00Z"),
            ],
        );
    }

    #[test]
    fn overrides_replace_the_hours_of_their_date() {
        let week = vec![weekly(&[1, 2, 3, 4, 5, 6, 7], "09:00-16:00")];
        let overrides = vec![
            on("2026-11-21", &["14:00-15:00", "09:00-12:00"]),
            on("2026-11-20", &[]),
        ];
        check(
            &hours("UTC", week, overrides),
            ("2026-11-19T15:00:00Z", "2026-11-22T10:00:00Z"),
            &[
                ("2026-11-19T15:00:00Z", "2026-11-19T16:00:00Z"),
                ("2026-11-21T09:00:00Z", "2026-11-21T12:00:00Z"),
                ("2026-11-21T14:00:00Z", "2026-11-21T15:00:00Z"),
                ("2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z"),
            ],
        );
    }

    #[test]
    fn hours_join_over_midnight_and_when_they_overlap() {
        let week = vec![
            weekly(&[5], "22:00-24:00"),
            weekly(&[6], "00:00-02:00"),
            weekly(&[6], "01:00-03:00"),
        ];
        check(
            &hours("UTC", week, vec![]),
            ("2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"),
            &[("2026-11-20T22:00:00Z", "2026-11-21T03:00:00Z")],
        );
    }

    #[test]
    fn hours_that_the_clock_skips_or_repeats() {
        let night = || vec![weekly(&[7], "02:00-03:00")];
        check(
            &hours("Europe/Zurich", night(), vec![]),
            ("2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z"),
            &[],
        );
        check(
            &hours("Europe/Zurich", night(), vec![]),
            ("2026-10-24T00:00:00Z", "2026-10-26T00:00:00Z"),
            &[("2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z")],
        );
        let all = || vec![weekly(&[1, 2, 3, 4, 5, 6, 7], "00:00-24:00")];
        check(
            &hours("Pacific/Apia", all(), vec![on("2011-12-30", &[])]),
            ("2011-12-28T00:00:00Z", "2012-01-02T00:00:00Z"),
            &[("2011-12-28T00:00:00Z", "2012-01-02T00:00:00Z")],
        );
        check(
            &hours(
                "Pacific/Apia",
                all(),
                vec![on("2011-12-29", &[]), on("2011-12-31", &["09:00-10:00"])],
            ),
            ("2011-12-28T00:00:00Z", "2012-01-01T00:00:00Z"),
            &[
                ("2011-12-28T00:00:00Z", "2011-12-29T10:00:00Z"),
                ("2011-12-30T19:00:00Z", "2011-12-30T20:00:00Z"),
                ("2011-12-31T10:00:00Z", "2012-01-01T00:00:00Z"),
            ],
        );
    }

    #[test]
    fn wrong_hours_name_their_field() {
        #[track_caller]
        fn check(week: Vec<WeeklyWindow>, overrides: Vec<DateOverride>, field: &str) {
            assert_eq!(
                OpenHours::new(Zone::UTC, week, overrides).unwrap_err().field,
                field
            );
        }
        let good = || weekly(&[1], "09:00-16:00");
        check(
            vec![good(), weekly(&[], "09:00-16:00")],
            vec![],
            "openHours[1].days",
        );
        check(vec![weekly(&[0], "09:00-16:00")], vec![], "openHours[0].days");
        check(vec![weekly(&[1, 8], "09:00-16:00")], vec![], "openHours[0].days");
        let overrides = vec![
            on("2026-11-20", &[]),
            on("2026-11-21", &[]),
            on("2026-11-20", &[]),
        ];
        check(vec![good()], overrides, "overrides[2].date");
    }

    /// Asks the zone for the clock every so many microseconds. Hours, offsets and changes of the clocks lie on multiples
    /// of that, which the test checks; so nothing happens in between.
    #[track_caller]
    fn check_by_the_clock(hours: &OpenHours, over: Interval, look_us: i64) {
        let run = hours.windows(over);
        assert_eq!(crate::busy::normalize(run.clone()), run);
        assert!(
            run.iter()
                .all(|span| span.start_us() % look_us == 0 && span.end_us() % look_us == 0)
        );
        let mut at = run.iter().peekable();
        for us in (over.start_us()..over.end_us()).step_by(look_us as usize) {
            while at.next_if(|span| span.end_us() <= us).is_some() {}
            let seen = at.peek().is_some_and(|span| span.start_us() <= us);
            let clock = hours.zone().civil(Timestamp::from_microsecond(us).unwrap());
            let minute = clock.hour() as u16 * 60 + clock.minute() as u16;
            let is_inside =
                |hours: &DayWindow| (hours.start().minutes()..hours.end().minutes()).contains(&minute);
            let weekday = clock.weekday().to_monday_one_offset() as u8;
            let expect = match hours.overrides().iter().find(|date| date.date == clock.date()) {
                Some(date) => date.windows.iter().any(is_inside),
                None => hours
                    .weekly()
                    .iter()
                    .any(|weekly| weekly.days.contains(&weekday) && is_inside(&weekly.window)),
            };
            assert_eq!(seen, expect, "{} at {clock}", hours.zone().name());
        }
    }

    /// Hours with edges in and around the night, where clocks change, some of them over midnight; one date has hours
    /// of its own.
    fn odd_hours(zone: &Zone, overridden: Date) -> OpenHours {
        let week = vec![
            weekly(&[1, 2, 3, 4, 5, 6, 7], "00:00-00:30"),
            weekly(&[1, 2, 3, 4, 5, 6, 7], "01:15-02:45"),
            weekly(&[1, 3, 5, 7], "02:10-03:05"),
            weekly(&[2, 4, 6], "09:00-17:00"),
            weekly(&[6, 7], "23:30-24:00"),
        ];
        let overrides = vec![DateOverride {
            date: overridden,
            windows: vec![
                window("00:10-01:40"),
                window("08:00-12:00"),
                window("23:35-24:00"),
            ],
        }];
        OpenHours::new(zone.clone(), week, overrides).unwrap()
    }

    /// The changes of a zone's clocks from 2000 to 2037, each with the offset after it.
    fn changes(zone: &Zone) -> Vec<(Timestamp, i32)> {
        let until: Timestamp = "2038-01-01T00:00:00Z".parse().unwrap();
        let changes = zone.rules().following("2000-01-01T00:00:00Z".parse().unwrap());
        changes
            .map(|change| (change.timestamp(), change.offset().seconds()))
            .take_while(|(at, _)| *at < until)
            .collect()
    }

    #[test]
    fn every_change_of_every_zone_s_clocks_from_2000_to_2037() {
        let mut seen = std::collections::HashSet::new();
        let mut count = 0;
        for name in tz::db().available() {
            let zone = Zone::iana(name.as_str()).unwrap();
            let changes = changes(&zone);
            // Zones that have the same clocks all the time need one look.
            if !seen.insert(changes.clone()) {
                continue;
            }
            count += changes.len();
            // Until 2011 Newfoundland changed its clocks a minute past midnight.
            let is_even = changes.iter().all(|(at, _)| at.as_second() % 300 == 0);
            let look_us = if is_even { 5 * MINUTE_US } else { MINUTE_US };
            for (change, _) in changes {
                let over = Interval::new(change - 5.hours(), change + 5.hours()).unwrap();
                let date = zone.civil(change).date();
                check_by_the_clock(&odd_hours(&zone, date), over, look_us);
                check_by_the_clock(&odd_hours(&zone, date.tomorrow().unwrap()), over, look_us);
            }
        }
        assert!(count > 5_000, "{count} changes seen");
    }
}
