//! Who is free when, and the events that this rests on.

mod availability;
mod evidence;
pub(crate) mod explain;
mod external_event;
mod external_events;
pub(crate) mod freshness;
pub(crate) mod slots;

use jiff::Timestamp;
use kalends_core::time::Interval;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(availability::availability))
        .routes(routes!(explain::explain))
        .routes(routes!(slots::slots))
        .routes(routes!(external_events::list_external_events))
}

/// A half-open span of time.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Span {
    /// First instant inside.
    #[schema(examples("2026-12-01T09:00:00Z"))]
    start: Timestamp,
    /// First instant after it.
    #[schema(examples("2026-12-01T10:00:00Z"))]
    end: Timestamp,
}

impl From<Interval> for Span {
    fn from(interval: Interval) -> Self {
        Self {
            start: interval.start(),
            end: interval.end(),
        }
    }
}

fn spans(run: Vec<Interval>) -> Vec<Span> {
    run.into_iter().map(Span::from).collect()
}
