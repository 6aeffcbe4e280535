//! How fresh an answer must be, as questions state it.

use jiff::SignedDuration;
use kalends_core::availability::OnUnreachable;
use kalends_engine::availability::Freshness;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// A day: how old the last known state may be when the caller does not say.
const DEFAULT_MAX_AGE_SECONDS: u32 = 86_400;

/// What to make of a calendar that is older than wanted and cannot be asked. `closed`: its time is unknown, so nothing
/// is offered. `open`: it is left out. `last_known`: what was last known counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OnUnreachable)]
pub(crate) enum OnUnreachableWord {
    #[default]
    Closed,
    Open,
    LastKnown,
}

/// Reads the three fields that say how fresh an answer must be.
pub(crate) fn read(
    max_staleness_seconds: Option<u32>,
    on_unreachable: OnUnreachableWord,
    last_known_max_age_seconds: Option<u32>,
) -> Result<Freshness, Problem> {
    if last_known_max_age_seconds.is_some() && on_unreachable != OnUnreachableWord::LastKnown {
        return Err(Problem::field(
            "lastKnownMaxAgeSeconds",
            "goes with onUnreachable: last_known only",
        ));
    }
    let max_age_seconds = last_known_max_age_seconds.unwrap_or(DEFAULT_MAX_AGE_SECONDS);
    Ok(Freshness {
        max_staleness: max_staleness_seconds.map(seconds),
        on_unreachable: match on_unreachable {
            OnUnreachableWord::Closed => OnUnreachable::Closed,
            OnUnreachableWord::Open => OnUnreachable::Open,
            OnUnreachableWord::LastKnown => OnUnreachable::LastKnown {
                max_age: seconds(max_age_seconds),
            },
        },
    })
}

fn seconds(seconds: u32) -> SignedDuration {
    SignedDuration::from_secs(i64::from(seconds))
}
