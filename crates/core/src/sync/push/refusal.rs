//! Why nothing is sent for a link, for as long as nothing about it changes.

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
    /// The account is no longer connected.
    NotConnected,
    /// The account's grant is dead: its person must connect it again.
    ReauthRequired,
    /// The person has turned syncing off.
    SyncDisabled,
    /// The person has turned the writing of events off.
    WritingDisabled,
    /// The person lets events travel from the calendar only.
    FromProviderOnly,
    /// A person is asked whether the event, which somebody deleted there, is to be on the calendar.
    Asked,
}

impl Refusal {
    /// Every reason.
    pub const ALL: [Self; 13] = [
        Self::CalendarLost,
        Self::ReadOnly,
        Self::NeedsConsent,
        Self::NotOrganizer,
        Self::UsageLimit,
        Self::OccurrenceLost,
        Self::Rejected,
        Self::NotConnected,
        Self::ReauthRequired,
        Self::SyncDisabled,
        Self::WritingDisabled,
        Self::FromProviderOnly,
        Self::Asked,
    ];

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
            Self::NotConnected => "not_connected",
            Self::ReauthRequired => "reauth_required",
            Self::SyncDisabled => "sync_disabled",
            Self::WritingDisabled => "writing_disabled",
            Self::FromProviderOnly => "from_provider_only",
            Self::Asked => "deletion_asked",
        }
    }

    /// The reason of a code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.code() == code)
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
            Self::NotConnected => "Connect your calendar again to see your events there.",
            Self::ReauthRequired => "Your calendar no longer lets us in. Connect it again.",
            Self::SyncDisabled => "Syncing is turned off. Turn it on to see your events in your calendar.",
            Self::WritingDisabled => {
                "Your events are not written to your calendar. Turn that on to see them there."
            }
            Self::FromProviderOnly => "Your calendar is only read; nothing is sent to it.",
            Self::Asked => "You deleted this event in your calendar. Say whether it still takes place.",
        }
    }

    /// Whether it may go away without anybody's doing.
    pub const fn passes_with_time(self) -> bool {
        matches!(self, Self::UsageLimit)
    }

    /// Whether it is worth an entry in the feed. What a person has chosen for their account is told where they chose it.
    pub const fn is_told(self) -> bool {
        matches!(
            self,
            Self::CalendarLost
                | Self::ReadOnly
                | Self::NeedsConsent
                | Self::NotOrganizer
                | Self::UsageLimit
                | Self::OccurrenceLost
                | Self::Rejected
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_found_by_its_code() {
        for refusal in Refusal::ALL {
            assert_eq!(Refusal::of_code(refusal.code()), Some(refusal));
        }
        assert_eq!(Refusal::of_code("internal"), None);
    }
}
