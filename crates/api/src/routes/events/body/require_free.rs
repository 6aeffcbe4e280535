//! A demand of free time, on the wire.

use kalends_core::claims::Terms;
use kalends_engine::claims;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    fields,
    problem::Problem,
    routes::reading::freshness::{self, OnUnreachableWord},
};

/// `true`, or the terms on which the time has to be free.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(
    untagged,
    expecting = "must be true, false, or an object with terms such as bufferAfterMinutes"
)]
pub(crate) enum RequireFree {
    /// `true`: on the usual terms; `false`: not at all.
    Plain(bool),
    /// On these terms.
    On(FreeTerms),
}

/// On what terms time has to be free.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FreeTerms {
    /// Nobody may be busy for this long before it.
    #[serde(default)]
    #[schema(default = 0, maximum = 1440)]
    buffer_before_minutes: u32,
    /// The same after it.
    #[serde(default)]
    #[schema(default = 0, maximum = 1440)]
    buffer_after_minutes: u32,
    /// How many events of one kind may take exactly the same time of a person, this one included.
    #[schema(default = 1, minimum = 1, maximum = 1000)]
    seats: Option<u32>,
    /// With `seats`: which events are of one kind, those that say the same here.
    #[serde(default)]
    #[schema(default = "", max_length = 100)]
    kind: String,
    /// Calendars that are older are asked before anything is written.
    max_staleness_seconds: Option<u32>,
    #[serde(default)]
    #[schema(inline)]
    on_unreachable: OnUnreachableWord,
    /// With `onUnreachable: last_known`: how old what is known may be; a day when left out.
    last_known_max_age_seconds: Option<u32>,
}

impl RequireFree {
    /// The demand; `None` when there is none.
    pub(crate) fn to_engine(&self) -> Result<Option<claims::RequireFree>, Problem> {
        match self {
            Self::Plain(false) => Ok(None),
            Self::Plain(true) => Ok(Some(claims::RequireFree::default())),
            Self::On(terms) => terms
                .to_engine()
                .map(Some)
                .map_err(|problem| problem.inside("requireFree")),
        }
    }
}

impl FreeTerms {
    fn to_engine(&self) -> Result<claims::RequireFree, Problem> {
        let terms = Terms {
            buffer_before_minutes: self.buffer_before_minutes,
            buffer_after_minutes: self.buffer_after_minutes,
            seats: self.seats.unwrap_or(1),
            kind: self.kind.clone(),
        };
        terms.check().map_err(fields::invalid)?;
        Ok(claims::RequireFree {
            terms,
            freshness: freshness::read(
                self.max_staleness_seconds,
                self.on_unreachable,
                self.last_known_max_age_seconds,
            )?,
        })
    }
}
