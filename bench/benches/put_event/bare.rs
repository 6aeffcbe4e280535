//! What a person writes who is sure that every time is free: axum, sqlx, one transaction with the same rows.

#![expect(
    clippy::disallowed_methods,
    reason = "the bare endpoint takes its ids from where a program takes them"
)]

use std::str::FromStr as _;

use anyhow::Context;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::put,
};
use jiff::Timestamp;
use kalends_core::time::TenantId;
use serde::{Deserialize, Serialize};
use sqlx::{
    PgPool, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use uuid::Uuid;

/// The bare endpoint.
pub(crate) struct Bare(Desk);

#[derive(Clone)]
struct Desk {
    pool: Pool,
    tenant: Uuid,
}

#[derive(Clone)]
enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    title: String,
    start: Timestamp,
    end: Timestamp,
    time_zone: String,
    people: Vec<Person>,
    location: String,
    url: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    user_id: String,
    role: String,
}

impl Bare {
    /// On the tables of a database that Kalends has made, for its tenant.
    pub(crate) async fn on(database: &str, tenant: TenantId) -> anyhow::Result<Self> {
        let pool = if database.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(database)?
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(std::time::Duration::from_secs(10));
            let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options);
            Pool::Sqlite(pool.await?)
        } else {
            let pool = PgPoolOptions::new().max_connections(8).connect(database);
            Pool::Postgres(pool.await.context("PostgreSQL")?)
        };
        Ok(Self(Desk {
            pool,
            tenant: tenant.0,
        }))
    }

    pub(crate) fn router(&self) -> Router {
        Router::new()
            .route("/v1/events/{key}", put(take))
            .with_state(self.0.clone())
    }

    pub(crate) async fn close(self) {
        match self.0.pool {
            Pool::Sqlite(pool) => pool.close().await,
            Pool::Postgres(pool) => pool.close().await,
        }
    }
}

async fn take(
    State(desk): State<Desk>,
    Path(key): Path<String>,
    Json(event): Json<Event>,
) -> Result<(StatusCode, Json<Event>), StatusCode> {
    match desk.store(&key, &event).await {
        Ok(()) => Ok((StatusCode::CREATED, Json(event))),
        Err(error) => {
            eprintln!("the bare endpoint failed: {error}");
            Err(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

/// The same statements for either driver.
macro_rules! write_all {
    ($tx:expr, $desk:expr, $key:expr, $event:expr) => {{
        let (tenant, event) = ($desk.tenant, $event);
        let id = Uuid::now_v7();
        let now = event.start.as_microsecond() - 86_400_000_000;
        let user = &event.people[0].user_id;
        let content = serde_json::to_string(event).unwrap_or_default();
        sqlx::query(
            "INSERT INTO events (id, tenant_id, key, version, status, content, start_us, end_us, desired_us,
                 created_us, updated_us) VALUES ($1, $2, $3, 1, 'confirmed', $4, $5, $6, $7, $8, $9)",
        )
        .bind(id)
        .bind(tenant)
        .bind($key)
        .bind(content)
        .bind(event.start.as_microsecond())
        .bind(event.end.as_microsecond())
        .bind(now)
        .bind(now)
        .bind(now)
        .execute(&mut *$tx)
        .await?;
        sqlx::query("INSERT INTO event_people (event_id, tenant_id, user_id) VALUES ($1, $2, $3)")
            .bind(id)
            .bind(tenant)
            .bind(user)
            .execute(&mut *$tx)
            .await?;
        sqlx::query(
            "INSERT INTO claims (event_id, tenant_id, user_id, start_us, end_us, exclusive, seats, kind, expires_us)
             VALUES ($1, $2, $3, $4, $5, TRUE, 1, '', NULL)",
        )
        .bind(id)
        .bind(tenant)
        .bind(user)
        .bind(event.start.as_microsecond())
        .bind(event.end.as_microsecond())
        .execute(&mut *$tx)
        .await?;
        sqlx::query(
            "INSERT INTO tasks (id, tenant_id, kind, key, lane, group_key, due_us, queued, payload, created_us,
                 updated_us, state, transient_failures, rejected_failures, fence)
             VALUES ($1, $2, 'conflicts', $3, 2, $4, $5, TRUE, 'null', $6, $7, 'waiting', 0, 0, 0)
             ON CONFLICT (kind, key) DO UPDATE SET updated_us = excluded.updated_us",
        )
        .bind(Uuid::now_v7())
        .bind(tenant)
        .bind(user)
        .bind(user)
        .bind(now)
        .bind(now)
        .bind(now)
        .execute(&mut *$tx)
        .await?;
        let seq: i64 = sqlx::query_scalar("UPDATE tenants SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq")
            .bind(tenant)
            .fetch_one(&mut *$tx)
            .await?;
        sqlx::query(
            "INSERT INTO changes (tenant_id, seq, kind, user_id, subject, data, at_us)
             VALUES ($1, $2, 'event.created', $3, $4, $5, $6)",
        )
        .bind(tenant)
        .bind(seq)
        .bind(user)
        .bind($key)
        .bind(r#"{"version":1,"status":"confirmed"}"#)
        .bind(now)
        .execute(&mut *$tx)
        .await?;
    }};
}

impl Desk {
    async fn store(&self, key: &str, event: &Event) -> Result<(), sqlx::Error> {
        match &self.pool {
            Pool::Sqlite(pool) => {
                let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
                write_all!(tx, self, key, event);
                tx.commit().await
            }
            Pool::Postgres(pool) => {
                let mut tx = pool.begin().await?;
                write_all!(tx, self, key, event);
                tx.commit().await
            }
        }
    }
}
