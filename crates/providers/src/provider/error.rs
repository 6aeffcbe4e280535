//! What can go wrong when a provider is asked, in the words of those who must act on it.

use super::WatchRefusal;
use jiff::Timestamp;
use kalends_egress::{EgressError, ErrorClass as EgressErrorClass, TokenError};

/// A question that a provider did not answer.
///
/// Texts name no address, title or secret.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The account's grant or credentials are dead: only the person can connect again.
    #[error("the account must be connected again: {reason}")]
    Reauth {
        /// What the provider says, as a code.
        reason: String,
    },
    /// The person did not allow this; what needs it is off until they do.
    #[error("the person has not allowed this at the provider")]
    MissingScope,
    /// No such calendar, or the account may no longer see it.
    #[error("the provider knows no such calendar")]
    NotFound,
    /// The account may not do this with this calendar.
    #[error("the provider does not permit this: {reason}")]
    Forbidden {
        /// What the provider says, as a code.
        reason: String,
    },
    /// The cursor or page token is no longer good: a full pass is needed.
    #[error("the provider no longer accepts the cursor")]
    CursorInvalid,
    /// Too much was asked.
    #[error("the provider's limit is reached")]
    RateLimited {
        /// When to ask again, if that is known.
        until: Option<Timestamp>,
    },
    /// The provider fails so often that it is left alone for a while.
    #[error("calls to the provider are suspended after repeated failures")]
    CircuitOpen {
        /// When it is tried again.
        retry_at: Timestamp,
    },
    /// No answer, or the provider's own failure.
    #[error("the provider cannot be reached or fails")]
    Unavailable {
        /// The cause below, when there is one.
        #[source]
        source: Option<Box<EgressError>>,
    },
    /// An answer that cannot be understood.
    #[error("the provider's answer cannot be read: {what}")]
    Unreadable {
        /// Which part of it, without its content.
        what: String,
    },
    /// The provider refuses the question itself.
    #[error("the provider refuses the request: {status} {reason}")]
    Rejected {
        /// HTTP status.
        status: u16,
        /// What the provider says, as a code.
        reason: String,
    },
    /// The provider opens no push channel for this.
    #[error("the provider opens no push channel: {reason}")]
    WatchRefused {
        /// What it does not accept.
        because: WatchRefusal,
        /// What the provider says, as a code.
        reason: String,
    },
    /// Something that the operator must put right: client credentials, an API not turned on.
    #[error("the server is not set up for this provider: {reason}")]
    Configuration {
        /// What is wrong.
        reason: String,
    },
    /// The address given by the person cannot be used.
    #[error("this address cannot be used: {reason}")]
    BadAddress {
        /// What is wrong with it, fit to be shown to the person.
        reason: String,
    },
    /// The provider's word on who the person is does not hold.
    #[error("the provider's statement of who connected does not hold: {reason}")]
    Identity {
        /// Which check failed.
        reason: String,
    },
    /// The provider cannot be asked this at all.
    #[error("this provider cannot {what}")]
    Unsupported {
        /// What it cannot.
        what: &'static str,
    },
}

/// What kind of failure it is, which decides whether and when to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// It may go away by itself.
    Transient,
    /// It goes away at a time, if known.
    RateLimited(Option<Timestamp>),
    /// Nothing was asked; trying before that time is pointless and counts as no attempt.
    CircuitOpen(Timestamp),
    /// It goes away when the person connects again.
    Reauth,
    /// It goes away when the person allows more; the connection itself is well.
    NeedsConsent,
    /// It stays until something about the question changes.
    Rejected,
    /// It stays until the operator acts; no person of the application can help.
    Operator,
}

