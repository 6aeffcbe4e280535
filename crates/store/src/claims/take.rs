//! Takes the times of an event, in the transaction that writes it.
//!
//! In two halves, because everybody locks in one order: people, then the event. [`take`] locks, reads and judges before the
//! event is written, [`Taken::write`] writes after.

use jiff::Timestamp;
use kalends_core::{
    busy::Month,
    claims::{self, Claim, PersonTime, Refusal, Terms, Wanted},
    event::Event,
    time::{EventId, Interval, TenantId, UserId, Zone},
};

use super::{
    Claiming, Demand, DemandedTime, PersonRows, UserClaim,
    read::{self, Found},
};
use crate::{
    IndexOf, StoreError, busy_index,
    db::{Tx, Value, sql},
    manual_blocks,
};

/// The claims that an event is to have.
pub(crate) struct Taken {
    tenant: TenantId,
    event: EventId,
    /// `None` leaves them as they are.
    rows: Option<Vec<ClaimRow>>,
    /// How far those of a series reach that goes on.
    until_us: Option<i64>,
    /// Whether it may have had one before.
    had_horizon: bool,
    had_rows: bool,
}

#[derive(Clone, PartialEq, Eq)]
struct ClaimRow {
    user: UserId,
    claim: Claim,
    expires_at: Option<Timestamp>,
}

/// One of the event's people.
struct Taking {
    user: UserId,
    times: Vec<Interval>,
}

/// Whether others may change the people's claims meanwhile.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lock {
    Held,
    NotHeld,
}

/// Decides what the event takes. `is_new` spares looking for what it had.
///
/// [`StoreError::NotFree`] when it demands time that is not free.
pub(crate) async fn take(
    tx: &mut Tx,
    (tenant, event, is_new): (TenantId, EventId, bool),
    wanted: &Event,
    (claiming, now): (Claiming, Timestamp),
) -> Result<Taken, StoreError> {
    let window = claims::window(now);
    // Whoever locks reads under the lock.
    let mut had = match &claiming {
        Claiming::Kept | Claiming::Noted if !is_new => own(tx, tenant, event).await?,
        _ => Vec::new(),
    };
    let lock = match &claiming {
        Claiming::Demanded(_) | Claiming::Until(_) => Lock::Held,
        Claiming::Kept if had.iter().any(|row| row.claim.exclusive) => Lock::Held,
        Claiming::Kept | Claiming::Noted => Lock::NotHeld,
    };
    let people = people(tx, tenant, (wanted, window), lock).await?;
    if lock == Lock::Held && !is_new {
        had = own(tx, tenant, event).await?;
    }
    let rows = match claiming {
        Claiming::Noted => plain(event, &people),
        Claiming::Demanded(demand) => {
            let rows = rows(event, &people, |_, _| {
                (true, demand.terms.clone(), demand.expires_at)
            });
            if rows == had {
                // What it has already is not asked for again.
                rows
            } else {
                judged(tx, (tenant, event, now), people, demand).await?;
                rows
            }
        }
        Claiming::Kept => {
            let expires_at = had.first().and_then(|row| row.expires_at);
            kept(tx, (tenant, event, now), &people, (&had, expires_at)).await?
        }
        Claiming::Until(end) => {
            if runs_out(&had, &people, now) {
                return Err(StoreError::Fenced { what: "claim" });
            }
            kept(tx, (tenant, event, now), &people, (&had, end)).await?
        }
    };
    let is_same = rows == had;
    Ok(Taken {
        tenant,
        event,
        until_us: claims::goes_on(wanted, window).then(|| window.end_us()),
        had_horizon: !is_new,
        had_rows: !had.is_empty(),
        rows: (!is_same).then_some(rows),
    })
}

