//! `POST /v1/connect-sessions`

use axum::extract::State;
use http::StatusCode;
use jiff::Timestamp;
use kalends_engine::connect::{self, NewSession};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use crate::{auth::Caller, extract::Json, fields, problem::Problem, state::AppState};

/// Who is to connect a calendar, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({"userId": "ada", "provider": "google", "returnTo": "https://app.example.com/settings"})))]
pub(crate) struct CreateConnectSession {
    /// Whose calendar. The user is made when there is none of this id.
    #[schema(examples("ada"))]
    user_id: String,
    /// `google` or `ics`; the person chooses when it is left out.
    #[schema(examples("google"))]
    provider: Option<String>,
    /// What the person is asked to allow: `calendar_read`, `calendar_write`, `meet`, `drive`.
    #[serde(default = "calendar_read")]
    #[schema(default = json!(["calendar_read"]))]
    features: Vec<String>,
    /// Where the person is sent afterwards, with `status=connected` and `connectionId`, or `status=error` and `code`, in
    /// the query. Its origin must be on the server's or the tenant's list.
    #[schema(examples("https://app.example.com/settings"))]
    return_to: Option<String>,
    /// The address of the account that is expected; the provider's page may preselect it. The person can still choose
    /// another.
    #[schema(examples("ada@example.com"), max_length = 320)]
    login_hint: Option<String>,
}

/// A link that lets one person connect one account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "url": "https://calendar.example.com/v1/oauth/google/start?ticket=Zx1...", "expiresAt": "2026-11-20T10:30:00Z"
})))]
pub(crate) struct ConnectSession {
    /// Send the person's browser here. It holds a one-time ticket: treat it as a secret.
    url: Url,
    /// When the link stops working.
    expires_at: Timestamp,
}

/// Make a connect link
///
/// The link lets one person connect one account for the user, once. With an OAuth provider it leads straight to the
/// provider's consent page; otherwise to a page of this server where the person chooses, or types in a feed's address.
#[utoipa::path(
    post,
    path = "/v1/connect-sessions",
    tag = "connect",
    request_body = CreateConnectSession,
    responses(
        (status = 201, description = "The link.", body = ConnectSession),
        (status = 400, description = "`return_to_not_allowed`: the origin of `returnTo` is on no list."),
        (status = 404, description = "`provider_not_configured`: the server has no client for this provider."),
    ),
)]
pub(crate) async fn create_connect_session(
    State(state): State<AppState>,
    caller: Caller,
    Json(body): Json<CreateConnectSession>,
) -> Result<(StatusCode, Json<ConnectSession>), Problem> {
    let provider = match &body.provider {
        Some(word) => Some(fields::provider("provider", word)?),
        None => None,
    };
    let session = NewSession {
        user: fields::user_id("userId", body.user_id)?,
        provider,
        features: fields::features("features", &body.features)?,
        return_to: body.return_to,
        login_hint: fields::text("loginHint", body.login_hint, 320)?,
    };
    let opened = connect::open_session(state.engine(), caller.tenant, session).await?;
    let mut url = state.config().public_url().clone();
    match provider {
        Some(provider) if provider.uses_oauth() => url.set_path(&format!("/v1/oauth/{provider}/start")),
        _ => url.set_path("/connect"),
    }
    url.query_pairs_mut()
        .append_pair("ticket", opened.ticket.expose_secret());
    let session = ConnectSession {
        url,
        expires_at: opened.expires_at,
    };
    Ok((StatusCode::CREATED, Json(session)))
}

fn calendar_read() -> Vec<String> {
    vec!["calendar_read".to_owned()]
}
