//! Why there is no answer to read.

use std::{fmt, time::Duration};

use http::StatusCode;
use jiff::Timestamp;
use thiserror::Error;

use crate::{call::Service, guard::BlockReason, token::TokenError};

/// An error of whatever kind, kept as the source of ours.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why [`crate::Egress::send`] has no answer. The texts hold no URL, address or secret, and may be logged; what a person
/// should read about a refused URL is [`BlockReason`]'s text.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EgressError {
    /// No answer in time.
    #[error("no answer within {} ms ({cut})", waited.as_millis())]
    Timeout {
        /// How long this attempt had.
        waited: Duration,
        /// What ended the wait.
        cut: Cut,
    },
    /// No connection: the name does not resolve, the port is closed, or nobody answers.
    #[error("no connection to the server")]
    Connect(#[source] BoxError),
    /// The TLS handshake failed, mostly over the server's certificate.
    #[error("the server's TLS certificate or handshake was not acceptable")]
    Tls(#[source] BoxError),
    /// The connection broke, or the answer was not HTTP, before the answer was complete.
    #[error("the connection broke before the answer was complete")]
    Interrupted(#[source] BoxError),
    /// The request in which the call travelled with others failed, or its answer has no part for this call. What failed
    /// is the error of one of the others.
    #[error("the batch that the call was part of failed")]
    BatchFailed,
    /// A user-supplied URL leads where Kalends does not go.
    #[error("the address is not allowed: {0}")]
    Blocked(#[source] BlockReason),
    /// A redirect that cannot be followed.
    #[error("redirect not followed: {0}")]
    Redirect(#[source] RedirectFault),
    /// The answer is larger than [`crate::EgressConfig::body_limit`].
    #[error("the answer is larger than {limit_bytes} bytes")]
    BodyTooLarge {
        /// The limit, in bytes after decompression.
        limit_bytes: usize,
    },
    /// The service failed lately too often; nothing was sent.
    #[error("{service} is failing; not called before {retry_at}")]
    CircuitOpen {
        /// The failing service.
        service: Service,
        /// From when it is tried again.
        retry_at: Timestamp,
    },
    /// A rate limit, ours or theirs, that lasts longer than the call may.
    #[error("rate limited by {by} until {until}")]
    RateLimited {
        /// From when a call may pass again.
        until: Timestamp,
        /// Whose limit.
        by: LimitedBy,
    },
    /// The service answered that it is in trouble ([`crate::Verdict::Infrastructure`]), also when repeated.
    #[error("the service is unavailable (status {status})")]
    Unavailable {
        /// The last status.
        status: StatusCode,
        /// From when the service wishes to be tried again, if it said so.
        retry_at: Option<Timestamp>,
    },
    /// There is no token to call with.
    #[error("no access token")]
    Token(#[from] TokenError),
    /// The call itself is wrong: a relative URI, a header that is not one.
    #[error("the request cannot be sent: {reason}")]
    Invalid {
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// What ended a wait for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The service's time for one attempt.
    Attempt,
    /// The caller's deadline.
    Deadline,
}

/// Whose rate limit it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitedBy {
    /// Our own windows; nothing was sent.
    Us,
    /// The service said so.
    Service,
}

/// Why a redirect was not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RedirectFault {
    /// More than 5.
    #[error("too many redirects")]
    TooMany,
    /// From https to http.
    #[error("it leads from https to http")]
    Downgrade,
    /// No `Location`, or one that is no URL.
    #[error("it names no valid address")]
    Location,
}

/// What to do about an error: the classes that a task runner tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// Try again later, with growing waits.
    Transient,
    /// Try again from then on.
    RateLimited {
        /// From when.
        until: Timestamp,
    },
    /// Nothing was sent because the service is failing; try again from then on without counting it as an attempt.
    Postponed {
        /// From when.
        until: Timestamp,
    },
    /// Only the account's owner can help, by connecting again.
    Reauth,
    /// Trying the same again cannot help.
    Rejected,
}

impl EgressError {
    /// What to do about it.
    pub fn class(&self) -> ErrorClass {
        match self {
            // A name may resolve differently tomorrow; what is wrong with the URL itself is final.
            Self::Timeout { .. }
            | Self::Connect(_)
            | Self::Tls(_)
            | Self::Interrupted(_)
            | Self::BatchFailed
            | Self::Unavailable { retry_at: None, .. }
            | Self::Blocked(BlockReason::PrivateAddress) => ErrorClass::Transient,
            Self::Unavailable {
                retry_at: Some(until),
                ..
            }
            | Self::RateLimited { until, .. } => ErrorClass::RateLimited { until: *until },
            Self::CircuitOpen { retry_at, .. } => ErrorClass::Postponed { until: *retry_at },
            Self::Token(error) => error.class(),
            Self::Blocked(_) | Self::Redirect(_) | Self::BodyTooLarge { .. } | Self::Invalid { .. } => {
                ErrorClass::Rejected
            }
        }
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Attempt => "the time of one attempt",
            Self::Deadline => "the caller's deadline",
        })
    }
}

impl fmt::Display for LimitedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Us => "our own windows",
            Self::Service => "the service",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted::dawn;

    #[test]
    fn classes() {
        let until = dawn();
        let unavailable = |retry_at| EgressError::Unavailable {
            status: StatusCode::BAD_GATEWAY,
            retry_at,
        };
        for (error, expect) in [
            (
                EgressError::Timeout {
                    waited: Duration::ZERO,
                    cut: Cut::Deadline,
                },
                ErrorClass::Transient,
            ),
            (EgressError::Connect("".into()), ErrorClass::Transient),
            (EgressError::Tls("".into()), ErrorClass::Transient),
            (EgressError::Interrupted("".into()), ErrorClass::Transient),
            (EgressError::BatchFailed, ErrorClass::Transient),
            (
                EgressError::Blocked(BlockReason::PrivateAddress),
                ErrorClass::Transient,
            ),
            (EgressError::Blocked(BlockReason::Scheme), ErrorClass::Rejected),
            (
                EgressError::Redirect(RedirectFault::TooMany),
                ErrorClass::Rejected,
            ),
            (EgressError::BodyTooLarge { limit_bytes: 1 }, ErrorClass::Rejected),
            (
                EgressError::CircuitOpen {
                    service: Service("x"),
                    retry_at: until,
                },
                ErrorClass::Postponed { until },
            ),
            (
                EgressError::RateLimited {
                    until,
                    by: LimitedBy::Us,
                },
                ErrorClass::RateLimited { until },
            ),
            (unavailable(Some(until)), ErrorClass::RateLimited { until }),
            (unavailable(None), ErrorClass::Transient),
            (EgressError::Token(TokenError::Reauth), ErrorClass::Reauth),
            (
                EgressError::Token(TokenError::Unavailable("".into())),
                ErrorClass::Transient,
            ),
            (
                EgressError::Token(TokenError::ClientRefused("".into())),
                ErrorClass::Transient,
            ),
            (EgressError::Token(TokenError::NoSource), ErrorClass::Rejected),
            (EgressError::Invalid { reason: "" }, ErrorClass::Rejected),
        ] {
            assert_eq!(error.class(), expect, "{error}");
        }
    }
}
