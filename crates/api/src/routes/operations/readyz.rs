//! `GET /readyz`

use axum::extract::State;
use http::StatusCode;
use kalends_engine::{
    Counting,
    readiness::{self, Health},
    replicas,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{extract::Json, state::AppState, words::words};

/// How this process is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "ready": true, "role": "all", "draining": false, "replicas": 2, "database": "ok", "migrations": "ok",
    "keyRing": "ok", "tasks": "ok", "callCounts": "together"
})))]
pub(crate) struct Readiness {
    /// Whether it can do its part; the answer's status says the same.
    ready: bool,
    /// What it does.
    role: Role,
    /// Whether it is about to end.
    draining: bool,
    /// How many replicas there are, this one among them.
    replicas: u32,
    /// Whether the database answers.
    database: Part,
    /// Whether the tables are those of this version.
    migrations: Part,
    /// Whether the key ring opens what is stored.
    key_ring: Part,
    /// Whether background tasks are taken.
    tasks: Part,
    /// Who counts the calls to providers.
    call_counts: CallCounts,
}

words! {
    /// What a process does: everything, the API, or background tasks.
    Role of replicas::Role { All, Api, Worker }
}

/// `ok`: it works. `failing`: it does not. `unknown`: it could not be asked, because another part fails. `elsewhere`: it is
/// not this process's part.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Part {
    Ok,
    Failing,
    Unknown,
    Elsewhere,
}

/// `apart`: each replica counts its share of the limits. `together`: all count in Redis. `away`: Redis does not answer, so
/// each counts its share for now, which is no reason to send requests elsewhere.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CallCounts {
    Apart,
    Together,
    Away,
}

/// Whether the process can do its part
///
/// Looks at everything that it needs, and says what fails. Send requests only while the status is 200. A process that is about
/// to end says so here first.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operations",
    responses(
        (status = 200, description = "It can.", body = Readiness),
        (status = 503, description = "It cannot: a part is `failing`, or it is about to end.", body = Readiness),
    )
)]
pub(crate) async fn readyz(State(state): State<AppState>) -> (StatusCode, Json<Readiness>) {
    let readiness = readiness::read(state.engine(), state.config().process()).await;
    let status = if readiness.is_ready() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(readiness.into()))
}

impl From<readiness::Readiness> for Readiness {
    fn from(readiness: readiness::Readiness) -> Self {
        Self {
            ready: readiness.is_ready(),
            role: readiness.role.into(),
            draining: readiness.is_draining,
            replicas: readiness.replicas,
            database: readiness.database.into(),
            migrations: readiness.migrations.into(),
            key_ring: readiness.key_ring.into(),
            tasks: readiness.tasks.into(),
            call_counts: match readiness.calls {
                Counting::Apart => CallCounts::Apart,
                Counting::Together => CallCounts::Together,
                Counting::Away => CallCounts::Away,
            },
        }
    }
}

impl From<Health> for Part {
    fn from(health: Health) -> Self {
        match health {
            Health::Good => Self::Ok,
            Health::Bad => Self::Failing,
            Health::Unknown => Self::Unknown,
            Health::Elsewhere => Self::Elsewhere,
        }
    }
}
