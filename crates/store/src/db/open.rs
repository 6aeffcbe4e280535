//! Opening a database and keeping its tables up to date.

use std::{str::FromStr, time::Duration};

use secrecy::ExposeSecret;
use sqlx::{
    ConnectOptions, Connection as _,
    migrate::{Migrate, MigrateError},
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    Db,
    dialect::{Dialect, migrator},
    sql,
};
use crate::{StoreConfig, StoreError};

/// How long a SQLite writer of this process waits for one of another process, such as the command line.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Pages that the SQLite writer keeps in memory, in KiB as a negative number: enough for the indexes of a large calendar,
/// whose pages every page of a first sync touches again.
const WRITER_CACHE: &str = "-8000";
/// Rows that SQLite's thread may be ahead of who reads them; each wait for the other costs more than a row.
const ROWS_AHEAD: usize = 1_000;
/// How long a connection to PostgreSQL may have been idle and is taken to be there still. A connection is tried whenever it
/// is given back; to try it again a moment later would double the round trips of every short statement.
const SURELY_THERE: Duration = Duration::from_secs(1);
/// PostgreSQL plans a prepared statement once, perhaps when its table is empty, and keeps to that plan: reading whole tables
/// must not seem cheap then. Compiling what must read them anyway takes longer than reading them.
const PLANS: &str = "SET enable_seqscan = off; SET jit = off";
/// Where sqlx keeps what was applied.
const APPLIED: &str = "_sqlx_migrations";

impl Db {
    /// Connects, and creates a SQLite file that does not exist yet.
    pub(crate) async fn open(config: &StoreConfig) -> Result<Self, StoreError> {
        let url = config.url.expose_secret();
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => open_sqlite(config).await,
            Some("postgres" | "postgresql") => open_postgres(config).await,
            _ => Err(StoreError::Configuration {
                reason: "the database's address begins with sqlite: or postgres://, such as \
                         sqlite:kalends.db or postgres://kalends@db.example/kalends"
                    .to_owned(),
            }),
        }
    }

    /// Applies the migrations that are missing. Replicas that start together take turns.
    pub(crate) async fn migrate(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { writer, .. } => migrator(Dialect::Sqlite).run(writer).await?,
            Self::Postgres(pool) => migrator(Dialect::Postgres).run(pool).await?,
        }
        Ok(())
    }

    /// Whether every migration has been applied. Only reads.
    pub(crate) async fn is_migrated(&self) -> Result<bool, StoreError> {
        let dialect = match self {
            Self::Sqlite { .. } => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        };
        let rows = self.read(sql("SELECT version FROM _sqlx_migrations")).await?;
        let applied = rows
            .iter()
            .map(|row| row.get::<i64>("version"))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(migrator(dialect)
            .iter()
            .all(|migration| applied.contains(&migration.version)))
    }

    /// How many migrations have not been applied.
    pub(crate) async fn pending_migrations(&self) -> Result<usize, StoreError> {
        let (dialect, applied) = match self {
            Self::Sqlite { writer, .. } => (Dialect::Sqlite, applied(&mut *writer.acquire().await?).await?),
            Self::Postgres(pool) => (Dialect::Postgres, applied(&mut *pool.acquire().await?).await?),
        };
        Ok(migrator(dialect)
            .iter()
            .filter(|migration| !applied.contains(&migration.version))
            .count())
    }

    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        self.read_first(sql("SELECT 1")).await.map(drop)
    }

    /// Ends all connections after what is under way.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

async fn open_sqlite(config: &StoreConfig) -> Result<Db, StoreError> {
    let options = SqliteConnectOptions::from_str(config.url.expose_secret()).map_err(address)?;
    if config.url.expose_secret().contains(":memory:") || config.url.expose_secret().contains("mode=memory") {
        return Err(StoreError::Configuration {
            reason: "a database in memory cannot be shared by readers and the writer; name a file, such as \
                     sqlite:kalends.db"
                .to_owned(),
        });
    }
    // A full sync makes each commit outlive a power cut, as rotated tokens must.
    let writer = options
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .pragma("cache_size", WRITER_CACHE)
        .row_buffer_size(ROWS_AHEAD)
        .disable_statement_logging();
    // A file does not hang up, so no connection is tried before it is used.
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false)
        .acquire_timeout(config.acquire_timeout)
        .connect_with(writer)
        .await?;
    let readers = options
        .read_only(true)
        .busy_timeout(BUSY_TIMEOUT)
        .row_buffer_size(ROWS_AHEAD)
        .disable_statement_logging();
    let readers = SqlitePoolOptions::new()
        .max_connections(config.max_connections.max(1))
        .test_before_acquire(false)
        .acquire_timeout(config.acquire_timeout)
        .connect_lazy_with(readers);
    Ok(Db::Sqlite { readers, writer })
}

async fn open_postgres(config: &StoreConfig) -> Result<Db, StoreError> {
    let options = PgConnectOptions::from_str(config.url.expose_secret())
        .map_err(address)?
        .application_name("kalends")
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(config.max_connections.max(1))
        .acquire_timeout(config.acquire_timeout)
        .after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::raw_sql(PLANS).execute(connection).await?;
                Ok(())
            })
        })
        .test_before_acquire(false)
        .before_acquire(|connection, idle| {
            Box::pin(async move {
                if idle.idle_for > SURELY_THERE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await?;
    Ok(Db::Postgres(pool))
}

/// The parser's own error may repeat the address with its password, so it is not passed on.
fn address(_: sqlx::Error) -> StoreError {
    StoreError::Configuration {
        reason: "the database's address cannot be read; it looks like sqlite:kalends.db or \
                 postgres://user:password@host/database"
            .to_owned(),
    }
}

async fn applied(connection: &mut impl Migrate) -> Result<Vec<i64>, MigrateError> {
    connection.ensure_migrations_table(APPLIED).await?;
    let applied = connection.list_applied_migrations(APPLIED).await?;
    Ok(applied.into_iter().map(|migration| migration.version).collect())
}