impl Taken {
    /// Writes the claims, after the event.
    pub(crate) async fn write(self, tx: &mut Tx) -> Result<(), StoreError> {
        let (tenant, event) = (self.tenant, self.event);
        if let Some(rows) = self.rows {
            if self.had_rows {
                let delete = sql("DELETE FROM claims WHERE tenant_id = $1 AND event_id = $2");
                tx.execute(delete.bind(tenant).bind(event)).await?;
            }
            for rows in rows.chunks(tx.rows_at_once()) {
                let values = rows.iter().map(|row| {
                    let claim = &row.claim;
                    [
                        Value::from(event),
                        tenant.into(),
                        (&row.user).into(),
                        claim.span.start_us().into(),
                        claim.span.end_us().into(),
                        claim.exclusive.into(),
                        claim.seats.into(),
                        (&claim.kind).into(),
                        row.expires_at.into(),
                    ]
                });
                let insert = sql(
                    "INSERT INTO claims (event_id, tenant_id, user_id, start_us, end_us, exclusive, seats, kind, expires_us) ",
                );
                tx.execute(insert.push_rows(values)).await?;
            }
        }
        if let Some(until_us) = self.until_us {
            let upsert = sql(
                "INSERT INTO claim_horizons (event_id, tenant_id, until_us) VALUES ($1, $2, $3)
                 ON CONFLICT (event_id) DO UPDATE SET until_us = excluded.until_us",
            );
            tx.execute(upsert.bind(event).bind(tenant).bind(until_us)).await?;
        } else if self.had_horizon {
            let delete = sql("DELETE FROM claim_horizons WHERE tenant_id = $1 AND event_id = $2");
            tx.execute(delete.bind(tenant).bind(event)).await?;
        }
        Ok(())
    }
}

/// The event's people that there are, each with the times that the event takes of them; ordered by id.
async fn people(
    tx: &mut Tx,
    tenant: TenantId,
    (event, window): (&Event, Interval),
    lock: Lock,
) -> Result<Vec<Taking>, StoreError> {
    if event.people.is_empty() {
        return Ok(Vec::new());
    }
    let select = sql("SELECT id, time_zone FROM users WHERE tenant_id = ")
        .push_bind(tenant)
        .push(" AND id IN ")
        .push_list(event.people.iter().map(|person| &person.user))
        .push(" ORDER BY id");
    let select = if lock == Lock::Held {
        select.push(tx.locked())
    } else {
        select
    };
    let mut people = Vec::with_capacity(event.people.len());
    for row in tx.read(select).await? {
        let zone: Zone = row.zone("time_zone")?;
        people.push(Taking {
            user: row.user("id")?,
            times: claims::times(event, &zone, window),
        });
    }
    Ok(people)
}

async fn own(tx: &mut Tx, tenant: TenantId, event: EventId) -> Result<Vec<ClaimRow>, StoreError> {
    let found = read::fold(&tx.read(read::select_own(tenant, event)).await?)?;
    let row = |found: Found| ClaimRow {
        user: found.user,
        claim: found.claim,
        expires_at: found.expires_at,
    };
    Ok(found.into_iter().map(row).collect())
}

/// What an event takes that asks nobody.
fn plain(event: EventId, people: &[Taking]) -> Vec<ClaimRow> {
    rows(event, people, |_, _| (false, Terms::default(), None))
}

fn rows(
    event: EventId,
    people: &[Taking],
    how: impl Fn(&UserId, Interval) -> (bool, Terms, Option<Timestamp>),
) -> Vec<ClaimRow> {
    let row = |user: &UserId, span: Interval| {
        let (exclusive, terms, expires_at) = how(user, span);
        ClaimRow {
            user: user.clone(),
            claim: Claim {
                event,
                span,
                exclusive,
                seats: terms.seats,
                kind: terms.kind,
                held: expires_at.is_some(),
            },
            expires_at,
        }
    };
    let of_person = |person: &'_ Taking| {
        let times = person.times.iter();
        times.map(|time| row(&person.user, *time)).collect::<Vec<_>>()
    };
    people.iter().flat_map(of_person).collect()
}

/// Refuses a demand of time that is not free.
async fn judged(
    tx: &mut Tx,
    (tenant, event, now): (TenantId, EventId, Timestamp),
    people: Vec<Taking>,
    demand: Demand,
) -> Result<(), StoreError> {
    let Some(reach) = reach(&people, &demand.terms) else {
        return Ok(());
    };
    let users: Vec<UserId> = people.iter().map(|person| person.user.clone()).collect();
    let claims = standing(tx, (tenant, now), &users, reach).await?;
    let mut months = Month::touched_by(reach);
    let first = months.next().map_or(0, Month::number);
    let months = first..=months.next_back().map_or(first, Month::number);
    let indexes = busy_index::select(tenant, IndexOf::Users(&users), months);
    let indexes = busy_index::fold(&tx.read(indexes).await?)?;
    let blocks = manual_blocks::select(tenant, &users, reach);
    let blocks = manual_blocks::fold(&tx.read(blocks).await?)?;
    let with_claims = |person: Taking| PersonRows {
        claims: of_user(&claims, &person.user),
        times: person.times,
        user: person.user,
    };
    let time = DemandedTime {
        event,
        people: people.into_iter().map(with_claims).collect(),
        reach,
        indexes,
        blocks,
    };
    let refused: Vec<Refusal> = (demand.judge.0)(&time)?;
    if refused.is_empty() {
        Ok(())
    } else {
        Err(StoreError::NotFree { refused })
    }
}

