//! Which events a listing is about: the query of `events.list`.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{EventResource, resource::EventType};
use crate::google::{GoogleError, Query};

/// How far back `updatedMin` may reach.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Parameters that a sync token does not bear.
const NOT_WITH_TOKEN: [&str; 8] = [
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
];

/// The filters and the order of a listing.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(crate) single_events: bool,
    pub(crate) show_deleted: bool,
    pub(crate) show_hidden_invitations: bool,
    pub(crate) event_types: Vec<EventType>,
    /// The event ends after this.
    pub(crate) time_min_us: Option<i64>,
    /// The event starts before this.
    pub(crate) time_max_us: Option<i64>,
    pub(crate) updated_min: Option<Timestamp>,
    pub(crate) order: Order,
    text: Option<String>,
    ical_uid: Option<String>,
    properties: Vec<Property>,
}

/// `orderBy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// Unspecified but stable: here the order of last changes.
    #[default]
    Log,
    StartTime,
    Updated,
}

#[derive(Debug)]
struct Property {
    shared: bool,
    name: String,
    value: String,
}

impl Selection {
    pub(crate) fn read(query: &Query, now: Timestamp) -> Result<Self, GoogleError> {
        let with_token = query.has("syncToken");
        if let Some(name) = NOT_WITH_TOKEN
            .into_iter()
            .find(|name| with_token && query.has(name))
        {
            return Err(GoogleError::token_with(name));
        }
        let show_deleted = query.flag("showDeleted")?;
        if with_token && show_deleted == Some(false) {
            return Err(GoogleError::token_with("showDeleted"));
        }
        let single_events = query.flag("singleEvents")?.unwrap_or(false);
        let micros = |at: Option<Timestamp>| at.map(Timestamp::as_microsecond);
        let selection = Self {
            single_events,
            show_deleted: show_deleted.unwrap_or(false),
            show_hidden_invitations: query.flag("showHiddenInvitations")?.unwrap_or(false),
            event_types: event_types(query)?,
            time_min_us: micros(query.instant("timeMin")?),
            time_max_us: micros(query.instant("timeMax")?),
            updated_min: query.instant("updatedMin")?,
            order: order(query, single_events)?,
            text: query.text("q").map(str::to_lowercase),
            ical_uid: query.text("iCalUID").map(str::to_owned),
            properties: properties(query)?,
        };
        if let (Some(min), Some(max)) = (selection.time_min_us, selection.time_max_us)
            && max <= min
        {
            return Err(GoogleError::empty_range("timeMax"));
        }
        if selection
            .updated_min
            .is_some_and(|min| min.duration_until(now) > REMEMBERED)
        {
            return Err(GoogleError::updated_min_too_long_ago());
        }
        Ok(selection)
    }

    /// Whether the time lies in the window.
    pub(crate) fn overlaps(&self, start_us: i64, end_us: i64) -> bool {
        self.time_min_us.is_none_or(|min| end_us > min) && self.time_max_us.is_none_or(|max| start_us < max)
    }

    /// Whether events of this type are wanted.
    pub(crate) fn wants_type(&self, event_type: EventType) -> bool {
        self.event_types.is_empty() || self.event_types.contains(&event_type)
    }

    /// Whether [`Self::matches`] has to look into the event at all.
    pub(crate) fn looks_inside(&self) -> bool {
        self.text.is_some() || self.ical_uid.is_some() || !self.properties.is_empty()
    }

    /// The filters that need the event's content.
    pub(crate) fn matches(&self, event: &EventResource) -> bool {
        let uid = self.ical_uid.is_none() || self.ical_uid == event.ical_uid;
        let text = self.text.as_ref().is_none_or(|text| has_text(event, text));
        uid && text && self.properties.iter().all(|property| property.holds(event))
    }
}

impl Property {
    fn holds(&self, event: &EventResource) -> bool {
        let Some(all) = &event.extended_properties else {
            return false;
        };
        let map = if self.shared { &all.shared } else { &all.private };
        map.get(&self.name) == Some(&self.value)
    }
}

fn event_types(query: &Query) -> Result<Vec<EventType>, GoogleError> {
    let read = |name: &str| {
        serde_json::from_value(Value::from(name)).map_err(|_| {
            GoogleError::parameter(
                "eventTypes",
                &format!("Invalid value for: Invalid event type {name}"),
            )
        })
    };
    query.all("eventTypes").map(read).collect()
}

fn order(query: &Query, single_events: bool) -> Result<Order, GoogleError> {
    match query.text("orderBy") {
        None => Ok(Order::Log),
        Some("startTime") if single_events => Ok(Order::StartTime),
        Some("startTime") => Err(GoogleError::bad(
            "badRequest",
            "The requested ordering is not available for the particular query.",
        )),
        Some("updated") => Ok(Order::Updated),
        Some(other) => Err(GoogleError::parameter(
            "orderBy",
            &format!("Invalid value: {other}"),
        )),
    }
}

fn properties(query: &Query) -> Result<Vec<Property>, GoogleError> {
    let mut properties = Vec::new();
    for (parameter, shared) in [
        ("privateExtendedProperty", false),
        ("sharedExtendedProperty", true),
    ] {
        for text in query.all(parameter) {
            let (name, value) = text
                .split_once('=')
                .ok_or_else(|| GoogleError::parameter(parameter, "Expected name=value."))?;
            properties.push(Property {
                shared,
                name: name.to_owned(),
                value: value.to_owned(),
            });
        }
    }
    Ok(properties)
}

fn has_text(event: &EventResource, text: &str) -> bool {
    let own = [&event.summary, &event.description, &event.location]
        .into_iter()
        .flatten();
    let organizer = event.organizer.iter();
    let organizer = organizer.flat_map(|one| std::iter::once(&one.email).chain(&one.display_name));
    let guests = event.attendees.iter().flatten();
    let guests = guests.flat_map(|guest| std::iter::once(&guest.email).chain(&guest.display_name));
    let found = |part: &str| part.to_lowercase().contains(text);
    own.chain(organizer).chain(guests).any(|part| found(part)) || place_words(event).any(found)
}

/// The words of a working location that a search looks through (discovery document, `events.list`, `q`).
fn place_words(event: &EventResource) -> impl Iterator<Item = &str> {
    let paths = [
        "/officeLocation/buildingId",
        "/officeLocation/deskId",
        "/officeLocation/label",
        "/customLocation/label",
    ];
    let location = event.working_location_properties.as_ref();
    paths
        .into_iter()
        .filter_map(move |path| location?.pointer(path)?.as_str())
}