impl ProviderError {
    /// Stable code for API, database and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Reauth { .. } => "reauth_required",
            Self::MissingScope => "needs_consent",
            Self::NotFound => "calendar_not_found",
            Self::Forbidden { .. } => "provider_forbidden",
            Self::CursorInvalid => "cursor_invalid",
            Self::RateLimited { .. } => "provider_rate_limited",
            Self::CircuitOpen { .. } => "provider_suspended",
            Self::Unavailable { .. } => "provider_unavailable",
            Self::Unreadable { .. } => "provider_unreadable",
            Self::Rejected { .. } => "provider_rejected",
            Self::WatchRefused { because, .. } => match because {
                WatchRefusal::Address => "push_address_refused",
                WatchRefusal::Subject => "push_not_supported",
            },
            Self::Configuration { .. } => "provider_misconfigured",
            Self::BadAddress { .. } => "bad_address",
            Self::Identity { .. } => "identity_unproven",
            Self::Unsupported { .. } => "unsupported_by_provider",
        }
    }

    /// Whether and when to try again.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::RateLimited { until } => ErrorClass::RateLimited(*until),
            Self::CircuitOpen { retry_at } => ErrorClass::CircuitOpen(*retry_at),
            Self::Unavailable { source: Some(error) } => match error.class() {
                EgressErrorClass::RateLimited { until } => ErrorClass::RateLimited(Some(until)),
                _ => ErrorClass::Transient,
            },
            Self::Unavailable { source: None } | Self::Unreadable { .. } | Self::CursorInvalid => {
                ErrorClass::Transient
            }
            Self::Reauth { .. } => ErrorClass::Reauth,
            Self::MissingScope => ErrorClass::NeedsConsent,
            Self::Configuration { .. } => ErrorClass::Operator,
            Self::NotFound
            | Self::Forbidden { .. }
            | Self::Rejected { .. }
            | Self::WatchRefused { .. }
            | Self::BadAddress { .. }
            | Self::Identity { .. }
            | Self::Unsupported { .. } => ErrorClass::Rejected,
        }
    }
}

/// What came of a call that has no answer to read. The words for a refused address are fit to be shown.
impl From<EgressError> for ProviderError {
    fn from(error: EgressError) -> Self {
        match error {
            EgressError::RateLimited { until, .. } => Self::RateLimited { until: Some(until) },
            EgressError::CircuitOpen { retry_at, .. }
            | EgressError::Token(TokenError::Suspended { retry_at }) => Self::CircuitOpen { retry_at },
            EgressError::Token(TokenError::Reauth) => Self::Reauth {
                reason: "invalid_grant".to_owned(),
            },
            EgressError::Token(error @ (TokenError::ClientRefused(_) | TokenError::NoSource)) => {
                Self::Configuration {
                    reason: error.to_string(),
                }
            }
            EgressError::Blocked(reason) => Self::BadAddress {
                reason: reason.to_string(),
            },
            EgressError::Redirect(fault) => Self::BadAddress {
                reason: format!("its redirect cannot be followed: {fault}"),
            },
            EgressError::BodyTooLarge { limit_bytes } => Self::Unreadable {
                what: format!("it is larger than {limit_bytes} bytes"),
            },
            EgressError::Invalid { reason } => Self::Rejected {
                status: 0,
                reason: reason.to_owned(),
            },
            other => Self::Unavailable {
                source: Some(Box::new(other)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kalends_egress::{Cut, LimitedBy, RedirectFault};

    use super::*;

    #[track_caller]
    fn check(error: EgressError, code: &str, class: ErrorClass) {
        let error = ProviderError::from(error);
        assert_eq!((error.code(), error.class()), (code, class));
    }

    #[test]
    fn calls_without_an_answer() {
        let until: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let service = kalends_egress::Service("any");
        let status = http::StatusCode::BAD_GATEWAY;
        let lost = || TokenError::Unavailable("the store is away".into());
        let timeout = EgressError::Timeout {
            waited: Duration::from_secs(1),
            cut: Cut::Attempt,
        };
        check(timeout, "provider_unavailable", ErrorClass::Transient);
        check(
            EgressError::Unavailable {
                status,
                retry_at: Some(until),
            },
            "provider_unavailable",
            ErrorClass::RateLimited(Some(until)),
        );
        check(
            EgressError::RateLimited {
                until,
                by: LimitedBy::Us,
            },
            "provider_rate_limited",
            ErrorClass::RateLimited(Some(until)),
        );
        check(
            EgressError::CircuitOpen {
                service,
                retry_at: until,
            },
            "provider_suspended",
            ErrorClass::CircuitOpen(until),
        );
        check(
            EgressError::Token(TokenError::Reauth),
            "reauth_required",
            ErrorClass::Reauth,
        );
        check(
            EgressError::Token(lost()),
            "provider_unavailable",
            ErrorClass::Transient,
        );
        check(
            EgressError::Token(TokenError::Suspended { retry_at: until }),
            "provider_suspended",
            ErrorClass::CircuitOpen(until),
        );
        let refused = TokenError::ClientRefused("invalid_client".into());
        check(
            EgressError::Token(refused),
            "provider_misconfigured",
            ErrorClass::Operator,
        );
        check(
            EgressError::Redirect(RedirectFault::TooMany),
            "bad_address",
            ErrorClass::Rejected,
        );
        check(
            EgressError::BodyTooLarge { limit_bytes: 20 },
            "provider_unreadable",
            ErrorClass::Transient,
        );
    }
}
