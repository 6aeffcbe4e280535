//! What an answer rests on, calendar by calendar.

use jiff::Timestamp;
use kalends_core::availability as core;
use kalends_engine::availability;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::words::{Provider, words};

/// How far one calendar's part of the answer can be trusted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CalendarEvidence {
    /// Which calendar.
    calendar_id: Uuid,
    /// Where it is.
    provider: Provider,
    /// How fresh it is.
    status: Freshness,
    /// When the provider was last known to agree; absent before the first sync.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<Timestamp>,
    /// How that was learned.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Source>,
    /// Nothing is known from here on.
    #[serde(skip_serializing_if = "Option::is_none")]
    covered_until: Option<Timestamp>,
    /// Stable code of the latest failure, when there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

words! {
    /// `fresh`: as fresh as wanted. `stale`: older than wanted. `unreachable`: older than wanted, and the provider did
    /// not answer. `unknown`: not synced yet.
    Freshness of core::Status { Fresh, Stale, Unreachable, Unknown }

    /// The provider told us (`push`), we asked on schedule (`poll`), or for this very question (`live`).
    Source of core::Source { Push, Poll, Live }
}

impl From<availability::CalendarEvidence> for CalendarEvidence {
    fn from(of: availability::CalendarEvidence) -> Self {
        Self {
            calendar_id: of.calendar.0,
            provider: of.provider.into(),
            status: of.evidence.status.into(),
            as_of: of.evidence.as_of,
            source: of.evidence.source.map(Into::into),
            covered_until: of.evidence.covered_until,
            error: of.error,
        }
    }
}
