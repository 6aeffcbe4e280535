//! Makes a demand ready for the transaction that takes the time.

use jiff::Timestamp;
use kalends_core::{
    claims,
    event::Event,
    time::{Interval, TenantId, UserId, Zone},
};
use kalends_store::{Claiming, Demand};

use super::RequireFree;
use crate::{
    Engine,
    availability::{self, AvailabilityError, Demanded},
};

/// Half a day more on each side, for whole days of people in other zones.
const ZONES: i64 = 14 * 3_600_000_000;

/// What the write of the event is to say of its time. May ask providers, when their calendars are older than the caller
/// allows; so nothing may be locked meanwhile.
pub(crate) async fn demand(
    engine: &Engine,
    tenant: TenantId,
    event: &Event,
    (require, expires_at): (&RequireFree, Option<Timestamp>),
) -> Result<Claiming, AvailabilityError> {
    require.terms.check()?;
    let now = engine.ambient().now();
    let is_series = !event.recurrence.is_empty();
    let window = window(event, now);
    let users: Vec<UserId> = event.people.iter().map(|person| person.user.clone()).collect();
    if users.is_empty() {
        return Ok(Claiming::Noted);
    }
    let demanded = Demanded {
        users: &users,
        window: require.terms.padded(window),
        is_series,
        terms: &require.terms,
        freshness: require.freshness,
    };
    Ok(Claiming::Demanded(Demand {
        judge: availability::judge(engine, tenant, demanded).await?,
        terms: require.terms.clone(),
        expires_at,
    }))
}

/// The time that the event takes, roughly: of a series what is ahead of it and claimed.
fn window(event: &Event, now: Timestamp) -> Interval {
    let only = event.when.interval(&Zone::UTC);
    if event.recurrence.is_empty() {
        let (start, end) = (only.start_us(), only.end_us());
        return match event.when {
            kalends_core::event::When::AllDay(_) => Interval::from_micros(start - ZONES, end + ZONES),
            kalends_core::event::When::Timed { .. } => None,
        }
        .unwrap_or(only);
    }
    let ahead = claims::window(now);
    Interval::from_micros(now.as_microsecond().max(only.start_us()), ahead.end_us()).unwrap_or(only)
}
