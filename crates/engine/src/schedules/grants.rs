//! Plans the use of every grant within the day, so that no provider ends one for being idle.

use jiff::{SignedDuration, Timestamp};
use kalends_core::time::TenantId;
use kalends_store::{LiveGrant, NewTask, StoreError};

use crate::{Engine, runner::task};

/// Grants that are read at a time.
const BATCH: u32 = 500;
/// From the end of an access token to its grant's next use at the latest. With the life of the token, at most two hours at
/// any provider, that is a day.
const IDLE: SignedDuration = SignedDuration::from_hours(22);
/// Over how long the uses of grants that are overdue are spread.
const CATCH_UP: SignedDuration = SignedDuration::from_hours(1);

/// Enqueues a use of each grant somewhere between now and the end of its day.
pub(super) async fn keep(engine: &Engine) -> Result<(), StoreError> {
    let now = engine.ambient().now();
    let mut after = None;
    loop {
        let grants = engine.store().live_grants(after, BATCH).await?;
        let Some(last) = grants.last() else {
            return Ok(());
        };
        after = Some(last.connection);
        for (tenant, tasks) in by_tenant(&grants, |grant| {
            task::keep_alive(
                grant.connection,
                use_at(grant.access_expires_at, now, engine.dice()),
            )
        }) {
            engine.store().enqueue(tenant, tasks).await?;
        }
    }
}

/// When a grant is used. `dice` in `[0, 1)` spreads the uses over the time that is left to each.
fn use_at(access_expires_at: Option<Timestamp>, now: Timestamp, dice: f64) -> Timestamp {
    let latest = access_expires_at.map_or(now, |end| end.saturating_add(IDLE).unwrap_or(now));
    let span = latest.duration_since(now).max(CATCH_UP);
    now.saturating_add(span.mul_f64(dice)).unwrap_or(now)
}

fn by_tenant(grants: &[LiveGrant], task: impl Fn(&LiveGrant) -> NewTask) -> Vec<(TenantId, Vec<NewTask>)> {
    let mut grouped: std::collections::BTreeMap<TenantId, Vec<NewTask>> = std::collections::BTreeMap::new();
    for grant in grants {
        grouped.entry(grant.tenant).or_default().push(task(grant));
    }
    grouped.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grant_is_used_within_a_day_of_its_last_use() {
        let now: Timestamp = "2026-11-20T03:00:00Z".parse().unwrap();
        for hours_ago in 0..24 {
            let used = now - SignedDuration::from_hours(hours_ago);
            let expires = used + SignedDuration::from_hours(1);
            for dice in [0.0, 0.5, 0.999] {
                let at = use_at(Some(expires), now, dice);
                assert!(
                    at >= now
                        && at
                            <= used.max(now - SignedDuration::from_hours(23))
                                + SignedDuration::from_hours(24)
                );
            }
        }
    }

    #[test]
    fn the_uses_of_many_grants_are_spread_over_the_hours() {
        let now: Timestamp = "2026-11-20T03:00:00Z".parse().unwrap();
        let expires = now + SignedDuration::from_hours(1);
        let mut hours = [0_u32; 24];
        for n in 0..2300 {
            let at = use_at(Some(expires), now, f64::from(n) / 2300.0);
            hours[usize::try_from(at.duration_since(now).as_hours()).unwrap()] += 1;
        }
        assert!(hours.iter().all(|uses| *uses <= 101), "{hours:?}");
    }

    #[test]
    fn after_a_long_rest_all_come_within_the_hour() {
        let now: Timestamp = "2026-11-20T03:00:00Z".parse().unwrap();
        for before in [None, Some(now - SignedDuration::from_hours(24 * 30))] {
            let at = use_at(before, now, 0.999);
            assert!(at > now && at <= now + CATCH_UP);
        }
    }
}
