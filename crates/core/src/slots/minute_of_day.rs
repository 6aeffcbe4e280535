//! Times of day in whole minutes, as people state open hours.

use std::{fmt, str::FromStr};

use crate::invalid_field::InvalidField;

/// Minutes since midnight as a clock reads them: 0 to 1440, where 1440 is the end of the day (`24:00`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MinuteOfDay(u16);

/// Why a text or number is no time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time of day is from \"00:00\" to \"24:00\", as hours and minutes")]
pub struct MinuteOfDayError;

/// Part of a day, `[start, end)` on the clock; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DayWindow {
    start: MinuteOfDay,
    end: MinuteOfDay,
}

impl MinuteOfDay {
    /// The end of the day, `24:00`.
    pub const END: Self = Self(1440);

    /// The minute, when a day has it.
    pub fn new(minutes: u16) -> Result<Self, MinuteOfDayError> {
        if minutes <= Self::END.0 {
            Ok(Self(minutes))
        } else {
            Err(MinuteOfDayError)
        }
    }

    /// Minutes since midnight, 0 to 1440.
    pub fn minutes(self) -> u16 {
        self.0
    }
}

impl FromStr for MinuteOfDay {
    type Err = MinuteOfDayError;

    /// Reads `HH:MM`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: Option<Vec<u16>> = text
            .bytes()
            .enumerate()
            .filter(|(index, byte)| (*index, *byte) != (2, b':'))
            .map(|(_, byte)| byte.is_ascii_digit().then(|| u16::from(byte - b'0')))
            .collect();
        match digits.as_deref() {
            Some([ten_hours, hours, ten_minutes, minutes]) if text.len() == 5 && *ten_minutes < 6 => {
                Self::new((ten_hours * 10 + hours) * 60 + ten_minutes * 10 + minutes)
            }
            _ => Err(MinuteOfDayError),
        }
    }
}

impl fmt::Display for MinuteOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl DayWindow {
    /// The whole day.
    pub const DAY: Self = Self {
        start: MinuteOfDay(0),
        end: MinuteOfDay::END,
    };

    /// From one time of a day to a later one; hours past midnight belong to the next day as a second window.
    pub fn new(start: MinuteOfDay, end: MinuteOfDay) -> Result<Self, InvalidField> {
        if start < end {
            return Ok(Self { start, end });
        }
        let expected =
            format!("after its start {start}; give hours past midnight as a second window of the next day");
        Err(InvalidField::new("end", expected))
    }

    /// The window made longer, so that it ends no earlier than `end`.
    pub(crate) fn until(self, end: MinuteOfDay) -> Self {
        Self {
            end: self.end.max(end),
            ..self
        }
    }

    /// The first minute inside.
    pub fn start(self) -> MinuteOfDay {
        self.start
    }

    /// The first minute after it.
    pub fn end(self) -> MinuteOfDay {
        self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_read_and_written_alike() {
        for minutes in 0..=1440 {
            let time = MinuteOfDay::new(minutes).unwrap();
            assert_eq!(time.to_string().parse(), Ok(time));
        }
        assert_eq!("24:00".parse(), Ok(MinuteOfDay::END));
        assert_eq!(MinuteOfDay::new(1441), Err(MinuteOfDayError));
        for wrong in [
            "", "9:00", "09:0", "09:60", "24:01", "99:00", "09-00", "0900", "09:00:00", " 9:00", "+9:00",
            "09:٠٠",
        ] {
            assert_eq!(wrong.parse::<MinuteOfDay>(), Err(MinuteOfDayError), "{wrong}");
        }
    }

    #[test]
    fn windows_end_after_they_start() {
        let at = |text: &str| text.parse::<MinuteOfDay>().unwrap();
        assert!(DayWindow::new(at("22:00"), at("24:00")).is_ok());
        for (start, end) in [("09:00", "09:00"), ("22:00", "02:00"), ("24:00", "24:00")] {
            assert_eq!(DayWindow::new(at(start), at(end)).unwrap_err().field, "end");
        }
    }
}
