//! Counts, by triggers inside the database, how often a row of events is written.

use anyhow::ensure;
use sqlx::{PgPool, SqlitePool, raw_sql};

const SQLITE: &str = "
    CREATE TABLE counted_writes (what TEXT NOT NULL);
    CREATE TRIGGER count_insert AFTER INSERT ON external_events
        BEGIN INSERT INTO counted_writes VALUES ('insert'); END;
    CREATE TRIGGER count_update AFTER UPDATE ON external_events
        BEGIN INSERT INTO counted_writes VALUES ('update'); END;
    CREATE TRIGGER count_delete AFTER DELETE ON external_events
        BEGIN INSERT INTO counted_writes VALUES ('delete'); END;";
const POSTGRES: &str = "
    CREATE TABLE counted_writes (what TEXT NOT NULL);
    CREATE FUNCTION count_write() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO counted_writes VALUES (TG_OP); RETURN NULL; END $$;
    CREATE TRIGGER count_write AFTER INSERT OR UPDATE OR DELETE ON external_events
        FOR EACH ROW EXECUTE FUNCTION count_write();";
const COUNT: &str = "SELECT count(*) FROM counted_writes";

/// The counter; it begins at zero.
pub(crate) enum Writes {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Writes {
    pub(crate) async fn counted(database: &str) -> anyhow::Result<Self> {
        if database.starts_with("sqlite:") {
            let pool = SqlitePool::connect(database).await?;
            raw_sql(SQLITE).execute(&pool).await?;
            return Ok(Self::Sqlite(pool));
        }
        let pool = PgPool::connect(database).await?;
        raw_sql(POSTGRES).execute(&pool).await?;
        Ok(Self::Postgres(pool))
    }

    pub(crate) async fn count(&self) -> anyhow::Result<i64> {
        Ok(match self {
            Self::Sqlite(pool) => sqlx::query_scalar(COUNT).fetch_one(pool).await?,
            Self::Postgres(pool) => sqlx::query_scalar(COUNT).fetch_one(pool).await?,
        })
    }

    /// A count of nothing is worth something only from a counter that counts.
    pub(crate) async fn check_that_it_counts(self) -> anyhow::Result<()> {
        let before = self.count().await?;
        let touch = "UPDATE external_events SET etag = etag";
        match &self {
            Self::Sqlite(pool) => raw_sql(touch).execute(pool).await.map(drop)?,
            Self::Postgres(pool) => raw_sql(touch).execute(pool).await.map(drop)?,
        }
        ensure!(self.count().await? > before, "writes are not counted");
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
        Ok(())
    }
}
