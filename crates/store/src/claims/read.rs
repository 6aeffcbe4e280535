//! Reading claims.

use jiff::Timestamp;
use kalends_core::{
    claims::{self, Claim},
    event::{Event, EventKey},
    time::{EventId, Interval, TenantId, UserId, Zone},
};

use super::{ShortSeries, UserClaim};
use crate::{
    Store, StoreError,
    db::{Row, Sql, corrupt, sql},
    events,
};

impl Store {
    /// What events and holds take of these users' time in the window, ordered by user and start. Past the claims of a series
    /// its times are taken from its rule.
    pub async fn claims(
        &self,
        tenant: TenantId,
        users: &[UserId],
        window: Interval,
    ) -> Result<Vec<UserClaim>, StoreError> {
        let now = self.now();
        let found = fold(&self.db().read(select(tenant, users, window)).await?)?;
        let is_on = |found: &Found| found.expires_at.is_none_or(|end| end > now);
        let mut claims: Vec<UserClaim> = found.into_iter().filter(is_on).map(Found::claim).collect();
        if reaches_beyond(window, now) {
            let rows = self.db().read(series_beyond(tenant, users, window)).await?;
            claims.extend(beyond(&rows, window)?);
            claims.sort_by(|a, b| (&a.user, a.claim.span).cmp(&(&b.user, b.claim.span)));
        }
        Ok(claims)
    }

    /// Series whose claims end before an instant, after one of them, in the order of their ends; of all tenants.
    pub async fn series_to_claim(
        &self,
        before: Timestamp,
        after: Option<(i64, EventId)>,
        limit: u32,
    ) -> Result<Vec<ShortSeries>, StoreError> {
        let (after_us, after) = after.unwrap_or((i64::MIN, EventId(uuid::Uuid::nil())));
        let select = sql("SELECT event_id, tenant_id, until_us FROM claim_horizons
             WHERE until_us < $1 AND (until_us, event_id) > ($2, $3) ORDER BY until_us, event_id LIMIT $4")
        .bind(before)
        .bind(after_us)
        .bind(after)
        .bind(limit);
        let rows = self.db().read(select).await?;
        let series = |row: &Row| {
            Ok(ShortSeries {
                tenant: row.id("tenant_id", TenantId)?,
                event: row.id("event_id", EventId)?,
                until_us: row.get("until_us")?,
            })
        };
        rows.iter().map(series).collect()
    }
}

/// A claim with when it runs out.
pub(super) struct Found {
    pub(super) user: UserId,
    pub(super) claim: Claim,
    pub(super) expires_at: Option<Timestamp>,
    key: Option<EventKey>,
}

impl Found {
    pub(super) fn claim(self) -> UserClaim {
        UserClaim {
            user: self.user,
            claim: self.claim,
            key: self.key,
        }
    }
}

const COLUMNS: &str =
    "SELECT c.event_id, c.user_id, c.start_us, c.end_us, c.exclusive, c.seats, c.kind, c.expires_us, e.key
     FROM claims c JOIN events e ON e.id = c.event_id";

/// The claims of these users in the window, those that have run out too.
pub(super) fn select(tenant: TenantId, users: &[UserId], window: Interval) -> Sql {
    sql(COLUMNS)
        .push(" WHERE c.tenant_id = ")
        .push_bind(tenant)
        .push(" AND c.user_id IN ")
        .push_list(users)
        .push(" AND c.end_us > ")
        .push_bind(window.start_us())
        .push(" AND c.start_us < ")
        .push_bind(window.end_us())
        .push(" ORDER BY c.user_id, c.start_us, c.end_us, c.event_id")
}

/// The claims of one event, ordered by user and start.
pub(super) fn select_own(tenant: TenantId, event: EventId) -> Sql {
    sql(COLUMNS)
        .push(" WHERE c.tenant_id = ")
        .push_bind(tenant)
        .push(" AND c.event_id = ")
        .push_bind(event)
        .push(" ORDER BY c.user_id, c.start_us")
}

/// What rows of either statement tell of.
pub(super) fn fold(rows: &[Row]) -> Result<Vec<Found>, StoreError> {
    rows.iter().map(found).collect()
}

fn found(row: &Row) -> Result<Found, StoreError> {
    let expires_at = row.optional_time("expires_us")?;
    let claim = Claim {
        event: row.id("event_id", EventId)?,
        span: Interval::from_micros(row.get("start_us")?, row.get("end_us")?)
            .ok_or_else(|| corrupt("end_us", "not after the start"))?,
        exclusive: row.get("exclusive")?,
        seats: row.count("seats")?,
        kind: row.get("kind")?,
        held: expires_at.is_some(),
    };
    Ok(Found {
        user: row.user("user_id")?,
        claim,
        expires_at,
        key: events::key(row)?,
    })
}

/// Whether some series may have times in the window that no claim tells of.
pub(super) fn reaches_beyond(window: Interval, now: Timestamp) -> bool {
    let sure = now.checked_add(claims::SURE).unwrap_or(Timestamp::MAX);
    window.end() > sure
}

/// The series of these users whose claims end before the window does.
pub(super) fn series_beyond(tenant: TenantId, users: &[UserId], window: Interval) -> Sql {
    sql("SELECT e.id, e.key, e.content, h.until_us, p.user_id, u.time_zone
         FROM claim_horizons h JOIN events e ON e.id = h.event_id JOIN event_people p ON p.event_id = h.event_id
         JOIN users u ON u.tenant_id = p.tenant_id AND u.id = p.user_id
         WHERE h.tenant_id = ")
    .push_bind(tenant)
    .push(" AND h.until_us < ")
    .push_bind(window.end_us())
    .push(" AND e.end_us > ")
    .push_bind(window.start_us())
    .push(" AND p.user_id IN ")
    .push_list(users)
}

/// The times in the window of series that rows of [`series_beyond`] tell of, where their claims do not reach.
pub(super) fn beyond(rows: &[Row], window: Interval) -> Result<Vec<UserClaim>, StoreError> {
    let mut claims = Vec::new();
    for row in rows {
        let until_us: i64 = row.get("until_us")?;
        let Some(rest) = Interval::from_micros(until_us.max(window.start_us()), window.end_us()) else {
            continue;
        };
        let event: Event = events::content(row)?;
        let zone: Zone = row.zone("time_zone")?;
        let user = row.user("user_id")?;
        let id = row.id("id", EventId)?;
        let key = events::key(row)?;
        claims.extend(
            claims::times(&event, &zone, rest)
                .into_iter()
                .map(|span| UserClaim {
                    user: user.clone(),
                    claim: Claim {
                        event: id,
                        span,
                        exclusive: false,
                        seats: 1,
                        kind: String::new(),
                        held: false,
                    },
                    key: key.clone(),
                }),
        );
    }
    Ok(claims)
}
