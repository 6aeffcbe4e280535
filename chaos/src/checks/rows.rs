//! A look into a run's databases, past the servers and the proxies.

use anyhow::Context;
use sqlx::{PgPool, SqlitePool, postgres::PgPoolOptions, sqlite::SqliteConnectOptions};

/// The tables of one installation.
#[derive(Debug)]
pub(crate) enum Rows {
    Postgres(PgPool),
    Sqlite(SqlitePool),
}

impl Rows {
    /// Of the fleet.
    pub(crate) async fn postgres(url: &str) -> anyhow::Result<Self> {
        let pool = PgPoolOptions::new().max_connections(2).connect(url).await;
        Ok(Self::Postgres(pool.context("PostgreSQL")?))
    }

    /// Of the single server, which may be writing meanwhile.
    pub(crate) async fn sqlite(file: &std::path::Path) -> anyhow::Result<Self> {
        let options = SqliteConnectOptions::new().filename(file);
        Ok(Self::Sqlite(
            SqlitePool::connect_with(options).await.context("SQLite")?,
        ))
    }

    /// Changes rows behind the servers' back.
    pub(super) async fn tamper(&self, sql: &'static str) -> anyhow::Result<()> {
        match self {
            Self::Postgres(pool) => {
                sqlx::query(sql).execute(pool).await?;
            }
            Self::Sqlite(pool) => {
                sqlx::query(sql).execute(pool).await?;
            }
        }
        Ok(())
    }

    /// Rows of two texts and a number.
    pub(crate) async fn texts(
        &self,
        sql: &'static str,
        now_us: i64,
    ) -> anyhow::Result<Vec<(String, String, i64)>> {
        Ok(match self {
            Self::Postgres(pool) => sqlx::query_as(sql).bind(now_us).fetch_all(pool).await?,
            Self::Sqlite(pool) => sqlx::query_as(sql).bind(now_us).fetch_all(pool).await?,
        })
    }
}
