//! Events as JSON in their column. A field that is missing has its default, so that old rows stay readable.

pub(crate) mod parts;

use std::collections::BTreeMap;

use kalends_core::{
    event::{Conference, Event, Footer, Invitations, Mirroring, Person, PersonRole},
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
    let stored = Stored {
        title: event.title.clone(),
        description: event.description.clone(),
        location: event.location.clone(),
        url: event.url.clone(),
        source: event.source.as_ref().map(StoredSource::from),
        when: StoredWhen::from(&event.when),
        recurrence: event.recurrence.clone(),
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
    let color = stored.color.map(|color| color.parse());
    Ok(Event {
        title: stored.title,
        description: stored.description,
        location: stored.location,
        url: stored.url,
        source: stored.source.map(Into::into),
        when: stored.when.read(COLUMN)?,
        recurrence: stored.recurrence,
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
