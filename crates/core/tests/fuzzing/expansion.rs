//! Any series over any window: the bytes choose among the forms that a calendar can write.

use std::fmt::Write as _;

use kalends_core::{
    external_event::{ExternalEvent, SeriesRole},
    ical,
    recurrence::Series,
    time::Zone,
};

use super::laws::{DAY_US, windows_add_up};

const ZONES: [&str; 6] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
    "UTC",
];
const FREQUENCIES: [&str; 7] = [
    "YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY",
];
const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

pub(crate) fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let text = calendar(&mut bytes);
    let Ok(feed) = ical::parse(text.as_bytes(), &Zone::UTC) else {
        return;
    };
    let is_override = |event: &&ExternalEvent| matches!(event.role, SeriesRole::Override { .. });
    let Some(master) = feed.events.iter().find(|event| !is_override(event)) else {
        return;
    };
    let overrides: Vec<&ExternalEvent> = feed.events.iter().filter(is_override).collect();
    let series = Series {
        master,
        overrides: &overrides,
    };
    let from = (18_262 - 100 + bytes.number(1200)) * DAY_US + bytes.number(86_400) * 1_000_000;
    let cut = from + (1 + bytes.number(40)) * DAY_US / 2;
    let to = cut + (1 + bytes.number(80)) * DAY_US / 2;
    let zone = Zone::iana(bytes.one_of(&ZONES)).unwrap_or(Zone::UTC);
    windows_add_up(&series, &zone, [from, cut, to]);
}

/// A calendar with a series and what overrides it.
fn calendar(bytes: &mut Bytes<'_>) -> String {
    let form = Form::chosen(bytes);
    let start = form.civil(bytes, 800);
    let mut text = format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART{start}\n{}",
        length(bytes)
    );
    for _ in 0..bytes.number(3) {
        let _ = writeln!(text, "RRULE:{}", rule(bytes));
    }
    for _ in 0..bytes.number(4) {
        let _ = writeln!(text, "EXDATE{}", form.civil(bytes, 1000));
    }
    for _ in 0..bytes.number(3) {
        let _ = writeln!(text, "RDATE{}", form.civil(bytes, 1000));
    }
    text.push_str("END:VEVENT\n");
    for _ in 0..bytes.number(4) {
        let range = bytes.one_of(&["", ";RANGE=THISANDFUTURE"]);
        let status = bytes.one_of(&["", "", "STATUS:CANCELLED\n"]);
        let (original, start) = (form.civil(bytes, 1000), form.civil(bytes, 1000));
        let length = length(bytes);
        let _ = write!(
            text,
            "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID{range}{original}\nDTSTART{start}\n{length}{status}END:VEVENT\n"
        );
    }
    text.push_str("END:VCALENDAR\n");
    text
}

/// How the times of a series are written.
enum Form {
    Zoned(&'static str),
    Utc,
    Floating,
    Day,
}

impl Form {
    fn chosen(bytes: &mut Bytes<'_>) -> Self {
        match bytes.number(6) {
            0 => Self::Utc,
            1 => Self::Floating,
            2 => Self::Day,
            _ => Self::Zoned(bytes.one_of(&ZONES)),
        }
    }

    /// Parameters and value of a time in the days after the beginning of 2020, mostly at the same time of day.
    fn civil(&self, bytes: &mut Bytes<'_>, days: i64) -> String {
        let day = jiff::civil::date(2020, 1, 1).saturating_add(jiff::Span::new().days(bytes.number(days)));
        let time = match bytes.number(4) {
            0 => format!("{:02}{:02}00", bytes.number(24), bytes.number(60)),
            _ => "023000".to_owned(),
        };
        let day = day.strftime("%Y%m%d");
        match self {
            Self::Zoned(zone) => format!(";TZID={zone}:{day}T{time}"),
            Self::Utc => format!(":{day}T{time}Z"),
            Self::Floating => format!(":{day}T{time}"),
            Self::Day => format!(";VALUE=DATE:{day}"),
        }
    }
}

fn length(bytes: &mut Bytes<'_>) -> String {
    let amount = bytes.number(40);
    match bytes.number(5) {
        0 => String::new(),
        1 => format!("DURATION:P{amount}D\n"),
        2 => format!("DURATION:PT{amount}H\n"),
        3 => format!("DURATION:P{}DT{amount}M\n", amount % 3),
        _ => "DURATION:PT30M\n".to_owned(),
    }
}

fn rule(bytes: &mut Bytes<'_>) -> String {
    let frequency = bytes.one_of(&FREQUENCIES);
    let mut rule = format!("FREQ={frequency}");
    // Below an hour the steps are made long, so that the time goes into many series and not into one.
    let least = match frequency {
        "SECONDLY" => 900,
        "MINUTELY" => 20,
        _ => 1,
    };
    if least > 1 || bytes.number(2) == 1 {
        let _ = write!(rule, ";INTERVAL={}", least + bytes.number(400));
    }
    match bytes.number(4) {
        0 => {
            let _ = write!(rule, ";COUNT={}", 1 + bytes.number(300));
        }
        1 => {
            let day =
                jiff::civil::date(2020, 1, 1).saturating_add(jiff::Span::new().days(bytes.number(1200)));
            let form = bytes.one_of(&["", "T023000", "T013000Z"]);
            let _ = write!(rule, ";UNTIL={}{form}", day.strftime("%Y%m%d"));
        }
        _ => {}
    }
    for (part, first, last) in [
        ("BYMONTH", 1, 12),
        ("BYMONTHDAY", -31, 31),
        ("BYYEARDAY", -366, 366),
        ("BYWEEKNO", -53, 53),
        ("BYHOUR", 0, 23),
        ("BYMINUTE", 0, 59),
        ("BYSECOND", 0, 60),
        ("BYSETPOS", -9, 9),
    ] {
        if bytes.number(4) != 0 {
            continue;
        }
        let numbers: Vec<String> = (0..=bytes.number(4))
            .map(|_| first + bytes.number(last - first + 1))
            .map(|number| if number == 0 && first < 0 { 1 } else { number })
            .map(|number| number.to_string())
            .collect();
        let _ = write!(rule, ";{part}={}", numbers.join(","));
    }
    if bytes.number(3) == 0 {
        let ordinals = ["", "", "1", "-1", "2", "5", "-5", "53"];
        let days: Vec<String> = (0..=bytes.number(4))
            .map(|_| format!("{}{}", bytes.one_of(&ordinals), bytes.one_of(&WEEKDAYS)))
            .collect();
        let _ = write!(rule, ";BYDAY={}", days.join(","));
    }
    if bytes.number(3) == 0 {
        let _ = write!(rule, ";WKST={}", bytes.one_of(&WEEKDAYS));
    }
    rule
}

/// Choices out of bytes; when they have run out every choice is the first.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    /// A number from 0 up to but not including `end`.
    fn number(&mut self, end: i64) -> i64 {
        let (low, high) = (self.next(), if end > 256 { self.next() } else { 0 });
        (i64::from(high) * 256 + i64::from(low)) % end
    }

    fn one_of(&mut self, all: &[&'static str]) -> &'static str {
        all[self.number(all.len() as i64) as usize]
    }

    fn next(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }
}
