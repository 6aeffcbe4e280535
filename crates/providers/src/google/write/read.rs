//! Our event as Google answers it.

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    event::{
        Attendee, Color, Conference, Content, ContentHash, Description, Reminder, ReminderBy, Reminders,
        Source, When,
    },
    external_event::{EventStatus, Response, Transparency, Visibility},
    sync::push::{Life, Made, Meeting, Provided, Remote},
    time::Zone,
};
use serde::Deserialize;

use super::body::{self, WRITTEN};
use crate::{
    google::{
        map::{self, MARKER, stated_time},
        wire::{Properties, Stated},
    },
    provider::ProviderError,
};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct OurEvent {
    id: Option<String>,
    pub(super) etag: Option<String>,
    status: Option<String>,
    updated: Option<Timestamp>,
    summary: Option<String>,
    description: Option<String>,
    location: Option<String>,
    start: Option<Stated>,
    end: Option<Stated>,
    original_start_time: Option<Stated>,
    recurrence: Vec<String>,
    attendees: Vec<Guest>,
    reminders: Option<Reminding>,
    visibility: Option<String>,
    transparency: Option<String>,
    color_id: Option<String>,
    source: Option<Origin>,
    conference_data: Option<ConferenceData>,
    hangout_link: Option<String>,
    html_link: Option<String>,
    extended_properties: Option<Properties>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Guest {
    email: Option<String>,
    display_name: Option<String>,
    optional: bool,
    organizer: bool,
    response_status: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Reminding {
    use_default: bool,
    overrides: Vec<Override>,
}

#[derive(Debug, Deserialize)]
struct Override {
    method: String,
    minutes: u32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Origin {
    title: String,
    url: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ConferenceData {
    create_request: Option<CreateRequest>,
    entry_points: Vec<EntryPoint>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CreateRequest {
    status: Option<RequestStatus>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RequestStatus {
    status_code: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct EntryPoint {
    entry_point_type: String,
    uri: String,
}

/// Reads an event.
pub(super) fn event(body: &[u8]) -> Result<OurEvent, ProviderError> {
    serde_json::from_slice(body).map_err(|_| unreadable("an event"))
}

/// Reads an event in Kalends' words; `None` for one of which Google no longer knows more than that it was deleted.
pub(super) fn remote(body: &[u8], calendar: &Zone) -> Result<Option<Remote>, ProviderError> {
    let event = event(body)?;
    let life = match event.status.as_deref() {
        Some("cancelled") => Life::Tombstone,
        _ => Life::Live,
    };
    let when = match (event.when(calendar), life) {
        (Some(when), _) => when,
        (None, Life::Live) => return Err(unreadable("an event's time")),
        (None, Life::Tombstone) => match event.original_when(calendar) {
            Some(when) => when,
            None => return Ok(None),
        },
    };
    let (Some(id), Some(etag)) = (event.id.clone(), event.etag.clone()) else {
        return Err(unreadable("an event without id or etag"));
    };
    let mark = |name: &str| event.extended_properties.as_ref()?.private.get(name);
    Ok(Some(Remote {
        life,
        key: map::ours(&id, mark(MARKER).map(String::as_str)),
        written: mark(WRITTEN).and_then(|hash| hash.parse::<ContentHash>().ok()),
        provided: Provided {
            id,
            etag,
            updated: event.updated,
        },
        made: event.made(),
        content: event.content(when),
    }))
}

fn unreadable(what: &str) -> ProviderError {
    ProviderError::Unreadable {
        what: what.to_owned(),
    }
}

impl OurEvent {
    /// Attendees' answers in Google's words.
    pub(super) fn answers(&self) -> body::Answers {
        let answers = self.attendees.iter().filter_map(|guest| {
            let address = guest.attendee()?.address();
            Some((address, guest.response_status.clone()?))
        });
        answers.collect()
    }

    /// An event without length, which a person can make, lasts a minute.
    fn when(&self, calendar: &Zone) -> Option<When> {
        let (start, end) = (self.start.as_ref()?, self.end.as_ref()?);
        if let (Some(first), Some(end)) = (start.date, end.date) {
            return When::all_day(first, end).ok();
        }
        let (zone, start) = stated_time(start, calendar)?;
        let (_, end) = stated_time(end, calendar)?;
        let end = if end > start {
            end
        } else {
            start + SignedDuration::from_mins(1)
        };
        When::timed(start, end, zone).ok()
    }

    /// Of a cancelled instance Google promises no more than where it was.
    fn original_when(&self, calendar: &Zone) -> Option<When> {
        let original = self.original_start_time.as_ref()?;
        if let Some(day) = original.date {
            return When::all_day(day, day.tomorrow().ok()?).ok();
        }
        let (zone, start) = stated_time(original, calendar)?;
        When::timed(start, start + SignedDuration::from_mins(1), zone).ok()
    }

    fn content(self, when: When) -> Content {
        let has_conference = self.conference_data.is_some() || self.hangout_link.is_some();
        Content {
            when,
            title: self.summary.unwrap_or_default(),
            description: Description::whole(self.description.unwrap_or_default()),
            location: self.location.unwrap_or_default(),
            recurrence: self.recurrence,
            attendees: self.attendees.iter().filter_map(Guest::attendee).collect(),
            reminders: self.reminders.map_or(Reminders::AsCalendar, Reminding::reminders),
            visibility: match self.visibility.as_deref() {
                Some("public") => Visibility::Public,
                Some("private" | "confidential") => Visibility::Private,
                _ => Visibility::Default,
            },
            transparency: match self.transparency.as_deref() {
                Some("transparent") => Transparency::Transparent,
                _ => Transparency::Opaque,
            },
            color: self.color_id.as_deref().and_then(color),
            source: self.source.map(|source| Source {
                title: source.title,
                url: source.url,
            }),
            conference: if has_conference {
                Conference::Wanted
            } else {
                Conference::NotWanted
            },
            status: match self.status.as_deref() {
                Some("tentative") => EventStatus::Tentative,
                Some("cancelled") => EventStatus::Cancelled,
                _ => EventStatus::Confirmed,
            },
        }
    }

    fn made(&self) -> Made {
        let answers = self.attendees.iter().filter_map(|guest| {
            let answer = match guest.response_status.as_deref() {
                Some("accepted") => Response::Accepted,
                Some("declined") => Response::Declined,
                Some("tentative") => Response::Tentative,
                _ => Response::NeedsAction,
            };
            Some((guest.attendee()?.address(), answer))
        });
        Made {
            page: self.html_link.clone(),
            meeting: self.meeting(),
            answers: answers.collect(),
        }
    }

    fn meeting(&self) -> Meeting {
        let conference = self.conference_data.as_ref();
        let points = conference
            .map(|data| data.entry_points.as_slice())
            .unwrap_or_default();
        let video = points.iter().find(|point| point.entry_point_type == "video");
        let address = video.map(|point| &point.uri).or(self.hangout_link.as_ref());
        if let Some(address) = address {
            return Meeting::Ready(address.clone());
        }
        let request = conference.and_then(|data| data.create_request.as_ref()?.status.as_ref());
        match request.map(|status| status.status_code.as_str()) {
            Some("pending") => Meeting::Pending,
            Some("failure") => Meeting::Failed,
            _ => Meeting::Absent,
        }
    }
}

impl Guest {
    /// An attendee who is not the organizer: Google lists that one too, once there are others.
    fn attendee(&self) -> Option<Attendee> {
        let email = self.email.clone().filter(|_| !self.organizer)?;
        Some(Attendee {
            email,
            name: self.display_name.clone(),
            optional: self.optional,
        })
    }
}

impl Reminding {
    fn reminders(self) -> Reminders {
        if self.use_default {
            return Reminders::AsCalendar;
        }
        let stated = self.overrides.into_iter().map(|one| Reminder {
            minutes_before: one.minutes,
            by: if one.method == "email" {
                ReminderBy::Email
            } else {
                ReminderBy::Popup
            },
        });
        Reminders::Stated(stated.collect())
    }
}

fn color(id: &str) -> Option<Color> {
    let place: usize = id.parse().ok()?;
    Color::ALL.get(place.checked_sub(1)?).copied()
}
