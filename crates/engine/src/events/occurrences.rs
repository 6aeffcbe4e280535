//! Changes and cancels single times of a series.

use kalends_core::{
    event::{self, EventKey, Exception, OriginalStart},
    time::TenantId,
};
use kalends_store::StoreError;

use super::{
    Condition, Event, EventError, get,
    put::{TRIES, Wanted, change},
    stand,
};
use crate::Engine;

/// One time of a series as it is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct PutOccurrence {
    /// The series.
    pub key: EventKey,
    /// The start that its rule gives the time.
    pub start: OriginalStart,
    /// In what it differs from the others; nothing makes it like them again.
    pub exception: Exception,
    /// On what condition.
    pub condition: Condition,
}

/// Lets one time of a series differ from the others. A time that is so already changes nothing.
pub async fn put_occurrence(
    engine: &Engine,
    tenant: TenantId,
    put: PutOccurrence,
) -> Result<Event, EventError> {
    let PutOccurrence {
        key,
        start,
        exception,
        condition,
    } = put;
    let differing = |series: &event::Event| {
        series.occurrence(start).ok_or(EventError::NoSuchTime)?;
        let mut series = series.clone();
        series.exceptions.remove(&start);
        let mut exception = exception.clone();
        let by_rule = series.occurrence(start).map(|time| time.when);
        exception.when = exception.when.filter(|when| Some(when) != by_rule.as_ref());
        if exception != Exception::default() {
            series.exceptions.insert(start, exception);
        }
        Ok(series)
    };
    alter(engine, tenant, (&key, &condition), differing).await
}

/// Takes one time out of a series. Taking it out twice is no error.
pub async fn cancel_occurrence(
    engine: &Engine,
    tenant: TenantId,
    (key, start): (&EventKey, OriginalStart),
    condition: Condition,
) -> Result<Event, EventError> {
    let without = |series: &event::Event| match series.without(start) {
        Some(without) => Ok(without),
        None if was_taken_out(series, start) => Ok(series.clone()),
        None => Err(EventError::NoSuchTime),
    };
    alter(engine, tenant, (key, &condition), without).await
}

/// Whether the series would have the time if nothing were taken out of it.
fn was_taken_out(series: &event::Event, start: OriginalStart) -> bool {
    let mut whole = series.clone();
    whole
        .recurrence
        .retain(|line| !line.to_ascii_uppercase().starts_with("EXDATE"));
    whole.occurrence(start).is_some()
}

/// Writes what the series becomes.
async fn alter(
    engine: &Engine,
    tenant: TenantId,
    (key, condition): (&EventKey, &Condition),
    altered: impl Fn(&event::Event) -> Result<event::Event, EventError>,
) -> Result<Event, EventError> {
    for _ in 0..TRIES {
        let found = stand::of_key(engine, tenant, key, &std::collections::BTreeSet::new()).await?;
        let row = found.row.as_ref().ok_or(EventError::NotFound)?;
        condition.check(Some(row.version))?;
        let event = altered(&row.event)?;
        event.check()?;
        let wanted = Wanted {
            key: Some(key),
            event: &event,
        };
        let nobody = std::collections::BTreeSet::new();
        match change(engine, tenant, &found, (wanted, &nobody)).await {
            Err(StoreError::Conflict { .. }) => {}
            result => {
                result?;
                return get(engine, tenant, key).await;
            }
        }
    }
    Err(StoreError::Conflict { what: "event" }.into())
}
