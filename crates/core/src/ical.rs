//! iCalendar text (RFC 5545) as events: what a feed or a CalDAV server sends.
//!
//! Real feeds are broken in many ways; a component that cannot be read is left out and reported as a [`Fault`], and
//! everything else is kept.

mod component;
mod duplicates;
mod event;
mod exchange_zones;
mod expand;
mod fault;
mod lines;
mod property;
mod text;
mod vtimezone;
mod zones;

pub use expand::{Expanded, SeriesList};
pub use fault::{Fault, FaultReason, FeedError};

use jiff::SignedDuration;

use crate::{
    external_event::{EventStatus, ExternalEvent},
    recurrence::value,
    time::Zone,
};
use component::Component;
use event::Read;
use text::Unfolded;
use zones::Zones;

/// The events of one iCalendar text.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    /// The calendar's name (`NAME` of RFC 7986, else `X-WR-CALNAME`).
    pub name: Option<String>,
    /// The zone that the calendar states for its floating times (`X-WR-TIMEZONE`).
    pub zone: Option<Zone>,
    /// How often the publisher wants to be asked at most (`REFRESH-INTERVAL` of RFC 7986, else `X-PUBLISHED-TTL`).
    pub refresh_interval: Option<SignedDuration>,
    /// The events in the order of the text, one for each `UID` and `RECURRENCE-ID`: of duplicates the one with the
    /// highest `SEQUENCE`, then the latest `DTSTAMP`.
    pub events: Vec<ExternalEvent>,
    /// For each of the events what its `STATUS` says; `None` without one.
    pub stated_status: Vec<Option<EventStatus>>,
    /// What was left out or guessed.
    pub faults: Vec<Fault>,
}

/// Reads an iCalendar text. Floating times stay floating; times of zones that are not known are read in the
/// calendar's zone (`X-WR-TIMEZONE`), else in `default_zone`, and reported.
pub fn parse(text: &[u8], default_zone: &Zone) -> Result<Feed, FeedError> {
    let text = Unfolded::read(text);
    let lines: Vec<_> = text.lines().collect();
    let tree = Component::tree(lines::content_lines(&lines));
    let mut calendars: Vec<_> = tree.parts.iter().filter(|part| part.is("VCALENDAR")).collect();
    // Components that stand there bare are a calendar that lost its frame; only contacts are not.
    if tree
        .parts
        .iter()
        .any(|part| !part.is("VCALENDAR") && !part.is("VCARD"))
    {
        calendars.push(&tree);
    }
    if calendars.is_empty() {
        return Err(FeedError::NotACalendar);
    }
    let mut feed = Feed::default();
    let mut items = Vec::new();
    for (place, calendar) in calendars.into_iter().enumerate() {
        let zone = calendar
            .text(&["X-WR-TIMEZONE"])
            .and_then(|name| Zone::named(&name).ok());
        let fallback = zone.clone().unwrap_or_else(|| default_zone.clone());
        read_events(calendar, place, fallback, &mut items, &mut feed.faults);
        feed.zone = feed.zone.or(zone);
        feed.name = feed.name.or_else(|| calendar.text(&["NAME", "X-WR-CALNAME"]));
        feed.refresh_interval = feed.refresh_interval.or_else(|| refresh_interval(calendar));
    }
    for item in duplicates::resolve(items) {
        feed.keep(item);
    }
    feed.faults.sort_by_key(|fault| fault.line);
    Ok(feed)
}

impl Feed {
    fn keep(&mut self, item: Read) {
        let Read { event, line, .. } = item;
        self.faults.extend(item.faults.into_iter().map(|reason| Fault {
            line,
            uid: event.ical_uid.clone(),
            event: Some(event.provider_id.clone()),
            reason,
        }));
        self.stated_status.push(item.stated_status);
        self.events.push(event);
    }
}

fn read_events(
    calendar: &Component<'_>,
    place: usize,
    fallback: Zone,
    items: &mut Vec<Read>,
    left_out: &mut Vec<Fault>,
) {
    let mut zones = Zones::of(calendar, place, fallback);
    for component in calendar.parts.iter().filter(|part| part.is("VEVENT")) {
        match event::read(component, &mut zones) {
            Ok(item) => items.push(item),
            Err(reason) => left_out.push(Fault {
                line: component.number,
                uid: event::read_uid(component),
                event: None,
                reason,
            }),
        }
    }
}

fn refresh_interval(calendar: &Component<'_>) -> Option<SignedDuration> {
    let stated = ["REFRESH-INTERVAL", "X-PUBLISHED-TTL"];
    stated
        .iter()
        .filter_map(|name| calendar.property(name))
        .filter_map(|property| value::read_duration(property.value()))
        .map(|(days, exact)| SignedDuration::from_hours(24 * i64::from(days)) + exact)
        .find(SignedDuration::is_positive)
}

#[cfg(test)]
mod tests;
