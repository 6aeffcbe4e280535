//! A `STANDARD` or `DAYLIGHT` part of a zone's definition.

use jiff::civil::DateTime;

use super::{BEGINNING, HORIZON, yearly::Yearly};
use crate::{
    external_event::{
        EventEnd, EventKind, EventSpan, EventStatus, ExternalEvent, SeriesRole, Transparency, Visibility,
    },
    ical::component::Component,
    recurrence::{
        Series, expand,
        value::{self, Value},
    },
    time::{EventTime, Interval, Zone, fixed_zone},
};

/// When clocks are set to an offset.
#[derive(Clone, Debug)]
pub(super) struct Observance {
    /// By the clock before the change.
    start: DateTime,
    /// Seconds east of Greenwich while it holds.
    pub(super) offset: i32,
    /// The same just before each onset.
    pub(super) offset_before: i32,
    /// `RRULE` and `RDATE` lines.
    recurrence: Vec<String>,
    /// The only rule, when it is one that comes each year without end.
    pub(super) yearly: Option<Yearly>,
}

impl Observance {
    /// Reads a part. One without an offset says nothing; one without `TZOFFSETFROM` is read as if nothing changed.
    pub(super) fn read(part: &Component<'_>) -> Option<Self> {
        let start = match value::read(part.property("DTSTART")?.value())? {
            Value::Local(civil) | Value::Utc(civil) => civil,
            Value::Date(date) => date.to_datetime(jiff::civil::Time::midnight()),
        };
        let offset = read_offset(part.property("TZOFFSETTO")?.value())?;
        let before = part
            .property("TZOFFSETFROM")
            .and_then(|from| read_offset(from.value()));
        let lines: Vec<_> = part.properties(&["RRULE", "RDATE"]).collect();
        let time =
            i32::from(start.hour()) * 3600 + i32::from(start.minute()) * 60 + i32::from(start.second());
        let yearly = match &lines[..] {
            [only] if only.name() == "RRULE" => Yearly::read(only.value(), start.month(), time),
            _ => None,
        };
        Some(Self {
            start,
            offset,
            offset_before: before.unwrap_or(offset),
            recurrence: lines
                .iter()
                .map(|line| format!("{}:{}", line.name(), line.value()))
                .filter(|line| is_followed(line))
                .collect(),
            yearly,
        })
    }

    /// Whether it goes on for ever.
    pub(super) fn is_endless(&self) -> bool {
        let upper = |line: &String| line.to_ascii_uppercase();
        let rules = self
            .recurrence
            .iter()
            .map(upper)
            .filter(|line| line.starts_with("RRULE"));
        let mut endless = rules.filter(|rule| !rule.contains("UNTIL=") && !rule.contains("COUNT="));
        endless.next().is_some()
    }

    /// The instant of the first onset, in seconds since 1970.
    pub(super) fn first_onset(&self) -> i64 {
        self.clock().instant(self.start).as_second()
    }

    /// From when on it does nothing but follow its yearly rule; for others when they have ended.
    pub(super) fn last_begin(&self) -> i64 {
        if self.yearly.is_some() {
            return self.first_onset();
        }
        self.onsets(HORIZON).last().copied().unwrap_or(BEGINNING)
    }

    /// The instants at which it begins, in order, in seconds since 1970: those before the year 1900 as one.
    pub(super) fn onsets(&self, until: i64) -> Vec<i64> {
        let first = self.first_onset();
        let mut onsets = Vec::new();
        if first <= BEGINNING {
            onsets.push(first);
        }
        let clock = self.clock();
        let event = self.event();
        let series = Series {
            master: &event,
            overrides: &[],
        };
        if let Some(window) =
            Interval::from_micros((BEGINNING + 1) * 1_000_000, until.saturating_mul(1_000_000))
        {
            let found = expand(&series, &clock, window).occurrences;
            onsets.extend(found.iter().map(|one| one.start_us.div_euclid(1_000_000)));
        }
        onsets
    }

    /// The clock by which the onsets are stated.
    fn clock(&self) -> Zone {
        fixed_zone(self.offset_before).unwrap_or(Zone::UTC)
    }

    /// The observance as an event without a zone, which the clock before the change then is.
    fn event(&self) -> ExternalEvent {
        ExternalEvent {
            provider_id: String::new(),
            ical_uid: None,
            etag: None,
            role: SeriesRole::Master {
                recurrence: self.recurrence.clone(),
            },
            span: Some(EventSpan {
                start: EventTime::Floating(self.start),
                end: EventEnd::At(EventTime::Floating(self.start)),
            }),
            status: EventStatus::Confirmed,
            kind: EventKind::Default,
            transparency: Transparency::Opaque,
            visibility: Visibility::Default,
            self_response: None,
            title: None,
            location: None,
            organizer: None,
            html_link: None,
            updated: None,
        }
    }
}

/// No clocks are set by rules of weeks, days or less, and following these for two centuries would cost much.
fn is_followed(line: &str) -> bool {
    let line = line.to_ascii_uppercase();
    !line.starts_with("RRULE") || line.contains("FREQ=YEARLY") || line.contains("FREQ=MONTHLY")
}

/// Seconds east of Greenwich from `+0100` or `-033015` (RFC 5545 section 3.3.14), up to a day.
fn read_offset(text: &str) -> Option<i32> {
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
    let seconds = number(0..2)? * 3600 + number(2..4)? * 60 + number(4..6)?;
    (seconds < 86_400).then_some(sign * seconds)
}
