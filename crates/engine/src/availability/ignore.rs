//! Takes single events out of their calendars' busy time: for moving them.
//!
//! Merged busy time does not say which event made it, so the calendar's part of the window is compiled anew from the
//! stored events, without those; time in which another event lies stays busy. This happens only when it is asked for.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kalends_core::{
    busy::{self, Builder},
    event::EventKey,
    external_event::{EventStatus, ExternalEvent, OverrideRange, SeriesRole},
    time::{BlockId, CalendarId, EventId, EventTime, ExternalEventId, Interval, TenantId, Zone},
};
use kalends_store::{CalendarIndex, UserClaim};

use super::{AvailabilityError, rows::Rows, weighed::CalendarRun};
use crate::{Engine, pull};

/// What shall not count as busy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ignore {
    /// Events in connected calendars; one that lies outside of what is asked about changes nothing.
    pub events: Vec<IgnoredEvent>,
    /// Time that was blocked by hand; a block that there is not changes nothing.
    pub blocks: Vec<BlockId>,
    /// The application's own events and holds; one that there is not changes nothing.
    pub own: Vec<OwnTime>,
}

/// An event or hold of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnTime {
    /// An event by its key.
    Key(EventKey),
    /// A hold, or an event, by its id.
    Id(EventId),
}

impl Ignore {
    /// Whether a claim shall not count.
    pub(super) fn has(&self, claim: &UserClaim) -> bool {
        self.own.iter().any(|own| match own {
            OwnTime::Key(key) => claim.key.as_ref() == Some(key),
            OwnTime::Id(id) => claim.claim.event == *id,
        })
    }
}

/// An event in a connected calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IgnoredEvent {
    /// Which.
    pub event: ExternalEventId,
    /// Of a series only the occurrence that starts then by its rule; all of them when it is `None`.
    pub original_start: Option<Timestamp>,
}

/// Compiles the calendars of ignored events without them.
pub(super) async fn take_out(
    engine: &Engine,
    tenant: TenantId,
    (ignored, window): (&[IgnoredEvent], Interval),
    (rows, runs): (&Rows, &mut [CalendarRun]),
) -> Result<(), AvailabilityError> {
    if ignored.is_empty() {
        return Ok(());
    }
    let ids: Vec<ExternalEventId> = ignored.iter().map(|ignored| ignored.event).collect();
    let calendars: Vec<CalendarId> = rows.indexes.iter().map(|index| index.calendar).collect();
    let mut of_calendar: BTreeMap<CalendarId, Vec<IgnoredEvent>> = BTreeMap::new();
    let stored = engine
        .store()
        .events_among(tenant, &calendars, (&ids, pull::around(window)))
        .await?;
    for stored in stored {
        let of_event = ignored.iter().filter(|ignored| ignored.event == stored.id);
        of_calendar.entry(stored.calendar).or_default().extend(of_event);
    }
    for (index, run) in rows.indexes.iter().zip(runs) {
        let ignored = of_calendar.get(&index.calendar);
        if let Some(ignored) = ignored.filter(|_| run.counts_busy) {
            run.busy = compile(engine, tenant, (rows, index), (ignored, window)).await?;
        }
    }
    Ok(())
}

/// The run of the calendar's busy time in the window without these events.
async fn compile(
    engine: &Engine,
    tenant: TenantId,
    (rows, index): (&Rows, &CalendarIndex),
    (ignored, window): (&[IgnoredEvent], Interval),
) -> Result<Vec<Interval>, AvailabilityError> {
    let Some(window) = index.covered.and_then(|covered| covered.clip(window)) else {
        return Ok(Vec::new());
    };
    let stored = engine
        .store()
        .events_touching(tenant, index.calendar, pull::around(window))
        .await?;
    let mut builder = Builder::new(rows.rules(index), &index.zone, window);
    let masters: Vec<(&str, Timestamp)> = stored
        .iter()
        .flat_map(|stored| {
            let occurrences = ignored.iter().filter(|ignored| ignored.event == stored.id);
            occurrences
                .filter_map(|ignored| Some((stored.event.provider_id.as_str(), ignored.original_start?)))
        })
        .collect();
    for stored in &stored {
        let mut event = stored.event.clone();
        for ignored in ignored.iter().filter(|ignored| ignored.event == stored.id) {
            match (&event.role, ignored.original_start) {
                (SeriesRole::Master { .. }, Some(start)) => {
                    builder.add(removal(&stored.event, start, &index.zone));
                }
                _ => event.status = EventStatus::Cancelled,
            }
        }
        if let SeriesRole::Override {
            master,
            original_start,
            ..
        } = &event.role
            && masters.contains(&(master.as_str(), original_start.instant(&index.zone)))
        {
            event.status = EventStatus::Cancelled;
        }
        builder.add(event);
    }
    Ok(busy::clip(&builder.finish().busy, window))
}

/// Removes one occurrence of a series, as a provider would.
fn removal(master: &ExternalEvent, start: Timestamp, zone: &Zone) -> ExternalEvent {
    let is_all_day = master
        .span
        .as_ref()
        .is_some_and(|span| matches!(span.start, EventTime::Date(_)));
    let original_start = if is_all_day {
        EventTime::Date(zone.civil(start).date())
    } else {
        EventTime::at(start, Zone::UTC)
    };
    ExternalEvent {
        // No provider's id holds a line break.
        provider_id: format!("{}\n{start}", master.provider_id),
        role: SeriesRole::Override {
            master: master.provider_id.clone(),
            original_start,
            range: OverrideRange::ThisOnly,
        },
        status: EventStatus::Cancelled,
        ..master.clone()
    }
}
