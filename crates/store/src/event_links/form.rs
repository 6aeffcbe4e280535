//! What is known of a link's event, as JSON in its columns.

use kalends_core::{
    event::{Content, Description, Field, OriginalStart},
    external_event::Response,
    sync::push::{Meeting, MeetingLink},
    two_way::Answers,
};
use serde::{Deserialize, Serialize};

use crate::{
    StoreError,
    db::{Word as _, corrupt, words},
    events::parts::{
        StoredAttendee, StoredReminder, StoredSource, StoredWhen, reminders, stored_reminders, word,
    },
};

#[derive(Serialize, Deserialize)]
struct Stored {
    title: String,
    text: String,
    #[serde(default)]
    tail: Vec<String>,
    location: String,
    when: StoredWhen,
    #[serde(default)]
    recurrence: Vec<String>,
    #[serde(default)]
    attendees: Vec<StoredAttendee>,
    reminders: Option<Vec<StoredReminder>>,
    visibility: String,
    transparency: String,
    color: Option<String>,
    source: Option<StoredSource>,
    conference: String,
    status: String,
}

words! {
    MeetingLink { Possible = "possible", Again = "again", Refused = "refused", Failed = "failed" }
}

/// A content as a column holds it.
pub(crate) fn content_text(content: &Content) -> Result<String, StoreError> {
    serde_json::to_string(&Stored::from(content)).map_err(|_| corrupt("content", "no JSON"))
}

/// Starts as pulls note them one after the other, each with a space before it.
pub(super) fn sighted_text(starts: &[OriginalStart]) -> String {
    let spaced = starts
        .iter()
        .flat_map(|start| [" ".to_owned(), start.to_string()]);
    spaced.collect()
}

/// The starts of a column.
pub(super) fn starts(column: &'static str, text: &str) -> Result<Vec<OriginalStart>, StoreError> {
    let starts = text.split_whitespace();
    starts
        .map(|start| start.parse().map_err(|_| corrupt(column, "no start")))
        .collect()
}

/// Contents as a column holds them; NULL for none.
pub(super) fn contents_text(contents: &[Content]) -> Result<Option<String>, StoreError> {
    if contents.is_empty() {
        return Ok(None);
    }
    let stored: Vec<Stored> = contents.iter().map(Stored::from).collect();
    let text = serde_json::to_string(&stored).map_err(|_| corrupt("content", "no JSON"))?;
    Ok(Some(text))
}

impl From<&Content> for Stored {
    fn from(content: &Content) -> Self {
        Self {
            title: content.title.clone(),
            text: content.description.text.clone(),
            tail: content.description.tail.clone(),
            location: content.location.clone(),
            when: StoredWhen::from(&content.when),
            recurrence: content.recurrence.clone(),
            attendees: content.attendees.iter().map(StoredAttendee::from).collect(),
            reminders: stored_reminders(&content.reminders),
            visibility: content.visibility.word().to_owned(),
            transparency: content.transparency.word().to_owned(),
            color: content.color.map(|color| color.as_str().to_owned()),
            source: content.source.as_ref().map(StoredSource::from),
            conference: content.conference.word().to_owned(),
            status: content.status.word().to_owned(),
        }
    }
}

/// The content that a column holds.
pub(crate) fn content(column: &'static str, text: &str) -> Result<Content, StoreError> {
    let stored = serde_json::from_str(text).map_err(|_| corrupt(column, "no content"))?;
    read(column, stored)
}

/// The contents that a column holds.
pub(super) fn contents(column: &'static str, text: Option<&str>) -> Result<Vec<Content>, StoreError> {
    let Some(text) = text else {
        return Ok(Vec::new());
    };
    let stored: Vec<Stored> = serde_json::from_str(text).map_err(|_| corrupt(column, "no contents"))?;
    stored.into_iter().map(|stored| read(column, stored)).collect()
}

fn read(column: &'static str, stored: Stored) -> Result<Content, StoreError> {
    let color = stored.color.map(|color| color.parse());
    Ok(Content {
        title: stored.title,
        description: Description {
            text: stored.text,
            tail: stored.tail,
        },
        location: stored.location,
        when: stored.when.read(column)?,
        recurrence: stored.recurrence,
        attendees: stored.attendees.into_iter().map(Into::into).collect(),
        reminders: reminders(stored.reminders),
        visibility: word(column, &stored.visibility)?,
        transparency: word(column, &stored.transparency)?,
        color: color.transpose().map_err(|_| corrupt(column, "no color"))?,
        source: stored.source.map(Into::into),
        conference: word(column, &stored.conference)?,
        status: word(column, &stored.status)?,
    })
}

/// Fields as words joined by spaces.
pub(crate) fn fields_text<'a>(fields: impl IntoIterator<Item = &'a Field>) -> String {
    let words: Vec<&str> = fields.into_iter().map(|field| field.as_str()).collect();
    words.join(" ")
}

/// The fields that a column names.
pub(crate) fn fields<C: FromIterator<Field>>(column: &'static str, text: &str) -> Result<C, StoreError> {
    let field = |word: &str| Field::ALL.into_iter().find(|field| field.as_str() == word);
    text.split_ascii_whitespace()
        .map(|word| field(word).ok_or_else(|| corrupt(column, "an unknown field")))
        .collect()
}

/// Answers as JSON: an object of addresses.
pub(super) fn answers_text(answers: &Answers) -> String {
    let entries = answers
        .iter()
        .map(|(address, answer)| (address.clone(), answer.word().into()));
    serde_json::Value::Object(entries.collect()).to_string()
}

/// The answers that a column holds.
pub(super) fn answers(column: &'static str, stored: &serde_json::Value) -> Result<Answers, StoreError> {
    let entries = stored.as_object().ok_or_else(|| corrupt(column, "no object"))?;
    let answer = |(address, answer): (&String, &serde_json::Value)| {
        let answer: Response = word(column, answer.as_str().unwrap_or_default())?;
        Ok((address.clone(), answer))
    };
    entries.iter().map(answer).collect()
}

/// A meeting's word and its address.
pub(super) fn meeting_columns(meeting: &Meeting) -> (&'static str, Option<&str>) {
    match meeting {
        Meeting::Absent => ("absent", None),
        Meeting::Pending => ("pending", None),
        Meeting::Ready(url) => ("ready", Some(url)),
        Meeting::Failed => ("failed", None),
    }
}

/// The meeting of a word and an address.
pub(super) fn meeting(word: &str, url: Option<String>) -> Result<Meeting, StoreError> {
    match (word, url) {
        ("absent", _) => Ok(Meeting::Absent),
        ("pending", _) => Ok(Meeting::Pending),
        ("ready", Some(url)) => Ok(Meeting::Ready(url)),
        ("failed", _) => Ok(Meeting::Failed),
        _ => Err(corrupt("meeting", "an unknown word")),
    }
}
