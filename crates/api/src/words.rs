//! Closed sets of words on the wire, each said once: the enum of the document and its origin in core or engine.

/// Defines an enum of words with the same variants as another enum, and the conversions between the two.
macro_rules! words {
    ($($(#[$attribute:meta])+ $name:ident of $origin:ty { $($variant:ident),+ $(,)? })+) => {$(
        #[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        $(#[$attribute])+
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name {
            $($variant,)+
        }

        impl From<$origin> for $name {
            fn from(origin: $origin) -> Self {
                match origin {
                    $(<$origin>::$variant => Self::$variant,)+
                }
            }
        }

        impl From<$name> for $origin {
            fn from(word: $name) -> Self {
                match word {
                    $($name::$variant => Self::$variant,)+
                }
            }
        }
    )+};
}

pub(crate) use words;

words! {
    /// Who holds a calendar.
    Provider of kalends_core::provider::ProviderKind { Google, Microsoft, Caldav, Ics }

    /// Something that a person allows or refuses at the provider's consent page.
    Feature of kalends_core::provider::Feature { CalendarRead, CalendarWrite, Meet, Drive }

    /// Whether an event takes place.
    #[schema(as = EventStatus)]
    Status of kalends_core::external_event::EventStatus { Confirmed, Tentative, Cancelled }

    /// Whether an event takes up time (RFC 5545 section 3.8.2.7).
    Transparency of kalends_core::external_event::Transparency { Opaque, Transparent }

    /// Who may see an event's details.
    Visibility of kalends_core::external_event::Visibility { Default, Public, Private }

    /// An invited person's answer (RFC 5545 section 3.2.12).
    Response of kalends_core::external_event::Response { NeedsAction, Accepted, Tentative, Declined }

    /// Which side stays when a person edits the application's event on their calendar.
    Policy of kalends_core::two_way::Policy { NewestWins, AppWins, ProviderWins, Ask }

    /// Which way the application's events travel.
    Direction of kalends_core::two_way::Direction { ToProvider, FromProvider, TwoWay }
}
