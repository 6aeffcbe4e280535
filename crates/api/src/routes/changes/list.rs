//! `GET /v1/changes`

use axum::extract::State;
use jiff::Timestamp;
use kalends_engine::changes;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::Caller,
    extract::{Json, Query},
    page,
    problem::Problem,
    state::AppState,
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListChanges {
    /// Only changes with a greater number; 0 begins at the beginning.
    #[param(minimum = 0, default = 0)]
    after: Option<i64>,
    /// Most changes of an answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
}

/// A stretch of the feed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "items": [{
        "seq": 41, "type": "connection.created", "userId": "ada",
        "subjectId": "01982f6e-5b00-7f10-8c3d-3a9d1b0e6f27", "at": "2026-11-20T09:00:00Z",
        "data": {"provider": "google"}
    }],
    "lastSeq": 41
})))]
pub(crate) struct Changes {
    /// The changes, oldest first. Ask again after the last one's number.
    items: Vec<Change>,
    /// The newest number given out; nothing follows when the last item has it.
    last_seq: i64,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Change {
    /// Its number: 1 for the tenant's first, without gaps, in the order of the commits.
    seq: i64,
    /// What happened, such as `connection.created`.
    #[serde(rename = "type")]
    kind: String,
    /// Whom it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    /// The id of what changed.
    subject_id: String,
    /// When it was committed.
    at: Timestamp,
    /// Details, by type.
    #[schema(value_type = Object)]
    data: serde_json::Value,
}

/// Read the feed of changes
///
/// Every state change worth telling has a number, written in the transaction that caused it: whoever remembers the
/// last number misses nothing.
#[utoipa::path(
    get,
    path = "/v1/changes",
    tag = "changes",
    params(ListChanges),
    responses(
        (status = 200, description = "The changes after the number.", body = Changes),
        (status = 410, description = "`changes_gone`: what follows the number is no longer kept whole. Read the present state and go on from the newest number."),
    ),
)]
pub(crate) async fn list_changes(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<ListChanges>,
) -> Result<Json<Changes>, Problem> {
    let after = query.after.unwrap_or(0);
    if after < 0 {
        return Err(Problem::field("after", "must be at least 0"));
    }
    let limit = page::limit(query.limit)?;
    let changes = changes::list(state.engine(), caller.tenant, after, limit).await?;
    Ok(Json(changes.into()))
}

impl From<changes::Changes> for Changes {
    fn from(changes: changes::Changes) -> Self {
        let change = |change: changes::Change| Change {
            seq: change.seq,
            kind: change.kind,
            user_id: change.user.map(|user| user.to_string()),
            subject_id: change.subject,
            at: change.at,
            data: change.data,
        };
        Self {
            items: changes.changes.into_iter().map(change).collect(),
            last_seq: changes.last_seq,
        }
    }
}
