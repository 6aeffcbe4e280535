//! A sync run on the wire.

use jiff::Timestamp;
use kalends_engine::connections::{self, Outcome};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::words::words;

/// One pass over one calendar.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "id": "01982f6e-6a10-7c02-9d41-0c55e8a7b311", "calendarId": "01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90",
    "kind": "delta", "trigger": "request", "outcome": "completed",
    "startedAt": "2026-11-20T09:58:12Z", "finishedAt": "2026-11-20T09:58:12.4Z",
    "counts": {"created": 0, "updated": 1, "deleted": 0, "quarantined": 0, "pages": 1, "requests": 1}
})))]
pub(crate) struct SyncRun {
    /// Its id.
    id: Uuid,
    /// Which calendar.
    calendar_id: Uuid,
    /// Whether it read everything or what changed.
    kind: RunKind,
    /// Why it ran.
    trigger: Trigger,
    /// How it went.
    outcome: RunOutcome,
    /// Stable code of the failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// When it began.
    started_at: Timestamp,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<Timestamp>,
    /// What it did.
    counts: RunCounts,
}

words! {
    /// Whether a pass read everything (`full`) or what changed (`delta`).
    RunKind of connections::RunKind { Full, Delta }

    /// Why a pass ran: its time had come (`poll`), somebody asked (`request`), a question wanted fresher data (`live`),
    /// the calendar was selected or connected (`selected`), or the provider told of a change (`push`).
    Trigger of connections::Trigger { Poll, Request, Live, Selected, Push }
}

/// How a pass went. `interrupted`: its worker was lost, or a newer pass overtook it.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RunOutcome {
    Running,
    Completed,
    Failed,
    Interrupted,
}

/// What a pass did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RunCounts {
    /// Events that are new.
    created: u64,
    /// Events that differ from before.
    updated: u64,
    /// Events that are gone.
    deleted: u64,
    /// Items that could not be read and were put aside.
    quarantined: u64,
    /// Pages read.
    pages: u64,
    /// Requests made.
    requests: u64,
}

impl From<connections::SyncRun> for SyncRun {
    fn from(run: connections::SyncRun) -> Self {
        let (outcome, error) = match run.outcome {
            Outcome::Running => (RunOutcome::Running, None),
            Outcome::Completed => (RunOutcome::Completed, None),
            Outcome::Interrupted => (RunOutcome::Interrupted, None),
            Outcome::Failed { error } => (RunOutcome::Failed, Some(error)),
        };
        Self {
            id: run.id.0,
            calendar_id: run.calendar.0,
            kind: run.kind.into(),
            trigger: run.trigger.into(),
            outcome,
            error,
            started_at: run.started_at,
            finished_at: run.finished_at,
            counts: RunCounts {
                created: run.counts.created,
                updated: run.counts.updated,
                deleted: run.counts.deleted,
                quarantined: run.counts.quarantined,
                pages: run.counts.pages,
                requests: run.counts.requests,
            },
        }
    }
}
