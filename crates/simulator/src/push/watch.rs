//! `events.watch`, `calendarList.watch`, `settings.watch` and `acl.watch`.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;
use serde_json::{Value, json};

use super::{
    channel::Channel,
    request::{ChannelBody, push_error},
    resource::Resource,
};
use crate::{
    directory::AccessRole,
    google::{self, Call, Caller, GoogleError, Method, Query},
    oauth::project_of,
    state::Sim,
};

/// The base that Google states in `resourceUri`, whatever the simulator's own address is.
const BASE: &str = "https://www.googleapis.com/calendar/v3";

/// Parameters that say how to answer or who asks, and have no place in `resourceUri`.
const NOT_FILTERS: [&str; 7] = [
    "alt",
    "fields",
    "prettyPrint",
    "quotaUser",
    "key",
    "access_token",
    "oauth_token",
];

/// Calendars that Google makes itself, such as those of holidays and birthdays, tell nothing.
const NOT_WATCHABLE: &str = "@group.v.calendar.google.com";

/// Tells when events of a calendar change.
pub(crate) async fn watch_events(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
    body: Bytes,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::EventsWatch)?;
    let (id, _) = opened(&sim, &caller, &calendar)?;
    if id.ends_with(NOT_WATCHABLE) {
        let message = "Push notifications are not supported by this resource.";
        return Err(push_error("pushNotSupportedForRequestedResource", message));
    }
    open(&sim, &call, caller, Resource::Events(id), &body).await
}

/// Tells when the roles on a calendar change; only its owners may know them.
pub(crate) async fn watch_acl(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
    body: Bytes,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::AclWatch)?;
    let (id, role) = opened(&sim, &caller, &calendar)?;
    if role != AccessRole::Owner {
        return Err(GoogleError::new(
            StatusCode::FORBIDDEN,
            "global",
            "forbidden",
            "Forbidden",
        ));
    }
    open(&sim, &call, caller, Resource::Acl(id), &body).await
}

/// Tells when the caller's list of calendars changes.
pub(crate) async fn watch_calendar_list(
    State(sim): State<Sim>,
    call: Call,
    body: Bytes,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::CalendarListWatch)?;
    let resource = Resource::CalendarList(caller.email.to_string());
    open(&sim, &call, caller, resource, &body).await
}

/// Tells when the caller's settings change.
pub(crate) async fn watch_settings(
    State(sim): State<Sim>,
    call: Call,
    body: Bytes,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::SettingsWatch)?;
    let resource = Resource::Settings(caller.email.to_string());
    open(&sim, &call, caller, resource, &body).await
}

/// The calendar's own id and the caller's role.
fn opened(sim: &Sim, caller: &Caller, calendar: &str) -> Result<(String, AccessRole), GoogleError> {
    let directory = sim.directory();
    let (calendar, role) = directory.open(caller, calendar)?;
    Ok((calendar.id.clone(), role))
}

async fn open(
    sim: &Sim,
    call: &Call,
    caller: Caller,
    resource: Resource,
    body: &[u8],
) -> Result<Response, GoogleError> {
    let now = sim.now();
    let wish = ChannelBody::read(body)?.check(now)?;
    let project = project_of(&caller.client_id);
    let channel = Channel {
        resource_id: resource.id(),
        resource_uri: uri(&resource, &call.query),
        told: resource.version(&sim.directory()),
        project: project.to_owned(),
        client_id: caller.client_id.to_string(),
        email: caller.email.to_string(),
        id: wish.id,
        address: wish.address,
        token: wish.token,
        expires: wish.expires,
        stopped: None,
        last_number: 0,
        resource,
    };
    let answer = describe(&channel);
    let id = channel.id.clone();
    let wait = {
        let mut office = sim.push();
        office
            .open(channel, now)
            .map_err(|_| push_error("channelIdNotUnique", &format!("Channel id {id} not unique")))?;
        office.sync_before_answer(&id)
    };
    sim.push_bell().ring();
    if wait {
        sim.push_bell().settled().await;
    }
    Ok(google::json(StatusCode::OK, &answer))
}

/// What the caller gets back (push guide, "Making notification requests").
fn describe(channel: &Channel) -> Value {
    let mut body = json!({
        "kind": "api#channel", "id": channel.id, "resourceId": channel.resource_id,
        "resourceUri": channel.resource_uri, "expiration": channel.expires.as_millisecond().to_string(),
    });
    if let Some(token) = &channel.token {
        body["token"] = token.as_str().into();
    }
    body
}

/// The list that is watched with its filters.
fn uri(resource: &Resource, query: &Query) -> String {
    let filters = query.without(&NOT_FILTERS);
    let joint = if filters.is_empty() { "" } else { "&" };
    format!("{BASE}{}?{filters}{joint}alt=json", resource.path())
}
