//! The series that all sides expand, each in the form that it takes.

use anyhow::ensure;
use jiff::civil::{Date, DateTime};
use kalends_core::{
    external_event::ExternalEvent,
    ical,
    time::{Interval, Zone},
};

/// The zone of all series.
pub(crate) const ZONE: &str = "Europe/Berlin";
/// How many series there are.
pub(crate) const MASTERS: usize = 1000;

/// A thousand series and two years.
pub(crate) struct World {
    pub(crate) zone: Zone,
    pub(crate) window: Interval,
    /// What Kalends expands: masters with their lines as a calendar sends them.
    pub(crate) events: Vec<ExternalEvent>,
    /// What the crate `rrule` reads.
    pub(crate) texts: Vec<String>,
    /// What integer arithmetic needs, read beforehand.
    pub(crate) plans: Vec<Plan>,
}

/// A series as numbers.
pub(crate) struct Plan {
    pub(crate) start: DateTime,
    pub(crate) pattern: Pattern,
    /// Starts that are taken out, sorted.
    pub(crate) excluded: Vec<DateTime>,
}

/// Which days a series has.
#[derive(Clone, Copy)]
pub(crate) enum Pattern {
    /// Three days of every week, 0 is Monday.
    Weekly([i64; 3]),
    /// One of the working days of every month, from the beginning (0 is the first) or from the end (-1 is the last).
    Monthly(i64),
    /// So many days in a row.
    Daily(i64),
}

impl World {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let zone = Zone::iana(ZONE)?;
        let midnight = |date: Date| zone.instant(date.at(0, 0, 0, 0));
        let (from, to) = (jiff::civil::date(2026, 1, 1), jiff::civil::date(2028, 1, 1));
        let window = Interval::new(midnight(from), midnight(to));
        let plans: Vec<Plan> = (0..MASTERS as i64).map(Plan::new).collect();
        let texts: Vec<String> = plans.iter().map(Plan::lines).collect();
        let event =
            |(place, lines)| format!("BEGIN:VEVENT\nUID:{place}\nDURATION:PT1H\n{lines}\nEND:VEVENT\n");
        let events: Vec<String> = texts.iter().enumerate().map(event).collect();
        let calendar = format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", events.concat());
        let feed = ical::parse(calendar.as_bytes(), &zone)?;
        ensure!(feed.faults.is_empty(), "{:?}", feed.faults);
        ensure!(feed.events.len() == MASTERS, "{} events", feed.events.len());
        Ok(Self {
            zone,
            window: window.ok_or_else(|| anyhow::anyhow!("a window"))?,
            events: feed.events,
            texts,
            plans,
        })
    }
}

impl Plan {
    fn new(number: i64) -> Self {
        let first = jiff::civil::date(2026, 1, 1);
        let day = |days: i64| first.saturating_add(jiff::Span::new().days(days));
        let time = |date: Date| date.at((7 + number % 12) as i8, (number % 4 * 15) as i8, 0, 0);
        let monday = day(4 + number % 5 * 7);
        match number % 3 {
            0 => {
                let days = [number / 3 % 2, 2 + number / 6 % 2, 4 + number / 12 % 2];
                let start = monday.saturating_add(jiff::Span::new().days(days[0]));
                let excluded =
                    [10, 30, 60].map(|week| time(start.saturating_add(jiff::Span::new().weeks(week))));
                Self {
                    start: time(start),
                    pattern: Pattern::Weekly(days),
                    excluded: excluded.into(),
                }
            }
            1 => {
                let place = [0, 1, -1, -2][(number / 3 % 4) as usize];
                let month = |month: i8| time(working_day(2026, month, place));
                Self {
                    start: month(1),
                    pattern: Pattern::Monthly(place),
                    excluded: vec![month(5), month(11)],
                }
            }
            _ => {
                let count = 90 + number % 30;
                let start = day(number % 400);
                let excluded = [3, 50].map(|days| time(start.saturating_add(jiff::Span::new().days(days))));
                Self {
                    start: time(start),
                    pattern: Pattern::Daily(count),
                    excluded: excluded.into(),
                }
            }
        }
    }

    /// The series as lines of a calendar.
    fn lines(&self) -> String {
        const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
        let rule = match self.pattern {
            Pattern::Weekly(days) => {
                format!(
                    "FREQ=WEEKLY;BYDAY={}",
                    days.map(|day| DAYS[day as usize]).join(",")
                )
            }
            Pattern::Monthly(place) => {
                let position = if place < 0 { place } else { place + 1 };
                format!("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS={position}")
            }
            Pattern::Daily(count) => format!("FREQ=DAILY;COUNT={count}"),
        };
        let shown = |civil: &DateTime| civil.strftime("%Y%m%dT%H%M%S").to_string();
        let excluded: Vec<String> = self.excluded.iter().map(shown).collect();
        format!(
            "DTSTART;TZID={ZONE}:{}\nRRULE:{rule}\nEXDATE;TZID={ZONE}:{}",
            shown(&self.start),
            excluded.join(",")
        )
    }
}

/// One of the working days of a month of a year.
fn working_day(year: i16, month: i8, place: i64) -> Date {
    let first = jiff::civil::date(year, month, 1);
    let working = |date: &Date| date.weekday().to_monday_zero_offset() < 5;
    let days: Vec<Date> = (0..i64::from(first.days_in_month()))
        .map(|days| first.saturating_add(jiff::Span::new().days(days)))
        .filter(working)
        .collect();
    let place = if place < 0 {
        days.len() as i64 + place
    } else {
        place
    };
    days[place as usize]
}
