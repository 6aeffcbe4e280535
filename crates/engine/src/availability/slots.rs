//! Slots at which all of some users can come.

use kalends_core::{
    slots::{self, Found, OpenHours, Person, Question, SlotQuery},
    time::{TenantId, UserId},
};

use super::{
    AvailabilityError, CalendarEvidence, Freshness, Subjects,
    gather::{self, Gathered},
};
use crate::Engine;

/// A question for slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotsQuery {
    /// Who has to be there: at least one.
    pub users: Vec<UserId>,
    /// What is asked. `now` is set by the engine.
    pub query: SlotQuery,
    /// Open hours for everybody, instead of each user's own.
    pub open_hours: Option<OpenHours>,
    /// How fresh the calendars must be.
    pub freshness: Freshness,
}

/// Slots and what they rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotsAnswer {
    /// Free time, slots, and what is unknown.
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
    query: SlotsQuery,
) -> Result<SlotsAnswer, AvailabilityError> {
    let SlotsQuery {
        users,
        mut query,
        open_hours,
        freshness,
    } = query;
    query.now = engine.ambient().now();
    query.check()?;
    let reach = query.reach();
    let subjects = Subjects {
        users: &users,
        calendars: &[],
        window: reach,
    };
    let Gathered { people, .. } = gather::gather(engine, tenant, &subjects, freshness).await?;
    let open: Vec<_> = match &open_hours {
        Some(hours) => {
            let windows = hours.windows(reach);
            people.iter().map(|_| windows.clone()).collect()
        }
        None => people.iter().map(|person| person.open(reach)).collect(),
    };
    let persons: Vec<Person<'_>> = people
        .iter()
        .zip(&open)
        .map(|(person, open)| Person::new(open, &person.busy, &person.unknown))
        .collect();
    let found = slots::find(&Question::together(&query, &persons))?;
    let users = people
        .into_iter()
        .map(|person| UserEvidence {
            user: person.user,
            calendars: person.calendars,
        })
        .collect();
    Ok(SlotsAnswer { found, users })
}
