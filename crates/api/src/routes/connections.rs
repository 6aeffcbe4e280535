//! Accounts and feeds that people have connected.

mod delete;
mod get;
mod list;
pub(crate) mod sync;
mod sync_run;
mod sync_runs;

use std::collections::BTreeMap;

use jiff::Timestamp;
use kalends_core::{provider::Feature, time::ConnectionId};
use kalends_engine::connections::{self, State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    layers::idempotent,
    state::AppState,
    words::{self, Provider},
};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_connections))
        .routes(routes!(get::get_connection, delete::delete_connection))
        .routes(idempotent(routes!(sync::sync_connection)))
        .routes(routes!(sync_runs::list_sync_runs))
}

/// One account or feed that a user has connected.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "id": "01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90", "userId": "ada", "provider": "google", "account": "ada@example.com",
    "state": "active", "features": [{"feature": "calendar_read", "status": "granted"}],
    "events": {"pending": 0, "synced": 12, "failed": 0, "blocked": 0, "removed": 1},
    "createdAt": "2026-11-20T09:00:00Z", "updatedAt": "2026-11-20T09:00:00Z"
})))]
pub(crate) struct Connection {
    /// Its id.
    id: Uuid,
    /// Whose account it is.
    #[schema(examples("ada"))]
    user_id: String,
    /// Where it is.
    provider: Provider,
    /// What people know the account by, such as its address.
    #[schema(examples("ada@example.com"))]
    account: String,
    /// Whether it works.
    state: ConnectionState,
    /// Why it does not work: a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("invalid_grant"))]
    reason: Option<String>,
    /// When the access was found to be gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
    /// What the person was asked to allow, and whether they did.
    features: Vec<FeatureState>,
    /// How far its calendars are with the user's events, by how their links stand.
    events: EventCounts,
    /// When it was made.
    created_at: Timestamp,
    /// When it changed last.
    updated_at: Timestamp,
}

/// How many events stand how on calendars.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventCounts {
    /// Something is to be sent.
    pending: u64,
    /// The calendar shows what is wanted.
    synced: u64,
    /// Sending was given up for now.
    failed: u64,
    /// The provider does not take it until something changes.
    blocked: u64,
    /// The event is off the calendar.
    removed: u64,
}

/// `active`: it works. `degraded`: it has trouble that may pass, and is tried further. `reauth_required`: only the
/// person can connect it again. `disconnected`: it was ended.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConnectionState {
    Active,
    Degraded,
    ReauthRequired,
    Disconnected,
}

/// Something that the person was asked to allow.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FeatureState {
    /// What.
    feature: words::Feature,
    /// Whether they allowed it.
    status: FeatureStatus,
}

/// `needs_consent`: the feature stays off until the person connects again and allows it.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FeatureStatus {
    Granted,
    NeedsConsent,
}

impl Connection {
    /// The connection with its events, of which there may be none.
    pub(crate) fn with(
        connection: connections::Connection,
        counts: &BTreeMap<ConnectionId, connections::EventCounts>,
    ) -> Self {
        let counts = counts.get(&connection.id).copied().unwrap_or_default();
        let (state, reason, revoked_at) = match connection.state {
            State::Active => (ConnectionState::Active, None, None),
            State::Degraded { reason } => (ConnectionState::Degraded, Some(reason), None),
            State::ReauthRequired { reason, revoked_at } => {
                (ConnectionState::ReauthRequired, Some(reason), revoked_at)
            }
            State::Disconnected => (ConnectionState::Disconnected, None, None),
        };
        let needs_consent = connection.needs_consent;
        let of = |feature: Feature| FeatureState {
            feature: feature.into(),
            status: if needs_consent.contains(&feature) {
                FeatureStatus::NeedsConsent
            } else {
                FeatureStatus::Granted
            },
        };
        Self {
            id: connection.id.0,
            user_id: connection.user.to_string(),
            provider: connection.provider.into(),
            account: connection.account,
            state,
            reason,
            revoked_at,
            features: connection.features.into_iter().map(of).collect(),
            events: EventCounts {
                pending: counts.pending,
                synced: counts.synced,
                failed: counts.failed,
                blocked: counts.blocked,
                removed: counts.removed,
            },
            created_at: connection.created_at,
            updated_at: connection.updated_at,
        }
    }
}
