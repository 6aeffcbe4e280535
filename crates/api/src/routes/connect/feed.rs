//! `POST /v1/connections/ics`

use std::collections::BTreeMap;

use axum::extract::State;
use http::StatusCode;
use kalends_engine::connect::{self, ConnectFeed};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    auth::Caller, extract::Json, fields, problem::Problem, routes::connections::Connection, state::AppState,
};

/// Whose feed, and where it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({"userId": "ada", "url": "https://calendar.example.com/private/basic.ics"})))]
pub(crate) struct ConnectIcs {
    /// Whose calendar. The user is made when there is none of this id.
    #[schema(examples("ada"))]
    user_id: String,
    /// The feed's address, `https:` or `webcal:`. It is kept sealed: a private feed's address is a secret.
    #[schema(examples("https://calendar.example.com/private/basic.ics"))]
    url: String,
    /// What people call it; the feed's host when it is left out.
    #[schema(examples("School timetable"), max_length = 200)]
    name: Option<String>,
}

/// Connect an ICS feed
///
/// Fetches the address once to see that it is a calendar, then keeps it in sync. An address that leads to a private
/// network is refused.
#[utoipa::path(
    post,
    path = "/v1/connections/ics",
    tag = "connect",
    request_body = ConnectIcs,
    responses(
        (status = 201, description = "The connection; its calendar is being read.", body = Connection),
        (status = 400, description = "`address_forbidden`, `feed_unreachable` or `feed_unreadable`: what is wrong with the address."),
    ),
)]
pub(crate) async fn connect_feed(
    State(state): State<AppState>,
    caller: Caller,
    Json(body): Json<ConnectIcs>,
) -> Result<(StatusCode, Json<Connection>), Problem> {
    let feed = ConnectFeed {
        user: fields::user_id("userId", body.user_id)?,
        url: body.url.into(),
        name: fields::text("name", body.name, 200)?,
    };
    let connection = connect::feed(state.engine(), caller.tenant, feed).await?;
    Ok((
        StatusCode::CREATED,
        Json(Connection::with(connection, &BTreeMap::new())),
    ))
}
