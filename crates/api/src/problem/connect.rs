//! What each error of connecting is in HTTP.

use kalends_engine::{
    ProviderError,
    connect::{ConnectError, FinishError},
};

use super::{Code, Problem};

impl From<ConnectError> for Problem {
    fn from(error: ConnectError) -> Self {
        let text = error.to_string();
        let says = |code, field| Self {
            errors: Self::field(field, text.as_str()).errors,
            ..Self::new(code, text.clone())
        };
        match error {
            ConnectError::ProviderNotConfigured { .. } => says(Code::ProviderNotConfigured, "provider"),
            ConnectError::NotOAuth { .. } => says(Code::InvalidRequest, "provider"),
            ConnectError::NoFeature | ConnectError::UnsupportedFeature { .. } => {
                says(Code::InvalidRequest, "features")
            }
            ConnectError::ReturnTo { .. } => says(Code::ReturnToNotAllowed, "returnTo"),
            ConnectError::FeedAddress { .. } => says(Code::AddressForbidden, "url"),
            ConnectError::Feed(error) => feed(&error),
            ConnectError::UnknownTenant => Self::not_found("tenant"),
            ConnectError::Store(error) => error.into(),
        }
    }
}

impl From<FinishError> for Problem {
    fn from(error: FinishError) -> Self {
        match error {
            FinishError::UnknownState => Self::new(
                Code::StateInvalid,
                "This sign-in has expired or was completed already. Please start again.",
            ),
            FinishError::OtherBrowser => Self::new(
                Code::StateInvalid,
                "This sign-in was started in another browser. Please start again here.",
            ),
            FinishError::Declined => Self::new(
                Code::AccessDenied,
                "You did not give access, so nothing was connected. You can try again at any time.",
            ),
            FinishError::Refused { .. } => Self::new(
                Code::ProviderRejected,
                "The provider refused the sign-in. Please try again.",
            ),
            FinishError::ProviderNotConfigured { .. } => Self::new(
                Code::ProviderNotConfigured,
                "This provider is not set up on this server.",
            ),
            FinishError::Exchange(error) => exchange(&error),
            FinishError::Store(error) => error.into(),
        }
    }
}

/// A feed that was tried and could not be read.
fn feed(error: &ProviderError) -> Problem {
    let (code, message) = match error {
        ProviderError::BadAddress { reason } => (Code::AddressForbidden, format!("cannot be used: {reason}")),
        ProviderError::NotFound => (
            Code::FeedUnreadable,
            "leads to nothing: there is no such calendar".to_owned(),
        ),
        ProviderError::Forbidden { .. } | ProviderError::Reauth { .. } => (
            Code::FeedUnreadable,
            "is not public: the calendar's server refuses access".to_owned(),
        ),
        ProviderError::Unreadable { what } => {
            (Code::FeedUnreadable, format!("is no readable calendar: {what}"))
        }
        ProviderError::Rejected { status, .. } => (
            Code::FeedUnreadable,
            format!("is refused by the calendar's server with status {status}"),
        ),
        _ => (
            Code::FeedUnreachable,
            "cannot be reached now: the calendar's server does not answer".to_owned(),
        ),
    };
    Problem {
        errors: Problem::field("url", message.as_str()).errors,
        ..Problem::new(code, format!("The address {message}."))
    }
}

/// The provider did not turn the code into tokens.
fn exchange(error: &ProviderError) -> Problem {
    tracing::warn!(
        error = error as &dyn std::error::Error,
        "a sign-in was not completed by the provider"
    );
    match error {
        ProviderError::RateLimited { .. }
        | ProviderError::CircuitOpen { .. }
        | ProviderError::Unavailable { .. } => Problem::new(
            Code::ProviderUnavailable,
            "The provider does not answer at the moment. Please try again in a few minutes.",
        ),
        ProviderError::Configuration { .. } => Problem::new(
            Code::ProviderNotConfigured,
            "This server is not set up correctly for the provider. Its operator can find the reason in the log.",
        ),
        _ => Problem::new(
            Code::ProviderRejected,
            "The provider did not complete the sign-in. Please try again.",
        ),
    }
}
