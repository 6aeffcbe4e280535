//! Why a provider does not take an event, for as long as nothing about it changes.

/// Why a link is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The calendar is gone, or the account no longer sees it.
    CalendarLost,
    /// The account may not write on the calendar.
    ReadOnly,
    /// The person has not allowed writing.
    NeedsConsent,
    /// Somebody else became the event's organizer, and only they may change it.
    NotOrganizer,
    /// The account sent too many invitations or made too many events; the provider lets it rest for hours.
    UsageLimit,
    /// The series has no such time on the calendar, and it cannot be put back.
    OccurrenceLost,
    /// The provider does not take this content.
    Rejected,
}

impl Refusal {
    /// Stable code for API, database and logs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CalendarLost => "calendar_lost",
            Self::ReadOnly => "calendar_read_only",
            Self::NeedsConsent => "needs_consent",
            Self::NotOrganizer => "not_organizer",
            Self::UsageLimit => "usage_limit",
            Self::OccurrenceLost => "occurrence_lost",
            Self::Rejected => "provider_rejected",
        }
    }

    /// What to tell the person.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::CalendarLost => "This calendar no longer exists. Choose another calendar for your events.",
            Self::ReadOnly => "You may only read this calendar. Choose one that you may change.",
            Self::NeedsConsent => "Allow changes to your calendar to see your events there.",
            Self::NotOrganizer => "Somebody else is now the organizer of this event in your calendar.",
            Self::UsageLimit => {
                "Your calendar takes no more events for some hours. We will try again by ourselves."
            }
            Self::OccurrenceLost => "The series in your calendar no longer has this time.",
            Self::Rejected => "Your calendar does not take this event as it is.",
        }
    }

    /// Whether it may go away without anybody's doing.
    pub const fn passes_with_time(self) -> bool {
        matches!(self, Self::UsageLimit)
    }
}
