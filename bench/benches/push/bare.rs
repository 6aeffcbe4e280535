//! What a person writes for this alone: axum, a queue, one task that takes all that waits and commits it at once.

use std::str::FromStr as _;

use anyhow::Context;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use sqlx::{
    AssertSqlSafe, PgPool, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{mpsc, oneshot};

const AT_ONCE: usize = 500;
const TABLE: &str = "CREATE TABLE pulls (channel TEXT PRIMARY KEY, due_us BIGINT NOT NULL)";

type Waiting = (String, oneshot::Sender<bool>);

pub(crate) struct Bare {
    pool: Pool,
    queue: mpsc::Sender<Waiting>,
}

/// A pool on either database, opened as Kalends opens its own.
#[derive(Clone)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Bare {
    pub(crate) async fn on(database: &str) -> anyhow::Result<Self> {
        let pool = Pool::open(database).await?;
        pool.execute(TABLE).await?;
        let (queue, waiting) = mpsc::channel(10_000);
        tokio::spawn(commit_all(pool.clone(), waiting));
        Ok(Self { pool, queue })
    }

    pub(crate) fn router(&self) -> Router {
        Router::new()
            .route("/v1/push/google", post(take))
            .with_state(self.queue.clone())
    }

    pub(crate) async fn forget(&self) -> anyhow::Result<()> {
        self.pool.execute("DELETE FROM pulls").await
    }

    pub(crate) async fn expect(&self, rows: usize) -> anyhow::Result<()> {
        let found = self.pool.count("SELECT COUNT(*) FROM pulls").await?;
        anyhow::ensure!(usize::try_from(found)? == rows, "{found} rows");
        Ok(())
    }

    pub(crate) async fn close(self) {
        self.pool.close().await;
    }
}

async fn take(State(queue): State<mpsc::Sender<Waiting>>, headers: HeaderMap) -> StatusCode {
    let channel = headers.get("x-goog-channel-id").and_then(|id| id.to_str().ok());
    let Some(channel) = channel else {
        return StatusCode::BAD_REQUEST;
    };
    let (done, durable) = oneshot::channel();
    if queue.send((channel.to_owned(), done)).await.is_err() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    match durable.await {
        Ok(true) => StatusCode::NO_CONTENT,
        Ok(false) | Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn commit_all(pool: Pool, mut queue: mpsc::Receiver<Waiting>) {
    let mut waiting = Vec::with_capacity(AT_ONCE);
    while queue.recv_many(&mut waiting, AT_ONCE).await > 0 {
        let (channels, senders): (Vec<String>, Vec<_>) = waiting.drain(..).unzip();
        let stored = pool.insert(&channels).await.is_ok();
        for sender in senders {
            // Who has left need not be told.
            let _ = sender.send(stored);
        }
    }
}

impl Pool {
    pub(crate) async fn open(database: &str) -> anyhow::Result<Self> {
        if !database.starts_with("sqlite:") {
            return Ok(Self::Postgres(
                PgPool::connect(database).await.context("PostgreSQL")?,
            ));
        }
        let options = SqliteConnectOptions::from_str(database)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(std::time::Duration::from_secs(10));
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options);
        Ok(Self::Sqlite(pool.await?))
    }

    pub(crate) async fn execute(&self, text: &'static str) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(pool) => sqlx::query(text).execute(pool).await.map(drop)?,
            Self::Postgres(pool) => sqlx::query(text).execute(pool).await.map(drop)?,
        }
        Ok(())
    }

    pub(crate) async fn count(&self, text: &'static str) -> anyhow::Result<i64> {
        Ok(match self {
            Self::Sqlite(pool) => sqlx::query_scalar(text).fetch_one(pool).await?,
            Self::Postgres(pool) => sqlx::query_scalar(text).fetch_one(pool).await?,
        })
    }

    pub(crate) async fn close(self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// One statement, which is one transaction.
    async fn insert(&self, channels: &[String]) -> anyhow::Result<()> {
        let rows: Vec<String> = (1..=channels.len()).map(|n| format!("(${n}, 0)")).collect();
        let text = format!(
            "INSERT INTO pulls (channel, due_us) VALUES {} ON CONFLICT (channel) DO UPDATE SET due_us = excluded.due_us",
            rows.join(", ")
        );
        let text = AssertSqlSafe(text);
        match self {
            Self::Sqlite(pool) => {
                let query = channels.iter().fold(sqlx::query(text), sqlx::query::Query::bind);
                query.execute(pool).await?;
            }
            Self::Postgres(pool) => {
                let query = channels.iter().fold(sqlx::query(text), sqlx::query::Query::bind);
                query.execute(pool).await?;
            }
        }
        Ok(())
    }
}
