//! Merged busy time of users and calendars.

use kalends_core::{
    busy,
    time::{CalendarId, Interval, TenantId, UserId},
};

use super::{
    AvailabilityError, CalendarEvidence, Freshness, Ignore, Subjects,
    gather::{self, Gathered},
};
use crate::Engine;

/// A question for busy time; names at least one user or calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AvailabilityQuery {
    /// Users: all of their selected calendars and their manual blocks count.
    pub users: Vec<UserId>,
    /// Calendars on their own, among those that are selected.
    pub calendars: Vec<CalendarId>,
    /// The time asked about.
    pub window: Interval,
    /// How fresh it must be.
    pub freshness: Freshness,
}

/// Busy time, in the order of the question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Availability {
    /// The users.
    pub users: Vec<UserAvailability>,
    /// The calendars.
    pub calendars: Vec<CalendarBusy>,
}

/// A user's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAvailability {
    /// Who.
    pub user: UserId,
    /// When they are busy: a run, clipped to the window.
    pub busy: Vec<Interval>,
    /// When nobody knows, which is never free.
    pub unknown: Vec<Interval>,
    /// When they take appointments.
    pub open: Vec<Interval>,
    /// What that rests on.
    pub calendars: Vec<CalendarEvidence>,
}

/// A calendar's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarBusy {
    /// When it is busy: a run, clipped to the window.
    pub busy: Vec<Interval>,
    /// When nobody knows.
    pub unknown: Vec<Interval>,
    /// What that rests on.
    pub evidence: CalendarEvidence,
}

/// Answers from the busy index.
pub async fn read(
    engine: &Engine,
    tenant: TenantId,
    query: &AvailabilityQuery,
) -> Result<Availability, AvailabilityError> {
    let subjects = Subjects {
        users: &query.users,
        calendars: &query.calendars,
        ignore: &Ignore::default(),
        window: query.window,
    };
    let gathered = gather::gather(engine, tenant, &subjects, query.freshness).await?;
    let Gathered {
        people,
        calendars,
        runs,
    } = gathered;
    let users = people
        .into_iter()
        .map(|person| UserAvailability {
            open: person.open(query.window),
            busy: busy::clip(&person.busy, query.window),
            calendars: person.evidence(&runs),
            user: person.user,
            unknown: person.unknown,
        })
        .collect();
    let calendars = calendars
        .into_iter()
        .map(|calendar| CalendarBusy {
            busy: calendar.busy,
            unknown: calendar.unknown,
            evidence: calendar.evidence,
        })
        .collect();
    Ok(Availability { users, calendars })
}
