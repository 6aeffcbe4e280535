//! Google's error bodies.
//!
//! The calendar backend answers the legacy envelope, the front end (credentials, scopes) one with `status` and
//! `details` (Google Calendar API guide "Handle API errors"). A new error is one constructor here.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::Method;

/// An answer other than success.
#[derive(Debug)]
pub(crate) struct GoogleError {
    status: StatusCode,
    body: Value,
}

const NO_CREDENTIALS: &str = "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";
const BAD_CREDENTIALS: &str = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";

impl GoogleError {
    /// The legacy envelope with one reason.
    pub(crate) fn new(status: StatusCode, domain: &str, reason: &str, message: &str) -> Self {
        let body = json!({"error": {
            "errors": [{"domain": domain, "reason": reason, "message": message}],
            "code": status.as_u16(), "message": message}});
        Self { status, body }
    }

    /// What it says to a person.
    pub(crate) fn message(&self) -> String {
        self.body["error"]["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Names what is at fault: `kind` is `parameter` or `header`.
    fn at(mut self, kind: &str, location: &str) -> Self {
        let first = &mut self.body["error"]["errors"][0];
        first["locationType"] = kind.into();
        first["location"] = location.into();
        self
    }

    /// A request that does not make sense.
    pub(crate) fn bad(reason: &str, message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "global", reason, message)
    }

    /// A query parameter whose value does not make sense.
    pub(crate) fn parameter(name: &str, message: &str) -> Self {
        Self::bad("invalidParameter", message).at("parameter", name)
    }

    /// `timeMax` is not after `timeMin`.
    pub(crate) fn empty_range(location: &str) -> Self {
        let message = "The specified time range is empty.";
        Self::new(StatusCode::BAD_REQUEST, "calendar", "timeRangeEmpty", message).at("parameter", location)
    }

    /// A free/busy question over too many days.
    pub(crate) fn long_range() -> Self {
        let message = "The requested time range is too long.";
        Self::new(StatusCode::BAD_REQUEST, "calendar", "timeRangeTooLong", message).at("parameter", "timeMax")
    }

    /// A sync token together with a parameter that narrows the answer.
    pub(crate) fn token_with(parameter: &str) -> Self {
        Self::bad(
            "invalid",
            "Sync token cannot be used with other query restrictions.",
        )
        .at("parameter", parameter)
    }

    /// A token that this server never gave for this question.
    pub(crate) fn bad_sync_token() -> Self {
        Self::bad("invalid", "Invalid sync token value.").at("parameter", "syncToken")
    }

    /// A page token that belongs to another question.
    pub(crate) fn bad_page_token() -> Self {
        Self::bad("invalid", "Invalid page token value.").at("parameter", "pageToken")
    }

    /// A sync token that was good once.
    pub(crate) fn full_sync_required() -> Self {
        let message = "Sync token is no longer valid, a full sync is required.";
        Self::new(StatusCode::GONE, "calendar", "fullSyncRequired", message).at("parameter", "syncToken")
    }

    /// `updatedMin` lies before what is remembered.
    pub(crate) fn updated_min_too_long_ago() -> Self {
        let message = "The requested minimum modification time lies too far in the past.";
        Self::new(StatusCode::GONE, "calendar", "updatedMinTooLongAgo", message).at("parameter", "updatedMin")
    }

    /// Deleting what is deleted.
    pub(crate) fn gone() -> Self {
        Self::new(StatusCode::GONE, "global", "deleted", "Resource has been deleted")
    }

    /// Unknown, or not for this person to see.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "global", "notFound", "Not Found")
    }

    /// The id is taken, also by a deleted event.
    pub(crate) fn duplicate() -> Self {
        let message = "The requested identifier already exists.";
        Self::new(StatusCode::CONFLICT, "global", "duplicate", message)
    }

    /// `If-Match` names another version.
    pub(crate) fn precondition() -> Self {
        let status = StatusCode::PRECONDITION_FAILED;
        Self::new(status, "global", "conditionNotMet", "Precondition Failed").at("header", "If-Match")
    }

    /// The role on the calendar does not allow writing.
    pub(crate) fn needs_writer() -> Self {
        let message = "You need to have writer access to this calendar.";
        Self::new(StatusCode::FORBIDDEN, "calendar", "requiredAccessLevel", message)
    }

    /// The role on the calendar does not allow deciding about it.
    pub(crate) fn needs_owner() -> Self {
        let message = "You need to have owner access to this calendar.";
        Self::new(StatusCode::FORBIDDEN, "calendar", "requiredAccessLevel", message)
    }

    /// A guest changes what only the organizer may.
    pub(crate) fn not_organizer() -> Self {
        let message = "Shared properties can only be changed by the organizer of the event.";
        Self::new(
            StatusCode::FORBIDDEN,
            "calendar",
            "forbiddenForNonOrganizer",
            message,
        )
    }

    /// More guests than an event takes.
    pub(crate) fn too_many_attendees(most: usize) -> Self {
        let message = format!("The event has too many attendees. At most {most} are allowed.");
        Self::new(
            StatusCode::BAD_REQUEST,
            "calendar",
            "attendeesLimitExceeded",
            &message,
        )
    }

    /// An import onto a calendar that has no part in the event.
    pub(crate) fn no_participant() -> Self {
        Self::bad(
            "participantIsNeitherOrganizerNorAttendee",
            "The owner of the calendar must either be the organizer or an attendee of an event that is imported.",
        )
    }

    /// A query parameter without which the method makes no sense.
    pub(crate) fn required_parameter(name: &str) -> Self {
        Self::bad("required", &format!("Required parameter: {name}")).at("parameter", name)
    }

    /// Something that this server did not foresee.
    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "global",
            "backendError",
            "Backend Error",
        )
    }

    /// No access token at all.
    pub(crate) fn login_required(method: Method) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            body: json!({"error": {"code": 401, "message": NO_CREDENTIALS,
                "errors": [{"message": "Login Required.", "domain": "global", "reason": "required",
                    "location": "Authorization", "locationType": "header"}],
                "status": "UNAUTHENTICATED",
                "details": [error_info("CREDENTIALS_MISSING", method)]}}),
        }
    }

    /// An access token that is unknown, expired or revoked.
    pub(crate) fn invalid_credentials() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            body: json!({"error": {"code": 401, "message": BAD_CREDENTIALS,
                "errors": [{"message": "Invalid Credentials", "domain": "global", "reason": "authError",
                    "location": "Authorization", "locationType": "header"}],
                "status": "UNAUTHENTICATED"}}),
        }
    }

    /// An access token without any scope that the method accepts.
    pub(crate) fn insufficient_scope(method: Method) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            body: json!({"error": {"code": 403, "message": "Request had insufficient authentication scopes.",
                "errors": [{"message": "Insufficient Permission", "domain": "global",
                    "reason": "insufficientPermissions"}],
                "status": "PERMISSION_DENIED",
                "details": [error_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", method)]}}),
        }
    }
}

impl IntoResponse for GoogleError {
    fn into_response(self) -> Response {
        let mut response = super::json(self.status, &self.body);
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"https://accounts.google.com/\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

fn error_info(reason: &str, method: Method) -> Value {
    json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com",
        "metadata": {"service": "calendar-json.googleapis.com", "method": method.rpc_name()}})
}
