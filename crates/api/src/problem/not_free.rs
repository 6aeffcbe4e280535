//! Time that is taken, and what there is instead, as a problem says it.

use jiff::Timestamp;
use kalends_core::{claims::Taker, time::Interval};
use kalends_engine::claims::{NotFree, TakenBy, TakenTime};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Code, Problem};
use crate::routes::reading::Span;

/// What a problem of the code `not_free` says besides.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = NotFree)]
pub(crate) struct NotFreeBody {
    /// Whose time is taken, and by what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    taken: Vec<Taken>,
    /// Times of the same length near the one that was asked for, at which all of the people can, as it is now. Not told for whole
    /// days and series.
    alternatives: Vec<Span>,
}

/// Whose time is taken.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Taken {
    /// Whose.
    #[schema(examples("ada"))]
    user_id: String,
    /// By what, in the order of time.
    by: Vec<By>,
}

/// What takes somebody's time.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct By {
    /// What sort of thing: `unknown` when nobody knows whether anything does.
    kind: Kind,
    /// First instant that is taken.
    start: Timestamp,
    /// First instant after it.
    end: Timestamp,
    /// The event's key.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_key: Option<String>,
    /// The hold's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_id: Option<Uuid>,
    /// The calendar's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    calendar_id: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TakenByKind)]
enum Kind {
    Event,
    Hold,
    Calendar,
    Block,
    Unknown,
}

impl From<NotFree> for Problem {
    fn from(not_free: NotFree) -> Self {
        let users: Vec<&str> = not_free.people.iter().map(|taken| taken.user.as_str()).collect();
        let detail = format!("The time is not free for {}.", users.join(", "));
        Self {
            not_free: Some(Box::new(NotFreeBody {
                taken: not_free.people.into_iter().map(Into::into).collect(),
                alternatives: not_free.alternatives.into_iter().map(Into::into).collect(),
            })),
            ..Self::new(Code::NotFree, detail)
        }
    }
}

impl Problem {
    /// Not everybody can come at the time that was asked for, for whatever reason.
    pub(super) fn not_free(alternatives: Vec<Interval>) -> Self {
        Self {
            not_free: Some(Box::new(NotFreeBody {
                taken: Vec::new(),
                alternatives: alternatives.into_iter().map(Into::into).collect(),
            })),
            ..Self::new(Code::NotFree, "Not everybody is free and working then.")
        }
    }
}

impl From<TakenTime> for Taken {
    fn from(taken: TakenTime) -> Self {
        Self {
            user_id: taken.user.to_string(),
            by: taken.by.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<TakenBy> for By {
    fn from(by: TakenBy) -> Self {
        let (kind, hold_id, calendar_id) = match by.taker {
            Taker::Event(_) => (Kind::Event, None, None),
            Taker::Hold(id) => (Kind::Hold, Some(id.0), None),
            Taker::Calendar(id) => (Kind::Calendar, None, Some(id.0)),
            Taker::Block => (Kind::Block, None, None),
            Taker::Unknown => (Kind::Unknown, None, None),
        };
        Self {
            kind,
            start: by.span.start(),
            end: by.span.end(),
            event_key: by.key.map(|key| key.to_string()),
            hold_id,
            calendar_id,
        }
    }
}
