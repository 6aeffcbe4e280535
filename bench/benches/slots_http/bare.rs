//! What a person writes for this one question: axum, sqlx with the same settings, one or two statements over the same
//! rows, a sweep over sorted arrays.
//!
//! It keeps the key's hash in memory, checks no field, weighs no evidence, knows one duration rule and no buffers,
//! notice, horizon, blocks, staleness or gaps in what is known.

use std::{collections::HashMap, str::FromStr, sync::Arc};

use anyhow::Context;
use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use jiff::{Timestamp, ToSpan as _, civil::Time, tz::TimeZone};
use kalends_core::{
    busy::{BusyMonth, Month},
    time::{Interval, TenantId},
};
use serde::{Deserialize, Serialize};
use sqlx::{
    QueryBuilder, Row as _, Sqlite, SqlitePool, sqlite::SqliteConnectOptions, sqlite::SqlitePoolOptions,
};
use uuid::Uuid;

const MINUTE: i64 = 60_000_000;

/// The endpoint, over Kalends' own tables.
#[derive(Clone)]
pub(crate) struct Bare {
    pool: SqlitePool,
    tenant: Uuid,
    key: Arc<[u8]>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Question {
    pub(crate) user_ids: Vec<String>,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    duration_minutes: i64,
    step_minutes: i64,
    time_zone: Option<String>,
    open_hours: Option<Vec<WeeklyHours>>,
}

#[derive(Deserialize)]
struct WeeklyHours {
    days: Vec<i8>,
    start: Time,
    end: Time,
}

#[derive(Serialize)]
pub(crate) struct Answer {
    pub(crate) slots: Vec<Slot>,
    pub(crate) more: bool,
    pub(crate) unknown: Vec<Slot>,
    pub(crate) users: Vec<User>,
}

#[derive(Serialize)]
pub(crate) struct Slot {
    start: Timestamp,
    end: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    user_id: String,
    calendars: Vec<Calendar>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Calendar {
    calendar_id: Uuid,
    provider: String,
    status: &'static str,
    as_of: Timestamp,
    source: String,
    covered_until: Timestamp,
}

/// Working hours as the table has them.
#[derive(Deserialize)]
struct StoredHours {
    zone: String,
    weekly: Vec<StoredWeekly>,
}

#[derive(Deserialize)]
struct StoredWeekly {
    days: Vec<i8>,
    window: (i64, i64),
}

impl Bare {
    pub(crate) fn over(database: &str, tenant: TenantId, key: &str) -> anyhow::Result<Self> {
        Ok(Self {
            pool: readers(database)?,
            tenant: tenant.0,
            key: hash(key),
        })
    }

    pub(crate) fn router(self) -> Router {
        Router::new().route("/v1/slots", post(slots)).with_state(self)
    }

    /// Everybody's calendars and busy time, in one statement.
    async fn busy(&self, question: &Question, busy: &mut Vec<(i64, i64)>) -> anyhow::Result<Vec<User>> {
        let window = Interval::new(question.from, question.to).context("a window")?;
        let mut months = Month::touched_by(window);
        let first = months.next().context("a month")?;
        let last = months.next_back().unwrap_or(first);
        let mut select = QueryBuilder::<Sqlite>::new(
            "SELECT c.id, c.user_id, k.provider, c.as_of_us, c.source, c.covered_until_us, m.month, m.runs
             FROM calendars c JOIN connections k ON k.id = c.connection_id
             JOIN busy_months m ON m.calendar_id = c.id AND m.month BETWEEN ",
        );
        select
            .push_bind(first.number())
            .push(" AND ")
            .push_bind(last.number());
        select.push(" WHERE c.tenant_id = ").push_bind(self.tenant);
        in_list(select.push(" AND c.user_id IN "), &question.user_ids);
        let rows = select
            .push(" ORDER BY c.id, m.month")
            .build()
            .fetch_all(&self.pool)
            .await?;
        let mut calendars: HashMap<String, Vec<Calendar>> = HashMap::new();
        let mut run = Vec::new();
        let mut latest = Uuid::nil();
        for row in &rows {
            let id: Uuid = row.try_get(0)?;
            if id != latest {
                latest = id;
                calendars.entry(row.try_get(1)?).or_default().push(Calendar {
                    calendar_id: id,
                    provider: row.try_get(2)?,
                    status: "fresh",
                    as_of: Timestamp::from_microsecond(row.try_get(3)?)?,
                    source: row.try_get(4)?,
                    covered_until: Timestamp::from_microsecond(row.try_get(5)?)?,
                });
            }
            let month = Month::from_number(row.try_get(6)?).context("a month")?;
            BusyMonth::decode_into(month, row.try_get(7)?, &mut run)?;
        }
        busy.extend(run.iter().map(|span| (span.start_us(), span.end_us())));
        Ok(question
            .user_ids
            .iter()
            .map(|id| User {
                user_id: id.clone(),
                calendars: calendars.remove(id).unwrap_or_default(),
            })
            .collect())
    }

