//! The last step of every write: what the server itself puts into an event, and its place in the store.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;

use super::{EventResource, Status, ids::new_id, resource::Person, rules, series::instance_id};
use crate::{
    directory::{Calendar, Directory, StoredEvent},
    google::{GoogleError, utc_millis},
};

/// Who writes, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Author<'a> {
    pub(crate) email: &'a str,
    pub(crate) now: Timestamp,
    /// The version that the event gets.
    pub(crate) version_us: i64,
}

impl Author<'_> {
    /// The same person at the same time, for one more event.
    pub(crate) fn again(self, directory: &mut Directory) -> Self {
        Self {
            version_us: directory.next_version(self.now),
            ..self
        }
    }
}

/// Whether a write is one that callers see in `updated`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visible {
    Yes,
    /// Only reminders changed.
    No,
    /// Nothing of the event is to be seen any more but its id.
    Bare,
}

/// Fills in what a new event has from the start: identity, organizer, creator.
pub(crate) fn introduce(event: &mut EventResource, calendar: &Calendar, author: Author<'_>) {
    let on_this_copy = |email: &str| email.eq_ignore_ascii_case(&calendar.id).then_some(true);
    let organizer = event.organizer.take().unwrap_or_else(|| organizer_on(calendar));
    let creator = event.creator.take().unwrap_or_else(|| Person {
        email: author.email.to_owned(),
        ..Person::default()
    });
    event.organizer = Some(Person {
        is_self: on_this_copy(&organizer.email),
        ..organizer
    });
    event.creator = Some(Person {
        is_self: on_this_copy(&creator.email),
        ..creator
    });
    event
        .ical_uid
        .get_or_insert_with(|| format!("{}@google.com", event.id));
    event.sequence.get_or_insert(0);
    event.event_type.get_or_insert_default();
    event.created.get_or_insert_with(|| {
        let second = Timestamp::from_second(author.now.as_second()).unwrap_or(author.now);
        utc_millis(second)
    });
}

/// The organizer of events that are made on a calendar: the calendar.
pub(crate) fn organizer_on(calendar: &Calendar) -> Person {
    Person {
        email: calendar.id.clone(),
        display_name: (!calendar.is_primary()).then(|| calendar.summary.clone()),
        is_self: Some(true),
    }
}

/// Gives the event its new version and stores it.
pub(crate) fn save(
    calendar: &mut Calendar,
    mut event: EventResource,
    author: Author<'_>,
    visible: Visible,
) -> Result<StoredEvent, GoogleError> {
    "calendar#event".clone_into(&mut event.kind);
    event.etag = etag(author.version_us);
    if visible != Visible::Bare {
        if visible == Visible::Yes || event.updated.is_none() {
            event.updated = Some(utc_millis(author.now));
        }
        event
            .html_link
            .get_or_insert_with(|| html_link(&event.id, &calendar.id));
    }
    let updated = event
        .updated
        .as_ref()
        .and_then(|text| text.parse().ok())
        .unwrap_or(author.now);
    let stored = StoredEvent::new(&event, &calendar.zone, author.version_us, updated)?;
    calendar.events.put(stored.clone());
    Ok(stored)
}

/// Takes an event that exists already, from a world file or made by the simulator, and keeps what it says of itself.
/// Tells its version.
pub(crate) fn adopt(
    calendar: &mut Calendar,
    mut event: EventResource,
    mut author: Author<'_>,
) -> Result<i64, GoogleError> {
    author.version_us = version_of(&event.etag).unwrap_or(author.version_us);
    if event.id.is_empty() {
        event.id = adopted_id(calendar, &event);
    }
    if event.status == Status::Cancelled && event.start.is_none() && event.recurring_event_id.is_none() {
        // Of an event that has moved away nothing is left but its id.
        save(calendar, event, author, Visible::Bare)?;
        return Ok(author.version_us);
    }
    introduce(&mut event, calendar, author);
    // A cancelled instance may be told by nothing but its place in the series.
    if event.status != Status::Cancelled || event.start.is_some() {
        rules::settle(&mut event, &calendar.id, &calendar.zone)?;
    }
    if let Some(original) = &event.original_start_time {
        let mut shown = original.shown_in(&calendar.zone);
        if shown.date_time.is_some() && shown.time_zone.is_none() {
            shown.time_zone = Some(series_zone(calendar, &event)?);
        }
        event.original_start_time = Some(shown);
    }
    let visible = if event.updated.is_some() {
        Visible::No
    } else {
        Visible::Yes
    };
    save(calendar, event, author, visible)?;
    Ok(author.version_us)
}

/// The zone in which the series of an exception is stated.
fn series_zone(calendar: &Calendar, exception: &EventResource) -> Result<String, GoogleError> {
    let master = exception.recurring_event_id.as_deref().unwrap_or_default();
    let master = calendar
        .events
        .get(master)
        .map(StoredEvent::resource)
        .transpose()?;
    let stated = master.and_then(|master| master.start?.time_zone);
    Ok(stated.unwrap_or_else(|| calendar.zone.name().to_owned()))
}

/// The id that an exception must have, or one of the event's own that is the same every time.
fn adopted_id(calendar: &Calendar, event: &EventResource) -> String {
    if let (Some(master), Some(original)) = (&event.recurring_event_id, &event.original_start_time)
        && let Some(start) = original.instant(&calendar.zone)
    {
        return instance_id(
            master,
            original.date.is_some(),
            &calendar.zone,
            start.as_microsecond(),
        );
    }
    let seed = format!("{} {} {:?}", calendar.id, calendar.events.len(), event.summary);
    let hash = digest::digest(&digest::SHA256, seed.as_bytes());
    let mut random = [0; 26];
    random.copy_from_slice(&hash.as_ref()[..26]);
    new_id(random)
}

/// The version of an etag that this server wrote.
fn version_of(etag: &str) -> Option<i64> {
    etag.trim_matches('"')
        .parse::<i64>()
        .ok()
        .map(|doubled| doubled / 2)
}

/// The etag of a version, quotes included.
pub(crate) fn etag(version_us: i64) -> String {
    format!("\"{}\"", i128::from(version_us) * 2)
}

/// Where an event's page is; followed by the ids of event and calendar in base64.
const PAGE: &str = "https://www.google.com/calendar/event?eid=";

/// The page of an instance, from that of its series.
pub(super) fn link_of_instance(link: &str, instance_id: &str) -> String {
    let eid = link
        .strip_prefix(PAGE)
        .and_then(|eid| URL_SAFE_NO_PAD.decode(eid).ok());
    let place = eid
        .as_deref()
        .and_then(|eid| std::str::from_utf8(eid).ok()?.split_once(' '));
    place.map_or_else(
        || link.to_owned(),
        |(_, calendar)| {
            format!(
                "{PAGE}{}",
                URL_SAFE_NO_PAD.encode(format!("{instance_id} {calendar}"))
            )
        },
    )
}

/// The event's page; common domains are abbreviated in it.
fn html_link(event_id: &str, calendar_id: &str) -> String {
    let (name, domain) = calendar_id.rsplit_once('@').unwrap_or((calendar_id, ""));
    let short = match domain {
        "gmail.com" => format!("{name}@m"),
        "group.calendar.google.com" => format!("{name}@g"),
        "group.v.calendar.google.com" => format!("{name}@v"),
        _ => calendar_id.to_owned(),
    };
    let eid = URL_SAFE_NO_PAD.encode(format!("{event_id} {short}"));
    format!("{PAGE}{eid}")
}
