//! What a sentence such as "Lunch with Ben at the lake tomorrow 12:30-2pm" says.
//!
//! Google does not document its grammar. Here dates, times and lengths are taken out of the sentence; what is left
//! is the title, and what stands after its last "at" or "in" the place.

use jiff::{
    Span,
    civil::{Date, DateTime, Time},
};

use super::words::{self, Clock};

/// An event as a sentence tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sentence {
    pub(super) summary: String,
    pub(super) location: Option<String>,
    pub(super) when: When,
}

/// When it takes place, on the calendar's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum When {
    Day(Date),
    Hours(DateTime, DateTime),
}

impl Sentence {
    /// Reads a text as of `now`.
    pub(super) fn read(text: &str, now: DateTime) -> Self {
        let mut found = Found::default();
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut rest = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let taken = found.take(&words[at..], now.date());
            if taken == 0 {
                rest.push(words[at]);
                at += 1;
            } else {
                at += taken;
            }
        }
        let summary = rest.join(" ").trim_end_matches(',').to_owned();
        let place = rest
            .iter()
            .rposition(|word| matches!(word.to_lowercase().as_str(), "at" | "in"));
        let location = place
            .map(|place| rest[place + 1..].join(" "))
            .filter(|place| !place.is_empty());
        Self {
            summary: if summary.is_empty() {
                text.to_owned()
            } else {
                summary
            },
            location,
            when: found.when(now),
        }
    }
}

/// The times met so far; the first of each kind counts.
#[derive(Debug, Default)]
struct Found {
    date: Option<Date>,
    from: Option<Time>,
    to: Option<Time>,
    minutes: Option<i64>,
}

impl Found {
    /// How many of the words tell a time, with the little word before it.
    fn take(&mut self, words: &[&str], today: Date) -> usize {
        let little = usize::from(
            words.len() > 1
                && matches!(
                    words[0].to_lowercase().as_str(),
                    "at" | "on" | "from" | "this" | "next"
                ),
        );
        for skipped in [0, little] {
            let taken = self.take_bare(&words[skipped..], today);
            if taken > 0 {
                return taken + skipped;
            }
        }
        0
    }

    fn take_bare(&mut self, words: &[&str], today: Date) -> usize {
        if self.date.is_none()
            && let Some((date, taken)) = words::date(words, today)
        {
            self.date = Some(date);
            return taken;
        }
        if self.from.is_none()
            && let Some((from, to, taken)) = words::hours(words)
        {
            self.from = Some(from.time());
            self.to = to.map(Clock::time);
            return taken;
        }
        if self.minutes.is_none()
            && let Some((minutes, taken)) = words::length(words)
        {
            self.minutes = Some(minutes);
            return taken;
        }
        0
    }

    fn when(&self, now: DateTime) -> When {
        let start = match (self.date, self.from) {
            (Some(day), None) if self.minutes.is_none() => return When::Day(day),
            (Some(day), from) => day.to_datetime(from.unwrap_or(Time::midnight())),
            (None, Some(from)) => {
                let today = now.date().to_datetime(from);
                if today < now { later(today, 24 * 60) } else { today }
            }
            (None, None) => now.date().at(now.hour(), now.minute(), 0, 0),
        };
        let end = match self.to {
            Some(to) => {
                let same_day = start.date().to_datetime(to);
                if same_day <= start {
                    later(same_day, 24 * 60)
                } else {
                    same_day
                }
            }
            None => later(start, self.minutes.unwrap_or(60)),
        };
        When::Hours(start, end)
    }
}

fn later(time: DateTime, minutes: i64) -> DateTime {
    time.checked_add(Span::new().minutes(minutes)).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On Friday the 20th of November 2026 at noon.
    #[track_caller]
    fn check(text: &str, summary: &str, location: Option<&str>, when: &str) {
        let read = Sentence::read(text, "2026-11-20T12:00".parse().unwrap());
        let seen = match read.when {
            When::Day(day) => day.to_string(),
            When::Hours(from, to) => format!(
                "{}/{}",
                from.strftime("%Y-%m-%dT%H:%M"),
                to.strftime("%Y-%m-%dT%H:%M")
            ),
        };
        assert_eq!(
            (read.summary.as_str(), read.location.as_deref(), seen.as_str()),
            (summary, location, when)
        );
    }

    #[test]
    fn dates_times_and_lengths_are_taken_out_of_the_sentence() {
        // The example of the reference.
        check(
            "Appointment at Somewhere on June 3rd 10am-10:25am",
            "Appointment at Somewhere",
            Some("Somewhere"),
            "2027-06-03T10:00/2027-06-03T10:25",
        );
        check(
            "Lunch with Ben tomorrow 12:30-2pm",
            "Lunch with Ben",
            None,
            "2026-11-21T12:30/2026-11-21T14:00",
        );
        check(
            "Piano at 5pm for 45 minutes",
            "Piano",
            None,
            "2026-11-20T17:00/2026-11-20T17:45",
        );
        check(
            "Early call 7:15",
            "Early call",
            None,
            "2026-11-21T07:15/2026-11-21T08:15",
        );
        check("Holiday on 2026-12-24", "Holiday", None, "2026-12-24");
        check(
            "Concert in Basel, Friday 8pm",
            "Concert in Basel",
            Some("Basel,"),
            "2026-11-27T20:00/2026-11-27T21:00",
        );
        check(
            "Review 24 December 2026 from 9 to 10:30",
            "Review",
            None,
            "2026-12-24T09:00/2026-12-24T10:30",
        );
        check(
            "Night shift today 10pm-6am",
            "Night shift",
            None,
            "2026-11-20T22:00/2026-11-21T06:00",
        );
    }

    #[test]
    fn a_sentence_without_a_time_begins_now_and_keeps_all_its_words() {
        check("Think", "Think", None, "2026-11-20T12:00/2026-11-20T13:00");
        check("noon", "noon", None, "2026-11-20T12:00/2026-11-20T13:00");
        check(
            "Read 12 pages of chapter 3",
            "Read 12 pages of chapter 3",
            None,
            "2026-11-20T12:00/2026-11-20T13:00",
        );
    }
}
