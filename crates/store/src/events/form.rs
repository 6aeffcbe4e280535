//! Events as JSON in their column. A field that is missing has its default, so that old rows stay readable.

pub(crate) mod parts;

use std::collections::BTreeMap;

use kalends_core::{
    event::{Conference, Event, Exception, Footer, Invitations, Mirroring, Person, PersonRole},
    time::UserId,
};
use serde::{Deserialize, Serialize};

use self::parts::{
    StoredAttendee, StoredReminder, StoredSource, StoredWhen, reminders, stored_reminders, word,
};
use crate::{
    StoreError,
    db::{Word as _, corrupt, words},
};

const COLUMN: &str = "content";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    location: String,
    url: Option<String>,
    source: Option<StoredSource>,
    when: StoredWhen,
    #[serde(default)]
    recurrence: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    exceptions: BTreeMap<String, StoredException>,
    people: Vec<StoredPerson>,
    #[serde(default)]
    attendees: Vec<StoredAttendee>,
    invitations: String,
    reminders: Option<Vec<StoredReminder>>,
    visibility: String,
    transparency: String,
    color: Option<String>,
    conference: String,
    footer: StoredFooter,
    mirroring: String,
    status: String,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct StoredException {
    when: Option<StoredWhen>,
    title: Option<String>,
    description: Option<String>,
    location: Option<String>,
    attendees: Option<Vec<StoredAttendee>>,
    transparency: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredPerson {
    user: String,
    role: String,
    #[serde(default)]
    note: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum StoredFooter {
    AddedBy,
    Text(String),
    Hidden,
}

words! {
    PersonRole { Organizer = "organizer", Participant = "participant" }
    Invitations { Sent = "sent", NotSent = "not_sent" }
    Mirroring { OnCalendars = "on_calendars", KeptOff = "kept_off" }
    Conference { Wanted = "wanted", NotWanted = "not_wanted" }
}

/// The event as its column holds it.
pub(super) fn to_text(event: &Event) -> Result<String, StoreError> {
    let people = event.people.iter().map(|person| StoredPerson {
        user: person.user.as_str().to_owned(),
        role: person.role.word().to_owned(),
        note: person.note.clone(),
    });
    let exceptions = event
        .exceptions
        .iter()
        .map(|(start, exception)| (start.to_string(), StoredException::from(exception)));
    let stored = Stored {
        title: event.title.clone(),
        description: event.description.clone(),
        location: event.location.clone(),
        url: event.url.clone(),
        source: event.source.as_ref().map(StoredSource::from),
        when: StoredWhen::from(&event.when),
        recurrence: event.recurrence.clone(),
        exceptions: exceptions.collect(),
        people: people.collect(),
        attendees: event.attendees.iter().map(StoredAttendee::from).collect(),
        invitations: event.invitations.word().to_owned(),
        reminders: stored_reminders(&event.reminders),
        visibility: event.visibility.word().to_owned(),
        transparency: event.transparency.word().to_owned(),
        color: event.color.map(|color| color.as_str().to_owned()),
        conference: event.conference.word().to_owned(),
        footer: match &event.footer {
            Footer::AddedBy => StoredFooter::AddedBy,
            Footer::Text(text) => StoredFooter::Text(text.clone()),
            Footer::Hidden => StoredFooter::Hidden,
        },
        mirroring: event.mirroring.word().to_owned(),
        status: event.status.word().to_owned(),
        metadata: event.metadata.clone(),
    };
    serde_json::to_string(&stored).map_err(|_| corrupt(COLUMN, "no JSON"))
}

/// The event that a column holds.
pub(super) fn from_text(text: &str) -> Result<Event, StoreError> {
    let stored: Stored = serde_json::from_str(text).map_err(|_| corrupt(COLUMN, "no event"))?;
    let person = |person: StoredPerson| {
        Ok(Person {
            user: UserId::new(person.user).map_err(|error| corrupt(COLUMN, &error.to_string()))?,
            role: word(COLUMN, &person.role)?,
            note: person.note,
        })
    };
    let exception = |(start, exception): (String, StoredException)| {
        let start = start.parse().map_err(|_| corrupt(COLUMN, "no start of a time"))?;
        Ok((start, exception.read()?))
    };
    let color = stored.color.map(|color| color.parse());
    Ok(Event {
        title: stored.title,
        description: stored.description,
        location: stored.location,
        url: stored.url,
        source: stored.source.map(Into::into),
        when: stored.when.read(COLUMN)?,
        recurrence: stored.recurrence,
        exceptions: stored
            .exceptions
            .into_iter()
            .map(exception)
            .collect::<Result<_, StoreError>>()?,
        people: stored
            .people
            .into_iter()
            .map(person)
            .collect::<Result<_, StoreError>>()?,
        attendees: stored.attendees.into_iter().map(Into::into).collect(),
        invitations: word(COLUMN, &stored.invitations)?,
        reminders: reminders(stored.reminders),
        visibility: word(COLUMN, &stored.visibility)?,
        transparency: word(COLUMN, &stored.transparency)?,
        color: color.transpose().map_err(|_| corrupt(COLUMN, "no color"))?,
        conference: word(COLUMN, &stored.conference)?,
        footer: match stored.footer {
            StoredFooter::AddedBy => Footer::AddedBy,
            StoredFooter::Text(text) => Footer::Text(text),
            StoredFooter::Hidden => Footer::Hidden,
        },
        mirroring: word(COLUMN, &stored.mirroring)?,
        status: word(COLUMN, &stored.status)?,
        metadata: stored.metadata,
    })
}

impl From<&Exception> for StoredException {
    fn from(exception: &Exception) -> Self {
        let attendees = exception.attendees.as_ref();
        Self {
            when: exception.when.as_ref().map(StoredWhen::from),
            title: exception.title.clone(),
            description: exception.description.clone(),
            location: exception.location.clone(),
            attendees: attendees.map(|list| list.iter().map(StoredAttendee::from).collect()),
            transparency: exception.transparency.map(|one| one.word().to_owned()),
        }
    }
}

impl StoredException {
    fn read(self) -> Result<Exception, StoreError> {
        let attendees = self.attendees;
        Ok(Exception {
            when: self.when.map(|when| when.read(COLUMN)).transpose()?,
            title: self.title,
            description: self.description,
            location: self.location,
            attendees: attendees.map(|list| list.into_iter().map(Into::into).collect()),
            transparency: self.transparency.map(|one| word(COLUMN, &one)).transpose()?,
        })
    }
}
