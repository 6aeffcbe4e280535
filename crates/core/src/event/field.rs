//! The parts of an event that are compared, sent and told one by one.

/// A part of what a calendar shows of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The title.
    Title,
    /// The description, with what we put below it.
    Description,
    /// The location.
    Location,
    /// Start, end and zone.
    When,
    /// The recurrence lines.
    Recurrence,
    /// The attendees; not their answers.
    Attendees,
    /// The reminders.
    Reminders,
    /// Who may see it.
    Visibility,
    /// Whether it takes up time.
    Transparency,
    /// The color.
    Color,
    /// Where it comes from.
    Source,
    /// Whether it has a meeting link.
    Conference,
    /// Whether it is tentative.
    Status,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 13] = [
        Self::Title,
        Self::Description,
        Self::Location,
        Self::When,
        Self::Recurrence,
        Self::Attendees,
        Self::Reminders,
        Self::Visibility,
        Self::Transparency,
        Self::Color,
        Self::Source,
        Self::Conference,
        Self::Status,
    ];

    /// The word that API, database and content hash use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Description => "description",
            Self::Location => "location",
            Self::When => "when",
            Self::Recurrence => "recurrence",
            Self::Attendees => "attendees",
            Self::Reminders => "reminders",
            Self::Visibility => "visibility",
            Self::Transparency => "transparency",
            Self::Color => "color",
            Self::Source => "source",
            Self::Conference => "conference",
            Self::Status => "status",
        }
    }

    /// Whether a change of it on the calendar is an edit of the event.
    ///
    /// The others are the person's own once the event is there: how they are reminded, its color, who sees it, and
    /// what the provider decides (links, whether a hold shows as tentative).
    pub const fn is_shared(self) -> bool {
        matches!(
            self,
            Self::Title
                | Self::Description
                | Self::Location
                | Self::When
                | Self::Recurrence
                | Self::Attendees
                | Self::Transparency
        )
    }
}
