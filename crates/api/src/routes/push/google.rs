//! `POST /v1/push/google`

use axum::extract::State;
use http::{HeaderMap, StatusCode};
use kalends_engine::channels::{self, Notification, NotifiedError, What};

use crate::{
    problem::{Code, Problem},
    state::AppState,
};

/// Names of push channels have at most 64 characters, their secrets at most 256 (guide "Push notifications").
const LONGEST: usize = 512;

/// Take a notification of Google Calendar
///
/// For Google alone. What follows from a message is durable before it is answered. A message of a channel that is unknown
/// or no longer in use, or without the channel's secret, is answered alike and has no effect. The body is not read.
#[utoipa::path(
    post,
    path = "/v1/push/google",
    tag = "push",
    params(
        ("x-goog-channel-id" = String, Header, description = "The channel."),
        ("x-goog-channel-token" = Option<String>, Header, description = "The channel's secret."),
        ("x-goog-resource-id" = Option<String>, Header, description = "Google's word for what is watched."),
        ("x-goog-resource-state" = String, Header, description = "`sync`, `exists` or `not_exists`."),
    ),
    responses(
        (status = 204, description = "The message is taken, or is none for this server."),
        (status = 400, description = "`invalid_request`: a header is missing or cannot be read."),
        (status = 429, description = "`rate_limited`: too many messages came from one address."),
        (status = 503, description = "`unavailable`: the message could not be stored and is to be sent again."),
    )
)]
pub(crate) async fn push_google(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let what = match required(&headers, "x-goog-resource-state")? {
        "sync" => What::Opened,
        "not_exists" => What::Gone,
        // Words that nobody knows yet say at least that something happened.
        _ => What::Changed,
    };
    let notification = Notification {
        channel: required(&headers, "x-goog-channel-id")?.to_owned(),
        secret: read(&headers, "x-goog-channel-token")?.map(Into::into),
        resource_id: read(&headers, "x-goog-resource-id")?.map(str::to_owned),
        what,
    };
    match channels::notified(state.engine(), notification).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        // Both are sent again: Google repeats what is answered so, with growing waits.
        Err(NotifiedError::Busy | NotifiedError::Store(_)) => Err(Problem::new(
            Code::Unavailable,
            "The notification could not be stored. Send it again.",
        )
        .retry_after(1)),
    }
}

fn required<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, Problem> {
    read(headers, name)?.ok_or_else(|| Problem::field(name, "is required"))
}

fn read<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, Problem> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    let text = value.to_str().ok().filter(|text| text.len() <= LONGEST);
    text.map(Some)
        .ok_or_else(|| Problem::field(name, format!("must have at most {LONGEST} ASCII characters")))
}
