//! What of a calendar lies where a person has events. Its busy months are looked at first, and its events only where these say that
//! something is there.

use std::collections::HashSet;

use kalends_core::{
    busy::{self, BusyMonth, BusyRules, Month, normalize},
    conflict::{Opponent, taken},
    external_event::{ExternalEvent, SeriesRole},
    time::{Interval, TenantId},
};
use kalends_store::CalendarIndex;

use crate::{
    Engine, pull,
    runner::failure::{Class, Failure},
};

/// Where is looked, and for what not.
pub(super) struct Asked<'a> {
    /// The run of the person's events.
    pub(super) times: Vec<Interval>,
    /// What blocks, as the person decided.
    pub(super) rules: BusyRules,
    /// Providers' ids of the copies of these events: invitations to them, in other calendars of the person.
    pub(super) copies: HashSet<&'a str>,
}

/// The times that events of a calendar take up where the person has events.
pub(super) async fn of_calendar(
    engine: &Engine,
    tenant: TenantId,
    index: &CalendarIndex,
    asked: &Asked<'_>,
) -> Result<Vec<(Interval, Opponent)>, Failure> {
    let shared = busy::intersect(&busy(index)?, &asked.times);
    let mut found = Vec::new();
    for stretch in normalize(shared.into_iter().map(pull::around).collect()) {
        let stored = engine
            .store()
            .events_touching(tenant, index.calendar, stretch)
            .await?;
        let others = stored
            .into_iter()
            .filter(|stored| !asked.copies.contains(name(&stored.event)))
            .map(|stored| (stored.id, stored.event));
        let times = taken(others, asked.rules, &index.zone, stretch);
        found.extend(times.into_iter().map(|(time, id)| (time, Opponent::External(id))));
    }
    Ok(found)
}

/// The provider's id of the event or of the series that it is of.
fn name(event: &ExternalEvent) -> &str {
    match &event.role {
        SeriesRole::Override { master, .. } => master,
        SeriesRole::Single | SeriesRole::Master { .. } => &event.provider_id,
    }
}

/// The run of the calendar's busy time in the months that were read.
fn busy(index: &CalendarIndex) -> Result<Vec<Interval>, Failure> {
    let unreadable = || Failure::new(Class::Bug, "index_unreadable", "a busy month cannot be read");
    let mut run = Vec::new();
    for stored in &index.months {
        let month = Month::from_number(stored.month).ok_or_else(unreadable)?;
        BusyMonth::decode_into(month, &stored.runs, &mut run).map_err(|_| unreadable())?;
    }
    Ok(run)
}