/// What an event takes on the terms that it had, until it runs out.
async fn kept(
    tx: &mut Tx,
    (tenant, event, now): (TenantId, EventId, Timestamp),
    people: &[Taking],
    (had, expires_at): (&[ClaimRow], Option<Timestamp>),
) -> Result<Vec<ClaimRow>, StoreError> {
    // All claims of an event were made on the same terms.
    let Some(before) = had.iter().find(|row| row.claim.exclusive).or(had.first()) else {
        return Ok(rows(event, people, |_, _| (false, Terms::default(), expires_at)));
    };
    let terms = Terms {
        seats: before.claim.seats,
        kind: before.claim.kind.clone(),
        ..Terms::default()
    };
    let mut others = Vec::new();
    if before.claim.exclusive
        && let Some(reach) = reach(people, &terms)
    {
        let users: Vec<UserId> = people.iter().map(|person| person.user.clone()).collect();
        others = standing(tx, (tenant, now), &users, reach).await?;
        others.retain(|other| other.claim.exclusive);
    }
    let is_free = |user: &UserId, time: Interval| {
        let person = PersonTime {
            claims: of_user(&others, user),
            runs: Vec::new(),
        };
        let wanted = Wanted {
            event,
            times: &[time],
            terms: &terms,
        };
        before.claim.exclusive && claims::obstacles(&wanted, &person).is_empty()
    };
    Ok(rows(event, people, |user, time| {
        (is_free(user, time), terms.clone(), expires_at)
    }))
}

/// Whether some of what the event takes is gone, or its time has come.
fn runs_out(had: &[ClaimRow], people: &[Taking], now: Timestamp) -> bool {
    let is_over = |row: &ClaimRow| row.expires_at.is_some_and(|end| end <= now);
    let all_there = people.iter().filter(|person| !person.times.is_empty());
    let mut all_there = all_there.map(|person| had.iter().any(|row| row.user == person.user));
    had.iter().any(is_over) || !all_there.all(|is_there| is_there)
}

/// The claims of these users that have not run out; those that have are removed.
async fn standing(
    tx: &mut Tx,
    (tenant, now): (TenantId, Timestamp),
    users: &[UserId],
    reach: Interval,
) -> Result<Vec<UserClaim>, StoreError> {
    let found = read::fold(&tx.read(read::select(tenant, users, reach)).await?)?;
    let (over, on): (Vec<Found>, Vec<Found>) = found
        .into_iter()
        .partition(|found| found.expires_at.is_some_and(|end| end <= now));
    if !over.is_empty() {
        let delete = sql("DELETE FROM claims WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND user_id IN ")
            .push_list(users)
            .push(" AND expires_us <= ")
            .push_bind(now);
        tx.execute(delete).await?;
    }
    let mut claims: Vec<UserClaim> = on.into_iter().map(Found::claim).collect();
    if read::reaches_beyond(reach, now) {
        let rows = tx.read(read::series_beyond(tenant, users, reach)).await?;
        claims.extend(read::beyond(&rows, reach)?);
    }
    Ok(claims)
}

fn of_user(claims: &[UserClaim], user: &UserId) -> Vec<Claim> {
    let own = claims.iter().filter(|claim| claim.user == *user);
    own.map(|claim| claim.claim.clone()).collect()
}

/// From the first of all times to the last, with the buffers.
fn reach(people: &[Taking], terms: &Terms) -> Option<Interval> {
    let times = || people.iter().flat_map(|person| &person.times);
    let first = times().map(|time| time.start_us()).min()?;
    let last = times().map(|time| time.end_us()).max()?;
    Interval::from_micros(first, last).map(|all| terms.padded(all))
}
