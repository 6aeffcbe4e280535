//! What there is instead of time that is taken.

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    claims::{Refusal, Terms},
    event::{Event, When},
    slots::{Found, SlotQuery},
    time::{EventId, Interval, TenantId, UserId},
};
use kalends_store::StoreError;

use super::{NotFree, RequireFree, named};
use crate::{
    Engine,
    availability::{self, Ignore, OwnTime, SlotsQuery},
};

/// How far before and after the time that was wanted is looked.
const BEFORE: SignedDuration = SignedDuration::from_hours(24 * 2);
const AFTER: SignedDuration = SignedDuration::from_hours(24 * 14);
/// How many times are offered.
const MOST: usize = 10;
/// The longest event for which others are looked for, in minutes.
const LONGEST: i64 = 24 * 60;
/// From one candidate to the next, at most.
const STEP: u32 = 30;

/// Says what takes the time, and when all of the people can, as it is now.
pub(crate) async fn not_free(
    engine: &Engine,
    tenant: TenantId,
    (event, id): (&Event, Option<EventId>),
    (require, refused): (&RequireFree, Vec<Refusal>),
) -> Result<NotFree, StoreError> {
    let alternatives = match question(engine.ambient().now(), event, id, &require.terms) {
        Some(query) => match availability::slots(engine, tenant, query).await {
            Ok(answer) => nearest(&answer.found, event),
            // They are a service: without them the answer is still right.
            Err(error) => {
                tracing::warn!(%error, "alternatives could not be found");
                Vec::new()
            }
        },
        None => Vec::new(),
    };
    Ok(NotFree {
        people: named(engine, tenant, refused).await?,
        alternatives,
    })
}

/// The question for times near the one that was wanted; `None` where none are offered.
fn question(now: Timestamp, event: &Event, id: Option<EventId>, terms: &Terms) -> Option<SlotsQuery> {
    let When::Timed { span, zone } = &event.when else {
        return None;
    };
    let minutes = (span.len_us() + 59_999_999) / 60_000_000;
    if !event.recurrence.is_empty() || minutes > LONGEST {
        return None;
    }
    let from = span.start().checked_sub(BEFORE).ok()?.max(now);
    let window = Interval::new(from, span.end().checked_add(AFTER).ok()?)?;
    let users: Vec<UserId> = event.people.iter().map(|person| person.user.clone()).collect();
    let minutes = u32::try_from(minutes).ok()?;
    let query = SlotQuery {
        step_minutes: minutes.min(STEP),
        buffer_before_minutes: terms.buffer_before_minutes,
        buffer_after_minutes: terms.buffer_after_minutes,
        ..SlotQuery::new(window, minutes, zone.clone(), now)
    };
    Some(SlotsQuery {
        ignore: Ignore {
            own: id.into_iter().map(OwnTime::Id).collect(),
            ..Ignore::default()
        },
        ..SlotsQuery::together(users, query)
    })
}

/// The slots that begin nearest to the event, in order, as long as the event.
fn nearest(found: &Found, event: &Event) -> Vec<Interval> {
    let wanted = match &event.when {
        When::Timed { span, .. } => *span,
        When::AllDay(_) => return Vec::new(),
    };
    let mut starts: Vec<i64> = found.slots.iter().map(|slot| slot.interval.start_us()).collect();
    starts.sort_by_key(|start| ((start - wanted.start_us()).abs(), *start));
    starts.truncate(MOST);
    starts.sort_unstable();
    let slot = |start: i64| Interval::from_micros(start, start + wanted.len_us());
    starts.into_iter().filter_map(slot).collect()
}
