//! The words for days, times of day and lengths.

use jiff::civil::{Date, Time, Weekday};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// A time of day, and whether the words say which half of the day they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    hour: i8,
    minute: i8,
    half: Option<Half>,
    /// Whether it can be nothing but a time, as `9:00` and `9am`, unlike `9`.
    sure: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    Am,
    Pm,
}

impl Clock {
    pub(super) fn time(self) -> Time {
        let hour = match self.half {
            Some(Half::Am) => self.hour % 12,
            Some(Half::Pm) => self.hour % 12 + 12,
            None => self.hour,
        };
        Time::new(hour, self.minute, 0, 0).unwrap_or(Time::midnight())
    }

    fn read(word: &str) -> Option<Self> {
        let word = word.to_lowercase();
        let sure = |hour, half| {
            Some(Self {
                hour,
                minute: 0,
                half: Some(half),
                sure: true,
            })
        };
        match word.as_str() {
            "noon" => return sure(12, Half::Pm),
            "midnight" => return sure(12, Half::Am),
            _ => {}
        }
        let (digits, half) = match word.strip_suffix("am").map(|digits| (digits, Half::Am)) {
            Some((digits, half)) => (digits, Some(half)),
            None => word
                .strip_suffix("pm")
                .map_or((word.as_str(), None), |digits| (digits, Some(Half::Pm))),
        };
        let (hour, minute) = digits
            .split_once(':')
            .map_or((digits, None), |(hour, minute)| (hour, Some(minute)));
        let most = if half.is_some() { 12 } else { 23 };
        let clock = Self {
            hour: number(hour, 2).filter(|hour| *hour <= most)?,
            minute: minute.map_or(Some(0), |minute| number(minute, 2).filter(|minute| *minute < 60))?,
            half,
            sure: half.is_some() || minute.is_some(),
        };
        Some(clock)
    }
}

/// A day and how many words tell it.
pub(super) fn date(words: &[&str], today: Date) -> Option<(Date, usize)> {
    let first = plain(words.first()?);
    if let Some(days) = ["today", "tomorrow"].iter().position(|word| *word == first) {
        let day = if days == 0 { today } else { today.tomorrow().ok()? };
        return Some((day, 1));
    }
    if let Some((_, weekday)) = WEEKDAYS.iter().find(|(name, _)| names(name, &first)) {
        return Some((today.nth_weekday(1, *weekday).ok()?, 1));
    }
    if let Ok(date) = first.parse::<Date>() {
        return Some((date, 1));
    }
    let month = |word: &str| {
        MONTHS
            .iter()
            .position(|name| names(name, word))
            .and_then(|place| i8::try_from(place + 1).ok())
    };
    let second = plain(words.get(1)?);
    let (month, day) = match (month(&first), month(&second)) {
        (Some(month), _) => (month, day_number(&second)?),
        (None, Some(month)) => (month, day_number(&first)?),
        (None, None) => return None,
    };
    let year = words.get(2).and_then(|word| plain(word).parse().ok());
    if let Some(year) = year.filter(|year| (1900..=2999).contains(year)) {
        return Some((Date::new(year, month, day).ok()?, 3));
    }
    let this_year = Date::new(today.year(), month, day).ok()?;
    let next = if this_year < today {
        Date::new(today.year() + 1, month, day).ok()?
    } else {
        this_year
    };
    Some((next, 2))
}

/// A time or a range of times and how many words tell it.
pub(super) fn hours(words: &[&str]) -> Option<(Clock, Option<Clock>, usize)> {
    let (from, to, taken) = if let Some((from, to)) = words.first()?.split_once(['-', '–']) {
        (Clock::read(from)?, Some(Clock::read(to)?), 1)
    } else {
        let from = Clock::read(words[0])?;
        let joined = words
            .get(1)
            .is_some_and(|word| matches!(plain(word).as_str(), "-" | "to" | "until"));
        match words.get(2).and_then(|word| Clock::read(word)).filter(|_| joined) {
            Some(to) => (from, Some(to), 3),
            None => (from, None, 1),
        }
    };
    let sure = from.sure || to.is_some();
    // "2-3pm" means the afternoon.
    let half = from.half.or(to
        .and_then(|to| to.half)
        .filter(|_| to.is_some_and(|to| from.hour < to.hour % 12 + 1 && from.hour != 12)));
    sure.then_some((Clock { half, ..from }, to, taken))
}

/// Minutes after "for" and how many words tell them.
pub(super) fn length(words: &[&str]) -> Option<(i64, usize)> {
    let [little, count, unit, ..] = words else {
        return None;
    };
    let count: i64 = match plain(count).as_str() {
        "a" | "an" | "one" => 1,
        digits => digits.parse().ok().filter(|count| (1..=10_000).contains(count))?,
    };
    let unit = match plain(unit).trim_end_matches('s') {
        "minute" | "min" => 1,
        "hour" | "hr" | "h" => 60,
        _ => return None,
    };
    (plain(little) == "for").then_some((count * unit, 3))
}

fn plain(word: &str) -> String {
    word.trim_end_matches([',', '.']).to_lowercase()
}

/// Whether the word is the name or its first three letters.
fn names(name: &str, word: &str) -> bool {
    word == name || (word.len() == 3 && name.starts_with(word))
}

fn day_number(word: &str) -> Option<i8> {
    number(
        word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic()),
        2,
    )
    .filter(|day| (1..=31).contains(day))
}

fn number(digits: &str, longest: usize) -> Option<i8> {
    let fits =
        !digits.is_empty() && digits.len() <= longest && digits.bytes().all(|digit| digit.is_ascii_digit());
    fits.then(|| digits.parse().ok()).flatten()
}
