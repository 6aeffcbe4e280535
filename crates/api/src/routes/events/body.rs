//! What the application wants of an event, on the wire.

pub(super) mod parts;
pub(crate) mod require_free;
pub(super) mod when;

use std::collections::BTreeMap;

use kalends_core::event::{self, Color, Conference, Invitations, Mirroring};
use kalends_engine::claims;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::{
    parts::{AddedBy, Attendee, ColorWord, Person, Reminder, Source},
    require_free::RequireFree,
};
use crate::{
    problem::Problem,
    words::{Status, Transparency, Visibility},
};

/// An event as the application wants it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = EventContent, examples(json!({
    "title": "Piano lesson", "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z", "timeZone": "Europe/London",
    "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=10"],
    "people": [{"userId": "ada", "role": "organizer", "note": "Bring the Bach."}, {"userId": "charles", "role": "participant"}],
    "attendees": [{"email": "eve@example.com", "name": "Eve"}], "invitations": true,
    "location": "Room 3", "url": "https://lyceum.example/lessons/17", "conference": true,
    "reminders": [{"minutesBefore": 60, "by": "popup"}], "metadata": {"course": "piano"}
})))]
pub(crate) struct EventBody {
    /// What it is called.
    #[schema(examples("Piano lesson"), min_length = 1, max_length = 1024)]
    title: String,
    /// More about it, as text. Calendars show below it the person's note, `url` and `addedBy`.
    #[serde(default)]
    #[schema(default = "", max_length = 5000)]
    description: String,
    /// Where it is.
    #[serde(default)]
    #[schema(default = "", examples("Room 3"), max_length = 1024)]
    location: String,
    /// The event's page at the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("https://lyceum.example/lessons/17"), max_length = 1500)]
    url: Option<String>,
    /// Where it comes from, for calendars that show that apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Source>,
    /// When it begins: an instant in whole seconds, or the first day of an event of whole days. Of a series, of its first time.
    #[schema(examples("2026-12-01T10:00:00Z", "2026-12-01"))]
    start: String,
    /// When it ends: an instant, or the day after its last.
    #[schema(examples("2026-12-01T11:00:00Z", "2026-12-02"))]
    end: String,
    /// The IANA zone in which calendars show it and a series recurs; UTC when left out, which a series may not do. Not for whole
    /// days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("Europe/London"))]
    time_zone: Option<String>,
    /// `RRULE`, `RDATE` and `EXDATE` lines (RFC 5545 section 3.8.5) of a series; none for an event that happens once.
    #[serde(default)]
    #[schema(default = json!([]), examples(json!(["RRULE:FREQ=WEEKLY;BYDAY=TU"])))]
    recurrence: Vec<String>,
    /// On whose calendars it belongs: one organizer, and participants.
    people: Vec<Person>,
    /// Who is asked to come, by address. They stand on the organizer's calendar.
    #[serde(default)]
    #[schema(default = json!([]))]
    attendees: Vec<Attendee>,
    /// Whether the provider tells attendees of the event and its changes.
    #[serde(default)]
    #[schema(default = false)]
    invitations: bool,
    /// When calendars remind their owners: `null` leaves it to the calendar, an empty list asks for none.
    #[serde(default)]
    reminders: Option<Vec<Reminder>>,
    /// Who may see its details.
    #[serde(default = "visible_by_default")]
    #[schema(default = "default")]
    visibility: Visibility,
    /// Whether it takes up time.
    #[serde(default = "opaque_by_default")]
    #[schema(default = "opaque")]
    transparency: Transparency,
    /// Its color; the calendar's own when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<ColorWord>,
    /// Whether it gets a meeting link, where the organizer's calendar can make one.
    #[serde(default)]
    #[schema(default = false)]
    conference: bool,
    /// The last line of the description: `true` for "Added by" and the tenant's name, `false` for none, or a line of your own.
    #[serde(default)]
    added_by: AddedBy,
    /// `false` keeps it off calendars: it only takes up its people's time here.
    #[serde(default = "yes")]
    #[schema(default = true)]
    sync: bool,
    /// Whether it takes place.
    #[serde(default = "confirmed_by_default")]
    #[schema(default = "confirmed")]
    status: Status,
    /// What the application wants to find it by; calendars never see it.
    #[serde(default)]
    #[schema(default = json!({}), examples(json!({"course": "piano"})))]
    metadata: BTreeMap<String, String>,
    /// Claims the time first: when it is not free for all of the people, nothing is written and the answer is `not_free` with
    /// alternatives. Time that the event has taken so before is not asked for again. Only in requests.
    #[serde(default, skip_serializing)]
    #[schema(write_only)]
    require_free: Option<RequireFree>,
}

impl EventBody {
    /// The terms on which the time has to be free, if it has to be.
    pub(crate) fn require_free(&self) -> Result<Option<claims::RequireFree>, Problem> {
        self.require_free
            .as_ref()
            .map_or(Ok(None), RequireFree::to_engine)
    }

    /// The event, read but not yet checked against its bounds.
    pub(crate) fn into_core(self) -> Result<event::Event, Problem> {
        let zone = self.time_zone.as_deref();
        let when = when::read(&self.start, &self.end, (zone, !self.recurrence.is_empty()))?;
        let only = self.people.len() == 1;
        let people = self.people.into_iter().enumerate();
        let people = people.map(|(index, person)| person.into_core(index, only));
        Ok(event::Event {
            title: self.title,
            description: self.description,
            location: self.location,
            url: self.url,
            source: self.source.map(Into::into),
            when,
            recurrence: self.recurrence,
            exceptions: BTreeMap::new(),
            people: people.collect::<Result<_, _>>()?,
            attendees: self.attendees.into_iter().map(Into::into).collect(),
            invitations: if self.invitations {
                Invitations::Sent
            } else {
                Invitations::NotSent
            },
            reminders: parts::reminders(self.reminders),
            visibility: self.visibility.into(),
            transparency: self.transparency.into(),
            color: self.color.map(Color::from),
            conference: if self.conference {
                Conference::Wanted
            } else {
                Conference::NotWanted
            },
            footer: self.added_by.into(),
            mirroring: if self.sync {
                Mirroring::OnCalendars
            } else {
                Mirroring::KeptOff
            },
            status: self.status.into(),
            metadata: self.metadata,
        })
    }
}

impl From<event::Event> for EventBody {
    fn from(event: event::Event) -> Self {
        let (start, end, time_zone) = when::write(&event.when);
        Self {
            title: event.title,
            description: event.description,
            location: event.location,
            url: event.url,
            source: event.source.map(Into::into),
            start,
            end,
            time_zone,
            recurrence: event.recurrence,
            people: event.people.into_iter().map(Into::into).collect(),
            attendees: event.attendees.into_iter().map(Into::into).collect(),
            invitations: event.invitations == Invitations::Sent,
            reminders: parts::reminders_of(event.reminders),
            visibility: event.visibility.into(),
            transparency: event.transparency.into(),
            color: event.color.map(Into::into),
            conference: event.conference == Conference::Wanted,
            added_by: event.footer.into(),
            sync: event.mirroring == Mirroring::OnCalendars,
            status: event.status.into(),
            metadata: event.metadata,
            require_free: None,
        }
    }
}

const fn yes() -> bool {
    true
}

const fn visible_by_default() -> Visibility {
    Visibility::Default
}

const fn opaque_by_default() -> Transparency {
    Transparency::Opaque
}

const fn confirmed_by_default() -> Status {
    Status::Confirmed
}
