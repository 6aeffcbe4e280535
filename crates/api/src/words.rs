//! Closed sets of words on the wire, each said once: the enum of the document and its origin in core or engine.

/// Defines an enum of words with the same variants as another enum, and the conversion from it.
macro_rules! words {
    ($($(#[$attribute:meta])+ $name:ident of $origin:ty { $($variant:ident),+ $(,)? })+) => {$(
        #[derive(Clone, Copy, Debug, serde::Serialize, utoipa::ToSchema)]
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
    )+};
}

pub(crate) use words;

words! {
    /// Who holds a calendar.
    Provider of kalends_core::provider::ProviderKind { Google, Microsoft, Caldav, Ics }

    /// Something that a person allows or refuses at the provider's consent page.
    Feature of kalends_core::provider::Feature { CalendarRead, CalendarWrite, Meet, Drive }
}
