//! The calendars of connections: which count, which one is written to.

mod list;
mod update;

use jiff::Timestamp;
use kalends_engine::{calendars, channels};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    state::AppState,
    words::{Provider, words},
};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_calendars))
        .routes(routes!(update::update_calendar))
}

/// One calendar of a connection.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "id": "01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90", "connectionId": "01982f6e-5b00-7f10-8c3d-3a9d1b0e6f27",
    "userId": "ada", "provider": "google", "name": "Lessons", "timeZone": "Europe/London", "color": "#2456c7",
    "accessRole": "own", "primary": true, "freeBusyOnly": false, "canWrite": true, "canCreateMeet": true,
    "selected": true, "writeTarget": true, "push": {"state": "live",
    "channelId": "01982f6e-5d00-7c52-9b60-1e8f3c2d4a01", "expiresAt": "2026-11-27T09:41:07Z", "lastMessageAt": "2026-11-20T09:58:11Z"},
    "syncStatus": "idle", "lastSyncedAt": "2026-11-20T09:58:12Z",
    "retryCount": 0, "quarantined": 0,
    "coverage": {"from": "2026-10-21T00:00:00Z", "until": "2027-02-18T00:00:00Z"}
})))]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the wire")]
pub(crate) struct Calendar {
    /// Its id.
    id: Uuid,
    /// The connection that it came with.
    connection_id: Uuid,
    /// Whose it is.
    #[schema(examples("ada"))]
    user_id: String,
    /// Where it is.
    provider: Provider,
    /// What its owner calls it.
    #[schema(examples("Lessons"))]
    name: String,
    /// The IANA zone of its all-day events.
    #[schema(examples("Europe/Zurich"))]
    time_zone: String,
    /// As `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("#2456c7"))]
    color: Option<String>,
    /// What the account may do in it: `free_busy`, `read`, `write` or `own`.
    #[schema(examples("own"))]
    access_role: String,
    /// Whether it is the account's main calendar.
    primary: bool,
    /// Whether only busy times can be read.
    free_busy_only: bool,
    /// Whether events can be written.
    can_write: bool,
    /// Whether a meeting link can be made for its events.
    can_create_meet: bool,
    /// Whether it counts for availability.
    selected: bool,
    /// Whether it gets the user's events.
    write_target: bool,
    /// Since when the provider no longer lists it or lets us read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    lost_at: Option<Timestamp>,
    /// Whether its provider tells of changes; where it does not, polls are all there is.
    push: Push,
    /// What its sync is doing.
    sync_status: SyncStatus,
    /// When it last agreed with the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_synced_at: Option<Timestamp>,
    /// Stable code of the latest failure; absent after a success.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    /// Failures in a row.
    retry_count: u32,
    /// When it is tried again after a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_retry_at: Option<Timestamp>,
    /// The window over which busy times are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Coverage>,
    /// How far the pass under way has come.
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<Progress>,
    /// Since when nothing has succeeded for too long: four intervals, and an hour at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    overdue_since: Option<Timestamp>,
    /// Items that could not be read, or not wholly. They are tried again on their own; until then what was known of
    /// them before counts.
    quarantined: u64,
    /// When it was last held against what its provider lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    audited_at: Option<Timestamp>,
    /// How many items differed then; reading everything anew has put them right.
    #[serde(skip_serializing_if = "Option::is_none")]
    drift: Option<u64>,
}

words! {
    /// What a calendar's sync is doing: nothing, reading, or waiting after a failure.
    SyncStatus of calendars::SyncStatus { Idle, Syncing, Error }

    /// Whether a calendar's provider tells of changes: it does, is being asked to, is not wanted to or cannot, refuses, or
    /// does not although it should.
    PushState of channels::PushState { Live, Opening, Off, Refused, Unavailable }
}

/// How a calendar's changes come to be known besides polling.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Push {
    /// Whether its provider tells of them.
    state: PushState,
    /// Why not, as a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("no_public_url"))]
    reason: Option<String>,
    /// The push channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    channel_id: Option<Uuid>,
    /// When the channel ends unless it is replaced, which happens before.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    /// When the channel last told something, to the minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_message_at: Option<Timestamp>,
}

/// A window of time.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Coverage {
    /// First instant that is covered.
    from: Timestamp,
    /// First instant after it.
    until: Timestamp,
}

/// How far a pass has come.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Progress {
    /// Pages stored.
    pages: u64,
    /// Items stored.
    items: u64,
    /// When the pass began.
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Timestamp>,
}

impl From<calendars::Calendar> for Calendar {
    fn from(calendar: calendars::Calendar) -> Self {
        let sync = calendar.sync;
        Self {
            id: calendar.id.0,
            connection_id: calendar.connection.0,
            user_id: calendar.user.to_string(),
            provider: calendar.provider.into(),
            name: calendar.name,
            time_zone: calendar.time_zone.name().to_owned(),
            color: calendar.color,
            access_role: calendar.access_role,
            primary: calendar.primary,
            free_busy_only: calendar.free_busy_only,
            can_write: calendar.can_write,
            can_create_meet: calendar.can_create_meet,
            selected: calendar.selected,
            write_target: calendar.write_target,
            lost_at: calendar.lost_at,
            push: Push {
                state: calendar.push.state.into(),
                reason: calendar.push.reason,
                channel_id: calendar.push.channel.map(|channel| channel.0),
                expires_at: calendar.push.expires_at,
                last_message_at: calendar.push.last_message_at,
            },
            sync_status: sync.status.into(),
            last_synced_at: sync.last_synced_at,
            last_error: sync.last_error,
            retry_count: sync.retry_count,
            overdue_since: sync.overdue_since,
            quarantined: sync.quarantined,
            audited_at: sync.audited_at,
            drift: sync.drift,
            next_retry_at: sync.next_retry_at,
            coverage: sync.covered.map(|covered| Coverage {
                from: covered.start(),
                until: covered.end(),
            }),
            progress: sync.progress.map(|progress| Progress {
                pages: progress.pages,
                items: progress.items,
                started_at: progress.started_at,
            }),
        }
    }
}
