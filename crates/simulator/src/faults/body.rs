//! Google's bodies for statuses that only trouble produces.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::google::GoogleError;

/// The answer of a status fault on `path`; `reason` defaults to the usual one.
pub(super) fn answer(path: &str, status: u16, reason: Option<&str>, retry_after: Option<u32>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = if matches!(path, "/token" | "/revoke") {
        oauth(status, reason)
    } else {
        calendar(status, reason)
    };
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn oauth(status: StatusCode, reason: Option<&str>) -> Response {
    let (error, description) = match (reason, status.as_u16()) {
        (Some("invalid_grant"), _) | (None, 400) => ("invalid_grant", "Token has been expired or revoked."),
        (Some("invalid_client"), _) | (None, 401) => ("invalid_client", "The OAuth client was not found."),
        (Some(other), _) => (other, "Bad Request"),
        (None, 429) => ("rate_limit_exceeded", "Too many requests"),
        (None, 503) => ("temporarily_unavailable", "Service unavailable"),
        (None, _) => ("internal_failure", "Backend Error"),
    };
    crate::google::json(status, &json!({"error": error, "error_description": description}))
}

fn calendar(status: StatusCode, reason: Option<&str>) -> Response {
    let code = status.as_u16();
    let reason = match (reason, code) {
        (Some("authError"), _) | (None, 401) => return GoogleError::invalid_credentials().into_response(),
        (Some("notFound"), _) | (None, 404) => return GoogleError::not_found().into_response(),
        (Some("fullSyncRequired"), _) | (None, 410) => {
            return GoogleError::full_sync_required().into_response();
        }
        (Some("deleted"), _) => return GoogleError::gone().into_response(),
        (Some(reason), _) => reason,
        (None, 403 | 429) => "rateLimitExceeded",
        (None, 400) => "badRequest",
        (None, _) => "backendError",
    };
    let (domain, message) = match reason {
        "rateLimitExceeded" => ("usageLimits", "Rate Limit Exceeded"),
        "userRateLimitExceeded" => ("usageLimits", "User Rate Limit Exceeded"),
        "quotaExceeded" => ("usageLimits", "Calendar usage limits exceeded."),
        "dailyLimitExceeded" => ("usageLimits", "Daily Limit Exceeded"),
        "accessNotConfigured" => ("usageLimits", "Access Not Configured."),
        "notACalendarUser" => ("calendar", "The user must be signed up for Google Calendar."),
        "backendError" => ("global", "Backend Error"),
        _ => ("global", status.canonical_reason().unwrap_or("Error")),
    };
    GoogleError::new(status, domain, reason, message).into_response()
}
