//! Why an instant is offered or not.

use jiff::Timestamp;
use kalends_core::{
    slots::{self, Explanation, Source},
    time::{TenantId, Zone},
};

use super::{
    AvailabilityError, SlotsQuery, UserEvidence,
    known::{Known, TimeSource},
};
use crate::Engine;

/// Why an instant is offered or not, and what that rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainAnswer {
    /// The question, with the present at which it was answered.
    pub query: SlotsQuery,
    /// What the slot engine says; people are named by their place in the question.
    pub explanation: Explanation,
    /// What each person's time was made of, by the index that the explanation names.
    pub sources: Vec<Vec<TimeSource>>,
    /// The zone of each person's hours; `None` without hours.
    pub hours_zones: Vec<Option<Zone>>,
    /// What it rests on, in the order of the question.
    pub users: Vec<UserEvidence>,
}

/// Explains an instant by what [`slots`](super::slots) would answer now.
pub async fn explain(
    engine: &Engine,
    tenant: TenantId,
    (mut query, at): (SlotsQuery, Timestamp),
) -> Result<ExplainAnswer, AvailabilityError> {
    query.query.now = engine.ambient().now();
    let known = Known::gather(engine, tenant, &query).await?;
    let sources = known.sources();
    let spans: Vec<Vec<Source<'_>>> = sources
        .iter()
        .map(|sources| sources.iter().map(|(_, spans)| *spans).collect())
        .collect();
    let explanation = slots::explain(&query.question(&known.people(&query, &spans)), at)?;
    let names =
        |sources: &Vec<(TimeSource, Source<'_>)>| sources.iter().map(|(name, _)| name.clone()).collect();
    Ok(ExplainAnswer {
        explanation,
        sources: sources.iter().map(names).collect(),
        hours_zones: known.hours_zones(&query),
        users: known.evidence(),
        query,
    })
}
