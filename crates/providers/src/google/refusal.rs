//! What Google Calendar means when it refuses (Google Calendar API guide "Handle API errors").
//!
//! Status alone is not enough: a 403 may be a rate limit, a missing scope, a matter of permission or the operator's
//! mistake, and a 410 has three meanings. The reasons decide; the texts beside them do not.

use std::time::Duration;

use jiff::Timestamp;
use kalends_egress::{Answer, LimitScope, Verdict};

use super::wire::Failure;
use crate::provider::{ProviderError, WatchRefusal};

/// What was asked, where it changes what a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// About the account.
    Account,
    /// About one calendar's events, all of them.
    Events,
    /// About one calendar's events, by a sync or page token.
    EventsByToken,
    /// About a push channel that may have ended.
    Channel,
}

/// How long to send no invitations for a user whom Google holds to have sent too many (`quotaExceeded`, "Calendar usage
/// limits exceeded"). Google lifts it after hours; asking sooner prolongs it.
const USAGE_LIMIT: Duration = Duration::from_hours(6);

const USER_LIMIT: &[&str] = &["userRateLimitExceeded"];
const CLIENT_LIMIT: &[&str] = &["rateLimitExceeded"];
const CALENDAR_QUOTA: &[&str] = &["quotaExceeded"];
const SCOPE: &[&str] = &["ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"];
const CHANNEL_TAKEN: &[&str] = &["channelIdNotUnique"];
const ADDRESS: &[&str] = &[
    "push.webhookUrlNotHttps",
    "push.webhookUrlNoHostOrAddress",
    "push.webhookUrlUnauthorized",
];
const NOT_WATCHABLE: &[&str] = &["pushNotSupportedForRequestedResource"];
const OPERATOR: &[&str] = &["accessNotConfigured", "dailyLimitExceeded", "SERVICE_DISABLED"];

/// The verdict for the stages of egress.
pub(super) fn classify(answer: &Answer) -> Verdict {
    let limited = |scope| Verdict::RateLimited {
        scope,
        retry_after: answer.retry_after(),
    };
    match answer.status.as_u16() {
        401 => Verdict::Unauthorized,
        403 | 429 => {
            let failure = Failure::read(&answer.body);
            if failure.is_any(USER_LIMIT) {
                limited(LimitScope::User)
            } else if failure.is_any(CALENDAR_QUOTA) {
                Verdict::RateLimited {
                    scope: LimitScope::Usage,
                    retry_after: Some(USAGE_LIMIT),
                }
            } else if answer.status.as_u16() == 429 || failure.is_any(CLIENT_LIMIT) {
                limited(LimitScope::Client)
            } else {
                Verdict::Rejected
            }
        }
        500.. => Verdict::Infrastructure,
        400.. => Verdict::Rejected,
        _ => Verdict::Ok,
    }
}

/// The error that an answer other than a success is.
pub(super) fn meaning(answer: &Answer, question: Question, now: Timestamp) -> ProviderError {
    let failure = Failure::read(&answer.body);
    match (answer.status.as_u16(), question) {
        // The token was just refreshed, so the grant lives; this passes or the next refresh tells.
        (401 | 500.., _) if !failure.is_any(ADDRESS) => ProviderError::Unavailable { source: None },
        (403, _) => forbidden(failure, now),
        // A query without tokens is known to be good, so it is the token (`Invalid sync token value.`, or a page
        // token that grew old).
        (400 | 410, Question::EventsByToken) => ProviderError::CursorInvalid,
        (404 | 410, Question::Events | Question::EventsByToken | Question::Channel) => {
            ProviderError::NotFound
        }
        (429, _) => ProviderError::RateLimited { until: None },
        // Our ids are never used twice, so an attempt whose answer was lost did open it.
        (400, _) if failure.is_any(CHANNEL_TAKEN) => ProviderError::Unavailable { source: None },
        (status, _) => refused(status, failure),
    }
}

fn refused(status: u16, failure: Failure) -> ProviderError {
    let watch = |because, reason| ProviderError::WatchRefused { because, reason };
    if failure.is_any(ADDRESS) {
        watch(WatchRefusal::Address, failure.reason())
    } else if failure.is_any(NOT_WATCHABLE) {
        watch(WatchRefusal::Subject, failure.reason())
    } else {
        ProviderError::Rejected {
            status,
            reason: failure.reason(),
        }
    }
}

