//! `channels.stop`.

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;

use super::request::{ChannelBody, given};
use crate::{
    google::{Call, GoogleError, Method},
    oauth::project_of,
    state::Sim,
};

/// Ends a channel; only the person and the client that opened it may. Messages made before may still come.
pub(crate) async fn stop(State(sim): State<Sim>, call: Call, body: Bytes) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::ChannelsStop)?;
    let body = ChannelBody::read(&body)?;
    let id = given(body.id, "id")?;
    let resource_id = given(body.resource_id, "resourceId")?;
    let now = sim.now();
    let project = project_of(&caller.client_id);
    let mut office = sim.push();
    let channel = office.channel_mut(project, &id).filter(|channel| {
        channel.is_open(now)
            && channel.resource_id == resource_id
            && *channel.email == *caller.email
            && *channel.client_id == *caller.client_id
    });
    let channel = channel.ok_or_else(|| {
        let message = format!("Channel '{id}' not found for project '{project}'");
        GoogleError::new(StatusCode::NOT_FOUND, "global", "notFound", &message)
    })?;
    channel.stopped = Some(now);
    Ok(StatusCode::NO_CONTENT.into_response())
}
