//! A `VTIMEZONE` (RFC 5545 section 3.6.5) that names no known zone, as a rule of its own.
//!
//! What such definitions say is nearly always one offset, or two that change on the nth weekday of a month, which is
//! what a POSIX rule holds; Outlook's begin in 1601 and hold for all time. Of several eras the last one is taken.

use super::component::Component;
use crate::{
    recurrence::value::{self, Value},
    time::{Zone, fixed_zone, posix_offset},
};

/// The zone that a definition describes, `None` when it describes none that can be followed.
pub(super) fn zone(definition: &Component<'_>) -> Option<Zone> {
    let last = |name: &str| {
        let named = definition.parts.iter().filter(|part| part.is(name));
        named
            .filter_map(Observance::read)
            .max_by_key(|observance| observance.start)
    };
    let (standard, daylight) = (last("STANDARD"), last("DAYLIGHT"));
    match (standard, daylight) {
        (Some(standard), Some(daylight)) => changing(&standard, &daylight).or_else(|| {
            let latest = if daylight.start > standard.start {
                daylight
            } else {
                standard
            };
            // One that ended by its rule gave way to the other.
            if latest.change.is_none() {
                fixed_zone(latest.offset)
            } else {
                None
            }
        }),
        (Some(only), None) | (None, Some(only)) => fixed_zone(only.offset),
        (None, None) => None,
    }
}

/// A `STANDARD` or `DAYLIGHT` part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Observance {
    start: jiff::civil::DateTime,
    /// Seconds east of Greenwich while it holds.
    offset: i32,
    /// When it begins each year, for a rule without end.
    change: Option<Change>,
}

/// The nth weekday of a month at a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    month: i8,
    /// 1 to 4, 5 for the last.
    week: u8,
    /// 0 is Sunday.
    weekday: u8,
    /// Seconds after midnight by the clock before the change.
    time: i32,
}

impl Observance {
    fn read(part: &Component<'_>) -> Option<Self> {
        let Value::Local(start) = value::read(part.value("DTSTART")?)? else {
            return None;
        };
        let time =
            i32::from(start.hour()) * 3600 + i32::from(start.minute()) * 60 + i32::from(start.second());
        Some(Self {
            start,
            offset: read_offset(part.value("TZOFFSETTO")?)?,
            change: part
                .value("RRULE")
                .and_then(|rule| read_change(rule, start.month(), time)),
        })
    }
}

fn changing(standard: &Observance, daylight: &Observance) -> Option<Zone> {
    let (to_standard, to_daylight) = (standard.change?, daylight.change?);
    let rule = format!(
        "{}{},{},{}",
        posix_offset(standard.offset),
        posix_offset(daylight.offset),
        to_daylight.posix(),
        to_standard.posix()
    );
    Zone::following(&rule).ok()
}

impl Change {
    fn posix(self) -> String {
        let (hours, minutes, seconds) = (self.time / 3600, self.time / 60 % 60, self.time % 60);
        format!(
            "M{}.{}.{}/{hours}:{minutes:02}:{seconds:02}",
            self.month, self.week, self.weekday
        )
    }
}

/// `FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU`, or the same with days of the month: `BYDAY=SU;BYMONTHDAY=8,9,10,11,12,13,14`.
fn read_change(rule: &str, start_month: i8, time: i32) -> Option<Change> {
    let part = |name: &str| {
        rule.split(';').find_map(|part| {
            let (known, value) = part.split_once('=')?;
            known.trim().eq_ignore_ascii_case(name).then_some(value.trim())
        })
    };
    if !part("FREQ")?.eq_ignore_ascii_case("YEARLY") || part("UNTIL").is_some() || part("COUNT").is_some() {
        return None;
    }
    let month = part("BYMONTH").map_or(Some(start_month), |month| month.parse().ok())?;
    let by_day = part("BYDAY")?.to_ascii_uppercase();
    let (ordinal, day) = by_day.split_at_checked(by_day.len().checked_sub(2)?)?;
    let weekday = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
        .iter()
        .position(|&known| known == day)? as u8;
    let week = match ordinal.parse::<i8>() {
        Ok(-1) => 5,
        Ok(week @ 1..=4) => week as u8,
        Ok(_) => return None,
        Err(_) => {
            let days = part("BYMONTHDAY")?.split(',').map(str::parse::<u8>);
            let first = days
                .map(Result::ok)
                .collect::<Option<Vec<u8>>>()?
                .into_iter()
                .min()?;
            if first % 7 != 1 || first > 22 {
                return None;
            }
            first / 7 + 1
        }
    };
    Some(Change {
        month,
        week,
        weekday,
        time,
    })
}

/// Seconds east of Greenwich from `+0100` or `-033015` (RFC 5545 section 3.3.14).
fn read_offset(text: &str) -> Option<i32> {
    let text = text.trim();
    let sign = match text.as_bytes().first()? {
        b'-' => -1,
        _ => 1,
    };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let number =
        |range: std::ops::Range<usize>| digits.get(range).map_or(Some(0), |part| part.parse::<i32>().ok());
    if !matches!(digits.len(), 4 | 6) {
        return None;
    }
    Some(sign * (number(0..2)? * 3600 + number(2..4)? * 60 + number(4..6)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ical::lines::{lines, unfold};

    #[track_caller]
    fn check(text: &str, expect: Option<&str>) {
        let text = unfold(text.split_whitespace().collect::<Vec<_>>().join("\n").as_bytes());
        let tree = Component::tree(lines(&text));
        assert_eq!(zone(&tree.parts[0]).as_ref().map(Zone::name), expect);
    }

    #[test]
    fn definitions_become_rules() {
        check(
            "BEGIN:VTIMEZONE BEGIN:STANDARD DTSTART:16010101T020000 TZOFFSETTO:-0500
             RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11 END:STANDARD BEGIN:DAYLIGHT DTSTART:16010101T020000
             TZOFFSETTO:-0400 RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3 END:DAYLIGHT END:VTIMEZONE",
            Some("<-0500>5<-0400>4,M3.2.0/2:00:00,M11.1.0/2:00:00"),
        );
        check(
            "BEGIN:VTIMEZONE BEGIN:STANDARD DTSTART:16010101T000000 TZOFFSETTO:-0930 END:STANDARD END:VTIMEZONE",
            Some("<-0930>9:30"),
        );
        check("BEGIN:VTIMEZONE TZID:x END:VTIMEZONE", None);
    }

    #[test]
    fn the_last_era_decides() {
        check(
            "BEGIN:VTIMEZONE BEGIN:DAYLIGHT DTSTART:19800406T020000 TZOFFSETTO:+0200
             RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=19850101T000000Z END:DAYLIGHT BEGIN:STANDARD
             DTSTART:19860101T000000 TZOFFSETTO:+0300 END:STANDARD END:VTIMEZONE",
            Some("<+0300>-3"),
        );
    }
}
