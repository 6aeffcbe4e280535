//! What one calendar is to show of an event, in a form that can be compared and hashed.
//!
//! Two comparisons, for two questions. [`Content::changed`] asks what there is to send: it sees everything that we
//! write, and only ways of writing the same (order, line ends, the offset of a time) are alike to it.
//! [`Content::edited`] asks what a person did: it looks at shared fields only, and past everything that providers are
//! known to do to a text by themselves.

use std::{collections::BTreeSet, fmt::Write as _};

use jiff::SignedDuration;

use super::{Attendee, Color, Conference, Description, Field, Reminders, Source, When, plain_text};
use crate::{
    external_event::{EventStatus, Transparency, Visibility},
    recurrence,
    time::{Interval, Zone},
};

/// What one calendar shows, or is to show, of an event. Texts are never logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The title.
    pub title: String,
    /// The description.
    pub description: Description,
    /// The location.
    pub location: String,
    /// Start, end and zone.
    pub when: When,
    /// Recurrence lines.
    pub recurrence: Vec<String>,
    /// Attendees, in any order.
    pub attendees: Vec<Attendee>,
    /// Reminders, in any order.
    pub reminders: Reminders,
    /// Who may see it.
    pub visibility: Visibility,
    /// Whether it takes up time.
    pub transparency: Transparency,
    /// Its color.
    pub color: Option<Color>,
    /// Where it comes from.
    pub source: Option<Source>,
    /// Whether it has, or is to get, a meeting link.
    pub conference: Conference,
    /// Confirmed or tentative.
    pub status: EventStatus,
}

impl Content {
    /// The fields in which what is to be sent differs.
    pub fn changed(&self, other: &Self) -> BTreeSet<Field> {
        let differs = |field: &Field| self.canonical(*field) != other.canonical(*field);
        Field::ALL.into_iter().filter(differs).collect()
    }

    /// The shared fields in which a person made a difference.
    pub fn edited(&self, other: &Self) -> BTreeSet<Field> {
        let shared = Field::ALL.into_iter().filter(|field| field.is_shared());
        shared
            .filter(|field| self.seen(other, *field) != other.seen(self, *field))
            .collect()
    }

    /// What a calendar has, read knowing that this is what we put there: see [`Description::read`].
    #[must_use]
    pub fn read(&self, on_calendar: &Self) -> Self {
        Self {
            description: self.description.read(&on_calendar.description.composed()),
            ..on_calendar.clone()
        }
    }

    /// This content with some fields as another has them.
    #[must_use]
    pub fn with(mut self, fields: &BTreeSet<Field>, other: &Self) -> Self {
        for field in fields {
            match field {
                Field::Title => self.title.clone_from(&other.title),
                Field::Description => self.description.clone_from(&other.description),
                Field::Location => self.location.clone_from(&other.location),
                Field::When => self.when.clone_from(&other.when),
                Field::Recurrence => self.recurrence.clone_from(&other.recurrence),
                Field::Attendees => self.attendees.clone_from(&other.attendees),
                Field::Reminders => self.reminders.clone_from(&other.reminders),
                Field::Visibility => self.visibility = other.visibility,
                Field::Transparency => self.transparency = other.transparency,
                Field::Color => self.color = other.color,
                Field::Source => self.source.clone_from(&other.source),
                Field::Conference => self.conference = other.conference,
                Field::Status => self.status = other.status,
            }
        }
        self
    }

    /// The one way to write a field's value. Part of the [content hash](super::ContentHash): a change of it needs a
    /// new version there.
    pub(super) fn canonical(&self, field: Field) -> String {
        match field {
            Field::Title => plain_text::tidy(&self.title),
            Field::Description => plain_text::tidy(&self.description.composed()),
            Field::Location => plain_text::tidy(&self.location),
            Field::When => match &self.when {
                When::Timed { span, zone } => format!("{}/{}", instants(*span), zone.name()),
                When::AllDay(days) => format!("{}/{}", days.first(), days.end()),
            },
            Field::Recurrence => recurrence::canonical(&self.recurrence, &self.when.start()).join("\n"),
            Field::Attendees => sorted(self.attendees.iter().map(|attendee| {
                let need = if attendee.optional { "optional" } else { "required" };
                let name = attendee.name.as_deref().unwrap_or_default();
                format!("{} {need} {}", attendee.address(), plain_text::tidy(name))
            })),
            Field::Reminders => match &self.reminders {
                Reminders::AsCalendar => "as calendar".to_owned(),
                Reminders::Stated(stated) => sorted(
                    stated
                        .iter()
                        .map(|reminder| format!("{} {}", reminder.minutes_before, reminder.by.as_str())),
                ),
            },
            Field::Visibility => match self.visibility {
                Visibility::Default => "default",
                Visibility::Public => "public",
                Visibility::Private => "private",
            }
            .to_owned(),
            Field::Transparency => match self.transparency {
                Transparency::Opaque => "opaque",
                Transparency::Transparent => "transparent",
            }
            .to_owned(),
            Field::Color => self.color.map_or("", Color::as_str).to_owned(),
            Field::Source => match &self.source {
                Some(source) => format!("{} {}", source.url, plain_text::tidy(&source.title)),
                None => String::new(),
            },
            Field::Conference => match self.conference {
                Conference::Wanted => "wanted",
                Conference::NotWanted => "",
            }
            .to_owned(),
            Field::Status => match self.status {
                EventStatus::Confirmed => "confirmed",
                EventStatus::Tentative => "tentative",
                EventStatus::Cancelled => "cancelled",
            }
            .to_owned(),
        }
    }

    /// A field's value as a person sees it, without what providers change by themselves: markup and entities of
    /// texts, names of attendees, the zone that a single time is shown in, other names of the same zone. It is seen
    /// beside another content: where one of the two does not recur, the zone says nothing.
    fn seen(&self, beside: &Self, field: Field) -> String {
        let both_recur = !self.recurrence.is_empty() && !beside.recurrence.is_empty();
        match (field, &self.when) {
            (Field::Title | Field::Location | Field::Description, _) => {
                plain_text::plain(&self.canonical(field))
            }
            (Field::When, When::Timed { span, .. }) if !both_recur => instants(*span),
            (Field::When, When::Timed { span, zone }) => {
                format!("{}/{}", instants(*span), clock(*span, zone))
            }
            (Field::Attendees, _) => sorted(self.attendees.iter().map(Attendee::address)),
            _ => self.canonical(field),
        }
    }
}

fn instants(span: Interval) -> String {
    format!("{}/{}", span.start(), span.end())
}

/// How a zone's clock goes for two years from the start: zones that have the same are one to a series.
fn clock(span: Interval, zone: &Zone) -> String {
    let mut offsets = String::new();
    for fortnight in 0..52 {
        let at = span
            .start()
            .saturating_add(SignedDuration::from_hours(14 * 24 * fortnight));
        if let Ok(at) = at {
            let _ = write!(offsets, "{},", zone.rules().to_offset(at).seconds());
        }
    }
    offsets
}

/// The lines in one order, each once.
fn sorted(lines: impl Iterator<Item = String>) -> String {
    let lines: BTreeSet<String> = lines.collect();
    lines.into_iter().collect::<Vec<_>>().join("\n")
}
