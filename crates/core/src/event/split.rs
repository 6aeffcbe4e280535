//! Changes of a part of a series: one time taken out, or all from one time on made an event of their own.
//!
//! "This and following" is two series: the first ends before the time, the second begins at it (Google Calendar API guide
//! "Recurring events"; RFC 5545 knows no other way that providers share).

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{Days, Event, OriginalStart, When, occurrences::by_rule};
use crate::{
    recurrence,
    time::{Interval, Zone},
};

/// How far both halves are compared with the whole before a split is believed.
const COMPARED: SignedDuration = SignedDuration::from_hours(24 * 366 * 2);

impl Event {
    /// The series without one of its times, which is an `EXDATE` from then on; `None` where it has no such time.
    pub fn without(&self, start: OriginalStart) -> Option<Self> {
        self.when.of_series(&self.recurrence, start)?;
        let mut event = self.clone();
        event.exceptions.remove(&start);
        event
            .recurrence
            .push(format!("EXDATE{}", self.point(start.in_series_of(&self.when)?)));
        Some(event)
    }

    /// The series with one of its times that was [taken out](Event::without); `None` where its rule does not give it, or it is
    /// not out.
    pub fn with(&self, start: OriginalStart) -> Option<Self> {
        let at = start.in_series_of(&self.when)?;
        let mut event = self.clone();
        event.recurrence.clear();
        for line in recurrence::canonical(&self.recurrence, &self.when.start()) {
            if line.starts_with("RRULE:") {
                event.recurrence.push(line);
                continue;
            }
            let (name, value) = line.split_once(':')?;
            let moment = self.moment(value)?;
            if name != "EXDATE" || moment != at {
                event.recurrence.push(format!("{name}{}", self.point(moment)));
            }
        }
        let is_back = event.when.of_series(&event.recurrence, start).is_some();
        let was_out = self.when.of_series(&self.recurrence, start).is_none();
        (is_back && was_out).then_some(event)
    }

    /// The series before one of its times, and the series from it on, each with its exceptions.
    ///
    /// `None` where the series has no such time or nothing lies before, and for a series that would not go on the same: one
    /// whose time of day a change of the clocks moved just then, or with an `RDATE` that states its own end.
    pub fn split(&self, start: OriginalStart) -> Option<(Self, Self)> {
        let at = start.in_series_of(&self.when)?;
        let starts = self.starts(at.checked_add(COMPARED).ok()?);
        let place = starts.binary_search(&at).ok().filter(|place| *place > 0)?;
        let (mut head, mut tail) = (self.clone(), self.clone());
        tail.when = self.when.beginning(at)?;
        (head.recurrence, tail.recurrence) = (Vec::new(), Vec::new());
        tail.exceptions = head.exceptions.split_off(&start);
        for line in recurrence::canonical(&self.recurrence, &self.when.start()) {
            if let Some(rule) = line.strip_prefix("RRULE:") {
                let (before, after) = self.split_rule(rule, at)?;
                head.recurrence.push(before);
                tail.recurrence.push(after);
                continue;
            }
            let (name, value) = line.split_once(':')?;
            let moment = self.moment(value)?;
            let half = if moment < at { &mut head } else { &mut tail };
            half.recurrence.push(format!("{name}{}", self.point(moment)));
        }
        let until = starts.last()?.checked_add(SignedDuration::from_secs(1)).ok()?;
        let is_same = head.starts(until) == starts[..place] && tail.starts(until) == starts[place..];
        is_same.then_some((head, tail))
    }

    /// The starts before an instant by the rule.
    fn starts(&self, until: Timestamp) -> Vec<Timestamp> {
        let begin = self.when.interval(&Zone::UTC).start();
        let window = Interval::new(begin, until).filter(|_| !self.recurrence.is_empty());
        let found = window.map(|window| by_rule(&self.when, &self.recurrence, window));
        found
            .unwrap_or_default()
            .into_iter()
            .map(Interval::start)
            .collect()
    }

    /// A rule up to an instant and from it on.
    fn split_rule(&self, rule: &str, at: Timestamp) -> Option<(String, String)> {
        let before = rule
            .split(';')
            .filter(|part| !part.starts_with("UNTIL=") && !part.starts_with("COUNT="));
        let last = at.checked_sub(SignedDuration::from_secs(1)).ok()?;
        let until = format!("UNTIL={}", self.value(last));
        let before: Vec<&str> = before.chain([until.as_str()]).collect();
        let mut after = Vec::new();
        for part in rule.split(';') {
            after.push(match part.split_once('=')? {
                ("COUNT", count) => {
                    let passed = self.with_rule_only(rule).starts(at).len() as u64;
                    format!(
                        "COUNT={}",
                        count
                            .parse::<u64>()
                            .ok()?
                            .checked_sub(passed)
                            .filter(|left| *left > 0)?
                    )
                }
                ("UNTIL", until) => format!("UNTIL={}", self.value(self.moment(until)?)),
                _ => part.to_owned(),
            });
        }
        Some((
            format!("RRULE:{}", before.join(";")),
            format!("RRULE:{}", after.join(";")),
        ))
    }

    fn with_rule_only(&self, rule: &str) -> Self {
        Self {
            recurrence: vec![format!("RRULE:{rule}")],
            ..self.clone()
        }
    }

    /// An instant, or a date's midnight in UTC, of the canonical form of recurrence lines.
    fn moment(&self, value: &str) -> Option<Timestamp> {
        match self.when {
            When::Timed { .. } => value.parse().ok(),
            When::AllDay(_) => {
                let date: jiff::civil::Date = value.parse().ok()?;
                Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
            }
        }
    }

    /// The value of `UNTIL` in the type of the start (RFC 5545 section 3.3.10).
    fn value(&self, at: Timestamp) -> String {
        let form = match self.when {
            When::Timed { .. } => "%Y%m%dT%H%M%SZ",
            When::AllDay(_) => "%Y%m%d",
        };
        at.to_zoned(TimeZone::UTC).strftime(form).to_string()
    }

    /// What follows the name of an `EXDATE` or `RDATE`.
    fn point(&self, at: Timestamp) -> String {
        match self.when {
            When::Timed { .. } => format!(":{}", self.value(at)),
            When::AllDay(_) => format!(";VALUE=DATE:{}", self.value(at)),
        }
    }
}

impl When {
    /// As long, and from another start.
    fn beginning(&self, at: Timestamp) -> Option<Self> {
        match self {
            Self::Timed { span, zone } => {
                let end = at.checked_add(span.start().duration_until(span.end())).ok()?;
                Self::timed(at, end, zone.clone()).ok()
            }
            Self::AllDay(days) => {
                let first = at.to_zoned(TimeZone::UTC).date();
                let length = days.first().until(days.end()).ok()?;
                Days::new(first, first.checked_add(length).ok()?).map(Self::AllDay)
            }
        }
    }
}