fn forbidden(failure: Failure, now: Timestamp) -> ProviderError {
    if failure.is_any(USER_LIMIT) || failure.is_any(CLIENT_LIMIT) {
        ProviderError::RateLimited { until: None }
    } else if failure.is_any(CALENDAR_QUOTA) {
        ProviderError::RateLimited {
            until: now.checked_add(USAGE_LIMIT).ok(),
        }
    } else if failure.is_any(SCOPE) {
        ProviderError::MissingScope
    } else if failure.is_any(OPERATOR) {
        ProviderError::Configuration {
            reason: failure.reason(),
        }
    } else {
        ProviderError::Forbidden {
            reason: failure.reason(),
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
            received_at: now(),
        }
    }

    fn now() -> Timestamp {
        "2026-11-20T10:00:00Z".parse().unwrap()
    }

    /// The Calendar backend's envelope.
    fn legacy(status: u16, domain: &str, reason: &str) -> Answer {
        let error = format!(r#"{{"domain":"{domain}","reason":"{reason}","message":"Any words"}}"#);
        answer(
            status,
            &format!(r#"{{"error":{{"errors":[{error}],"code":{status},"message":"Any words"}}}}"#),
        )
    }

    #[track_caller]
    fn check(answer: &Answer, question: Question, verdict: Verdict, code: &str) {
        assert_eq!(classify(answer), verdict);
        assert_eq!(meaning(answer, question, now()).code(), code);
    }

    #[test]
    fn refusals() {
        use Question::{Account, Channel, Events, EventsByToken};
        let limited = |scope| Verdict::RateLimited {
            scope,
            retry_after: None,
        };
        let user = limited(LimitScope::User);
        let client = limited(LimitScope::Client);
        let usage = Verdict::RateLimited {
            scope: LimitScope::Usage,
            retry_after: Some(USAGE_LIMIT),
        };
        let rejected = Verdict::Rejected;
        for (status, domain, reason, question, verdict, code) in [
            (
                400,
                "calendar",
                "timeRangeEmpty",
                Events,
                rejected,
                "provider_rejected",
            ),
            (
                400,
                "global",
                "invalid",
                EventsByToken,
                rejected,
                "cursor_invalid",
            ),
            (
                401,
                "global",
                "authError",
                Events,
                Verdict::Unauthorized,
                "provider_unavailable",
            ),
            (
                403,
                "usageLimits",
                "rateLimitExceeded",
                Events,
                client,
                "provider_rate_limited",
            ),
            (
                403,
                "usageLimits",
                "userRateLimitExceeded",
                Events,
                user,
                "provider_rate_limited",
            ),
            (
                403,
                "usageLimits",
                "quotaExceeded",
                Events,
                usage,
                "provider_rate_limited",
            ),
            (
                403,
                "usageLimits",
                "dailyLimitExceeded",
                Events,
                rejected,
                "provider_misconfigured",
            ),
            (
                403,
                "usageLimits",
                "accessNotConfigured",
                Account,
                rejected,
                "provider_misconfigured",
            ),
            (
                403,
                "global",
                "insufficientPermissions",
                Account,
                rejected,
                "needs_consent",
            ),
            (
                403,
                "calendar",
                "notACalendarUser",
                Account,
                rejected,
                "provider_forbidden",
            ),
            (403, "global", "forbidden", Events, rejected, "provider_forbidden"),
            (404, "global", "notFound", Events, rejected, "calendar_not_found"),
            (
                404,
                "global",
                "notFound",
                EventsByToken,
                rejected,
                "calendar_not_found",
            ),
            (404, "global", "notFound", Account, rejected, "provider_rejected"),
            (
                410,
                "calendar",
                "fullSyncRequired",
                EventsByToken,
                rejected,
                "cursor_invalid",
            ),
            (
                410,
                "calendar",
                "updatedMinTooLongAgo",
                EventsByToken,
                rejected,
                "cursor_invalid",
            ),
            (410, "global", "deleted", Events, rejected, "calendar_not_found"),
            (
                429,
                "usageLimits",
                "rateLimitExceeded",
                Events,
                client,
                "provider_rate_limited",
            ),
            (
                429,
                "usageLimits",
                "userRateLimitExceeded",
                Events,
                user,
                "provider_rate_limited",
            ),
            (
                400,
                "global",
                "push.webhookUrlNotHttps",
                Events,
                rejected,
                "push_address_refused",
            ),
            (
                400,
                "global",
                "pushNotSupportedForRequestedResource",
                Events,
                rejected,
                "push_not_supported",
            ),
            (
                400,
                "global",
                "channelIdNotUnique",
                Events,
                rejected,
                "provider_unavailable",
            ),
            (404, "global", "notFound", Channel, rejected, "calendar_not_found"),
            (
                503,
                "global",
                "backendError",
                Events,
                Verdict::Infrastructure,
                "provider_unavailable",
            ),
        ] {
            check(&legacy(status, domain, reason), question, verdict, code);
        }
    }

    #[test]
    fn the_front_ends_envelope_and_pages_for_people() {
        let scope = answer(
            403,
            r#"{"error":{"code":403,"message":"Any words","errors":[{"message":"Any","domain":"global",
            "reason":"insufficientPermissions"}],"status":"PERMISSION_DENIED","details":[{"@type":
            "type.googleapis.com/google.rpc.ErrorInfo","reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}"#,
        );
        check(&scope, Question::Account, Verdict::Rejected, "needs_consent");
        let page = "<!DOCTYPE html><title>Error 502 (Server Error)!!1</title>";
        check(
            &answer(502, page),
            Question::Events,
            Verdict::Infrastructure,
            "provider_unavailable",
        );
        check(
            &answer(403, page),
            Question::Events,
            Verdict::Rejected,
            "provider_forbidden",
        );
        let nothing = Verdict::RateLimited {
            scope: LimitScope::Client,
            retry_after: None,
        };
        check(
            &answer(429, ""),
            Question::Events,
            nothing,
            "provider_rate_limited",
        );
    }

    #[test]
    fn a_user_who_invited_too_many_is_left_alone_for_hours() {
        let error = meaning(
            &legacy(403, "usageLimits", "quotaExceeded"),
            Question::Events,
            now(),
        );
        let until = Some("2026-11-20T16:00:00Z".parse().unwrap());
        assert!(matches!(error, ProviderError::RateLimited { until: found } if found == until));
    }
}