    /// When anybody is closed by their own hours, in one statement.
    async fn closed(&self, question: &Question, busy: &mut Vec<(i64, i64)>) -> anyhow::Result<()> {
        let mut select = QueryBuilder::<Sqlite>::new(
            "SELECT value FROM settings WHERE kind = 'working_hours' AND tenant_id = ",
        );
        select.push_bind(self.tenant);
        in_list(select.push(" AND user_id IN "), &question.user_ids);
        for row in &select.build().fetch_all(&self.pool).await? {
            let hours: StoredHours = serde_json::from_str(row.try_get(0)?)?;
            let zone = TimeZone::get(&hours.zone)?;
            for weekly in &hours.weekly {
                let at = |minutes: i64| Time::midnight().checked_add(minutes.minutes());
                let (start, end) = (at(weekly.window.0)?, at(weekly.window.1)?);
                closed(question, &zone, (&weekly.days, start, end), busy)?;
            }
        }
        Ok(())
    }
}

async fn slots(
    State(bare): State<Bare>,
    headers: HeaderMap,
    Json(question): Json<Question>,
) -> Result<Json<Answer>, StatusCode> {
    authorize(&headers, &bare.key)?;
    let answer = async {
        let mut busy = Vec::new();
        let users = bare.busy(&question, &mut busy).await?;
        if !question.closed_by_itself(&mut busy)? {
            bare.closed(&question, &mut busy).await?;
        }
        question.sweep(busy, users)
    };
    answer.await.map(Json).map_err(internal)
}

impl Question {
    /// Adds when everybody is closed by the hours in the question; answers whether it has any.
    pub(crate) fn closed_by_itself(&self, busy: &mut Vec<(i64, i64)>) -> anyhow::Result<bool> {
        let (Some(zone), Some(hours)) = (&self.time_zone, &self.open_hours) else {
            return Ok(false);
        };
        let zone = TimeZone::get(zone)?;
        for weekly in hours {
            closed(self, &zone, (&weekly.days, weekly.start, weekly.end), busy)?;
        }
        Ok(true)
    }

    /// Sorts everything that is not free and walks through the gaps.
    pub(crate) fn sweep(&self, mut busy: Vec<(i64, i64)>, users: Vec<User>) -> anyhow::Result<Answer> {
        let (from, to) = (self.from.as_microsecond(), self.to.as_microsecond());
        let (length, step) = (self.duration_minutes * MINUTE, self.step_minutes * MINUTE);
        #[expect(
            clippy::stable_sort_primitive,
            reason = "it is fast on runs that are sorted already"
        )]
        busy.sort();
        busy.push((to, to));
        let mut slots = Vec::new();
        let mut free = from;
        for (start, end) in busy {
            let mut slot = (free + step - 1) / step * step;
            while slot + length <= start.min(to) {
                slots.push(Slot {
                    start: Timestamp::from_microsecond(slot)?,
                    end: Timestamp::from_microsecond(slot + length)?,
                });
                slot += step;
            }
            free = free.max(end);
        }
        Ok(Answer {
            slots,
            more: false,
            unknown: Vec::new(),
            users,
        })
    }
}

/// Adds what lies between the open hours of one zone.
fn closed(
    question: &Question,
    zone: &TimeZone,
    (days, start, end): (&[i8], Time, Time),
    busy: &mut Vec<(i64, i64)>,
) -> anyhow::Result<()> {
    let last = zone.to_datetime(question.to).date();
    let mut date = zone.to_datetime(question.from).date();
    let mut until = question.from.as_microsecond();
    while date <= last {
        if days.contains(&date.weekday().to_monday_one_offset()) {
            let instant = |time: Time| zone.to_timestamp(date.to_datetime(time));
            busy.push((until, instant(start)?.as_microsecond()));
            until = instant(end)?.as_microsecond();
        }
        date = date.tomorrow()?;
    }
    busy.push((until, question.to.as_microsecond()));
    Ok(())
}

/// Read-only connections as Kalends opens them.
pub(crate) fn readers(database: &str) -> anyhow::Result<SqlitePool> {
    let options = SqliteConnectOptions::from_str(database)?.read_only(true);
    Ok(SqlitePoolOptions::new()
        .max_connections(8)
        .connect_lazy_with(options))
}

pub(crate) fn in_list(select: &mut QueryBuilder<Sqlite>, values: &[String]) {
    select.push("(");
    let mut list = select.separated(", ");
    for value in values {
        list.push_bind(value.clone());
    }
    select.push(")");
}

pub(crate) fn hash(key: &str) -> Arc<[u8]> {
    digest(&SHA256, key.as_bytes()).as_ref().into()
}

pub(crate) fn authorize(headers: &HeaderMap, key: &[u8]) -> Result<(), StatusCode> {
    let value = headers.get("authorization").and_then(|value| value.to_str().ok());
    let presented = value.and_then(|value| value.strip_prefix("Bearer "));
    match presented {
        Some(presented) if *hash(presented) == *key => Ok(()),
        _ => Err(StatusCode::UNAUTHORIZED),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` wants")]
pub(crate) fn internal(error: anyhow::Error) -> StatusCode {
    eprintln!("the bare server failed: {error:#}");
    StatusCode::INTERNAL_SERVER_ERROR
}
