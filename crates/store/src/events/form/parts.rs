//! The parts that an event has in common with what a calendar shows of it.

use jiff::{Timestamp, civil::Date};
use kalends_core::{
    event::{Attendee, Reminder, ReminderBy, Reminders, Source, When},
    time::Zone,
};
use serde::{Deserialize, Serialize};

use crate::{
    StoreError,
    db::{Word, corrupt},
};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum StoredWhen {
    Timed {
        start: Timestamp,
        end: Timestamp,
        zone: String,
    },
    Days {
        first: Date,
        end: Date,
    },
}

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredAttendee {
    email: String,
    name: Option<String>,
    #[serde(default)]
    optional: bool,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredReminder {
    minutes: u32,
    email: bool,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredSource {
    title: String,
    url: String,
}

impl From<&When> for StoredWhen {
    fn from(when: &When) -> Self {
        match when {
            When::Timed { span, zone } => Self::Timed {
                start: span.start(),
                end: span.end(),
                zone: zone.name().to_owned(),
            },
            When::AllDay(days) => Self::Days {
                first: days.first(),
                end: days.end(),
            },
        }
    }
}

impl StoredWhen {
    pub(crate) fn read(self, column: &'static str) -> Result<When, StoreError> {
        let when = match self {
            Self::Timed { start, end, zone } => {
                let zone = Zone::named(&zone).map_err(|error| corrupt(column, &error.to_string()))?;
                When::timed(start, end, zone)
            }
            Self::Days { first, end } => When::all_day(first, end),
        };
        when.map_err(|error| corrupt(column, &error.to_string()))
    }
}

impl From<&Attendee> for StoredAttendee {
    fn from(attendee: &Attendee) -> Self {
        Self {
            email: attendee.email.clone(),
            name: attendee.name.clone(),
            optional: attendee.optional,
        }
    }
}

impl From<StoredAttendee> for Attendee {
    fn from(stored: StoredAttendee) -> Self {
        Self {
            email: stored.email,
            name: stored.name,
            optional: stored.optional,
        }
    }
}

impl From<&Source> for StoredSource {
    fn from(source: &Source) -> Self {
        Self {
            title: source.title.clone(),
            url: source.url.clone(),
        }
    }
}

impl From<StoredSource> for Source {
    fn from(stored: StoredSource) -> Self {
        Self {
            title: stored.title,
            url: stored.url,
        }
    }
}

/// `None` where the calendar's own reminders hold.
pub(crate) fn stored_reminders(reminders: &Reminders) -> Option<Vec<StoredReminder>> {
    let Reminders::Stated(stated) = reminders else {
        return None;
    };
    let stored = stated.iter().map(|one| StoredReminder {
        minutes: one.minutes_before,
        email: one.by == ReminderBy::Email,
    });
    Some(stored.collect())
}

pub(crate) fn reminders(stored: Option<Vec<StoredReminder>>) -> Reminders {
    let Some(stored) = stored else {
        return Reminders::AsCalendar;
    };
    let stated = stored.into_iter().map(|one| Reminder {
        minutes_before: one.minutes,
        by: if one.email {
            ReminderBy::Email
        } else {
            ReminderBy::Popup
        },
    });
    Reminders::Stated(stated.collect())
}

/// The variant of a word.
pub(crate) fn word<W: Word>(column: &'static str, word: &str) -> Result<W, StoreError> {
    W::parse(word).ok_or_else(|| corrupt(column, "an unknown word"))
}
