//! Slots at which people can come, in the company that is asked for.

use kalends_core::{
    slots::{self, Found},
    time::{TenantId, UserId},
};

use super::{AvailabilityError, CalendarEvidence, SlotsQuery, known::Known};
use crate::Engine;

/// Slots and what they rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotsAnswer {
    /// Slots or periods, and what is unknown.
    pub found: Found,
    /// What it rests on, in the order of the question.
    pub users: Vec<UserEvidence>,
}

/// What an answer rests on, for one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserEvidence {
    /// Who.
    pub user: UserId,
    /// Their selected calendars.
    pub calendars: Vec<CalendarEvidence>,
}

/// Finds slots from the busy index.
pub async fn slots(
    engine: &Engine,
    tenant: TenantId,
    mut query: SlotsQuery,
) -> Result<SlotsAnswer, AvailabilityError> {
    query.query.now = engine.ambient().now();
    let known = Known::gather(engine, tenant, &query).await?;
    let found = slots::find(&query.question(&known.people(&query, &[])))?;
    Ok(SlotsAnswer {
        found,
        users: known.evidence(),
    })
}
