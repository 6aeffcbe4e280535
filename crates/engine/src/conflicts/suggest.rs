//! Suggests other times for an event that is in conflict.

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    conflict::TimeInConflict,
    event::{Event, When},
    slots::SlotQuery,
    time::{ConflictId, Interval, TenantId, UserId, Zone},
};
use kalends_store::{ConflictRow, EventRow};

use super::{ConflictError, open};
use crate::{
    Engine,
    availability::{self, Ignore, OwnTime, SlotsQuery},
};

/// Most suggestions.
const MOST: usize = 10;
/// How far from its time an event is moved, before and after.
const NEAR: SignedDuration = SignedDuration::from_hours(24 * 14);
/// From one suggestion to the next, in minutes.
const STEP: u32 = 30;
/// The longest event that is suggested another time, in minutes: a week.
const LONGEST: u32 = 10_080;

/// Other times for the event, nearest to its own first: as long as it is, when all of its people are free and working. There are
/// none for what is not about time, for whole days, and for what lasts longer than a week.
pub async fn suggestions(
    engine: &Engine,
    tenant: TenantId,
    id: ConflictId,
) -> Result<Vec<Interval>, ConflictError> {
    let row = open(engine, tenant, id).await?;
    let event = engine.store().event(tenant, row.event).await?;
    for_event(engine, (&row, &event)).await
}

/// The same, of what was read.
pub(super) async fn for_event(
    engine: &Engine,
    (row, read): (&ConflictRow, &EventRow),
) -> Result<Vec<Interval>, ConflictError> {
    let zone = zone(engine, row.tenant, &row.user).await?;
    let Some(subject) = subject(row, &read.event, &zone) else {
        return Ok(Vec::new());
    };
    let now = engine.ambient().now();
    let from = subject.time.start().checked_sub(NEAR).unwrap_or(now).max(now);
    let until = subject.time.end().checked_add(NEAR).unwrap_or(Timestamp::MAX);
    let Some(window) = Interval::new(from, until) else {
        return Ok(Vec::new());
    };
    let Some(minutes) = minutes(subject.time) else {
        return Ok(Vec::new());
    };
    let mut query = SlotQuery::new(window, minutes, zone, now);
    query.step_minutes = STEP;
    let own = subject.time;
    let mut found = ask(engine, (read, subject), query).await?;
    found.sort_by_key(|slot| (slot.start_us().abs_diff(own.start_us()), *slot));
    found.truncate(MOST);
    // A slot is in whole minutes, the event as long as it is.
    let suggested = found
        .into_iter()
        .filter_map(|slot| Interval::from_micros(slot.start_us(), slot.start_us() + own.len_us()));
    Ok(suggested.collect())
}

/// Whether the event's people can come at this time instead of the one in conflict.
pub(super) async fn is_free(
    engine: &Engine,
    (read, subject): (&EventRow, TimeInConflict),
    time: Interval,
) -> Result<bool, ConflictError> {
    let Some(minutes) = minutes(time) else {
        return Ok(false);
    };
    let end_us = time.start_us() + i64::from(minutes) * 60_000_000;
    let Some(window) = Interval::from_micros(time.start_us(), end_us) else {
        return Ok(false);
    };
    let mut query = SlotQuery::new(window, minutes, Zone::UTC, engine.ambient().now());
    query.round_to_minutes = None;
    Ok(!ask(engine, (read, subject), query).await?.is_empty())
}

/// When all of the event's people can come, and the event itself does not take place already.
async fn ask(
    engine: &Engine,
    (read, subject): (&EventRow, TimeInConflict),
    query: SlotQuery,
) -> Result<Vec<Interval>, ConflictError> {
    let event = &read.event;
    let own = event.busy(&query.zone, query.window).into_iter();
    let others: Vec<Interval> = own.filter(|time| *time != subject.time).collect();
    let people = event.people.iter().map(|person| person.user.clone());
    let query = SlotsQuery {
        ignore: Ignore {
            own: vec![OwnTime::Id(read.id)],
            ..Ignore::default()
        },
        ..SlotsQuery::together(people, query)
    };
    let answer = availability::slots(engine, read.tenant, query).await?;
    let slots = answer.found.slots.iter().map(|slot| slot.interval);
    Ok(slots
        .filter(|slot| !others.iter().any(|other| other.overlaps(*slot)))
        .collect())
}

/// What of the event would be moved: its time, or that of a series, that is in conflict; whole days are not.
pub(super) fn subject(row: &ConflictRow, event: &Event, zone: &Zone) -> Option<TimeInConflict> {
    if matches!(event.when, When::AllDay(_)) {
        return None;
    }
    TimeInConflict::of(event, zone, row.conflict.overlap?)
}

/// The zone of a person's days.
pub(super) async fn zone(engine: &Engine, tenant: TenantId, user: &UserId) -> Result<Zone, ConflictError> {
    Ok(engine.store().user(tenant, user).await?.zone)
}

/// The length in minutes, rounded up; `None` when there are no slots that long.
fn minutes(time: Interval) -> Option<u32> {
    let minutes = u32::try_from((time.len_us() + 59_999_999) / 60_000_000).ok()?;
    (1..=LONGEST).contains(&minutes).then_some(minutes)
}
