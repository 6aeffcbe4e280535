//! The two databases behind one face: every statement is written once and runs on either.
//!
//! [`Db`] and [`Tx`] are the only places that know which driver is behind. A statement is an [`Sql`], an answer is
//! made of [`Row`]s; the few words in which the databases differ are in [`dialect`].

mod alone;
mod clock;
pub(crate) mod dialect;
mod open;
mod row;
mod sql;
mod word;

use sqlx::{
    PgPool, Postgres, Sqlite, SqlitePool, Transaction, postgres::PgArguments, query::Query,
    sqlite::SqliteArguments,
};

pub use self::alone::ServingLock;
pub(crate) use self::{
    row::{Row, corrupt, instant},
    sql::{Sql, Value, sql, usual_length},
    word::{Word, words},
};
use crate::StoreError;

/// A pool of connections.
///
/// SQLite admits one writer at a time, so writes queue in front of one connection instead of failing as busy,
/// while any number of read-only connections see the last committed state.
#[derive(Debug)]
pub(crate) enum Db {
    /// A file on this machine.
    Sqlite {
        /// Read-only connections.
        readers: SqlitePool,
        /// The one connection that writes.
        writer: SqlitePool,
    },
    /// A PostgreSQL server.
    Postgres(PgPool),
}

/// An open transaction; rolled back when dropped.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Runs one body with the driver's statement and an executor of the pool or transaction behind.
macro_rules! on {
    (read $db:expr, $sql:expr, $query:ident, $run:ident => $body:expr) => {
        match $db {
            Db::Sqlite { readers: $run, .. } => {
                let $query = sqlite($sql)?;
                $body
            }
            Db::Postgres($run) => {
                let $query = postgres($sql)?;
                $body
            }
        }
    };
    (tx $tx:expr, $sql:expr, $query:ident, $run:ident => $body:expr) => {
        match $tx {
            Tx::Sqlite(tx) => {
                let ($query, $run) = (sqlite($sql)?, &mut **tx);
                $body
            }
            Tx::Postgres(tx) => {
                let ($query, $run) = (postgres($sql)?, &mut **tx);
                $body
            }
        }
    };
}

impl Db {
    /// Opens a transaction that may write. On SQLite it holds the write lock from the start, so that it never
    /// fails half way because another writer was faster.
    pub(crate) async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(begin_postgres(pool.clone()).await?),
        })
    }

    /// Runs one writing statement in a transaction of its own; answers how many rows it wrote.
    pub(crate) async fn execute(&self, statement: Sql) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => sqlite(statement)?.execute(writer).await?.rows_affected(),
            Self::Postgres(pool) => postgres(statement)?.execute(pool).await?.rows_affected(),
        })
    }

    /// Runs one writing statement with `RETURNING` in a transaction of its own.
    pub(crate) async fn write_returning(&self, statement: Sql) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => rows(sqlite(statement)?.fetch_all(writer).await?),
            Self::Postgres(pool) => rows(postgres(statement)?.fetch_all(pool).await?),
        })
    }

    /// Reads all rows.
    pub(crate) async fn read(&self, statement: Sql) -> Result<Vec<Row>, StoreError> {
        on!(read self, statement, query, pool => Ok(rows(query.fetch_all(pool).await?)))
    }

    /// Reads the first row.
    pub(crate) async fn read_first(&self, statement: Sql) -> Result<Option<Row>, StoreError> {
        on!(read self, statement, query, pool => Ok(query.fetch_optional(pool).await?.map(Row::from)))
    }
}

impl Tx {
    /// Runs a statement; answers how many rows it wrote.
    pub(crate) async fn execute(&mut self, statement: Sql) -> Result<u64, StoreError> {
        on!(tx self, statement, query, run => Ok(query.execute(run).await?.rows_affected()))
    }

    /// Reads all rows, also those of `RETURNING`.
    pub(crate) async fn read(&mut self, statement: Sql) -> Result<Vec<Row>, StoreError> {
        on!(tx self, statement, query, run => Ok(rows(query.fetch_all(run).await?)))
    }

    /// Reads the first row.
    pub(crate) async fn read_first(&mut self, statement: Sql) -> Result<Option<Row>, StoreError> {
        on!(tx self, statement, query, run => Ok(query.fetch_optional(run).await?.map(Row::from)))
    }

    /// Makes everything that the transaction wrote durable and visible.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// How many wide rows one bulk statement takes, provided that it is kept prepared: with fewer, asking costs more;
    /// with more than that SQLite gained nothing, and partly filled statements are parsed anew.
    pub(crate) fn rows_at_once(&self) -> usize {
        match self {
            Self::Sqlite(_) => 250,
            Self::Postgres(_) => 500,
        }
    }

    /// The clause that lets claimers pass by rows that another one is just taking. SQLite has one writer at a
    /// time and needs none.
    pub(crate) fn skip_locked(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "",
            Self::Postgres(_) => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// What begins and ends a join with the rows of a subquery that looks at the row joined with: PostgreSQL says
    /// `LATERAL`, which SQLite does not have; that finds the same rows by their ids.
    pub(crate) fn for_each_row(&self) -> (&'static str, &'static str) {
        match self {
            Self::Sqlite(_) => ("tasks AS found ON found.id IN (SELECT id", ")"),
            Self::Postgres(_) => ("LATERAL (SELECT id", ") AS found"),
        }
    }

    /// What begins and ends a comparison with the ids that a subquery finds, each to be looked up by itself. PostgreSQL
    /// would else read the whole table where it believes that there are many.
    pub(crate) fn one_of(&self) -> (&'static str, &'static str) {
        match self {
            Self::Sqlite(_) => (" IN (", ")"),
            Self::Postgres(_) => (" = ANY (ARRAY (", "))"),
        }
    }

    /// The clause that keeps the rows read from being changed by others until the transaction ends; rows that only
    /// refer to them can still be written.
    pub(crate) fn locked(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "",
            Self::Postgres(_) => " FOR NO KEY UPDATE",
        }
    }
}

/// Begins on a task of its own. A caller who leaves while the server answers would else leave a connection behind whose
/// transaction has begun and which nobody knows to end: later writes would be told as done and never be committed.
async fn begin_postgres(pool: PgPool) -> Result<Transaction<'static, Postgres>, StoreError> {
    let begun = tokio::spawn(async move { pool.begin().await });
    Ok(begun.await.map_err(|_| sqlx::Error::WorkerCrashed)??)
}

fn sqlite(statement: Sql) -> Result<Query<'static, Sqlite, SqliteArguments>, StoreError> {
    let persistent = statement.is_kept_prepared();
    let (text, values) = statement.into_sqlite();
    Ok(sqlx::query_with(text, sql::sqlite_arguments(values)?).persistent(persistent))
}

fn postgres(statement: Sql) -> Result<Query<'static, Postgres, PgArguments>, StoreError> {
    let persistent = statement.is_kept_prepared();
    let (text, values) = statement.into_postgres();
    Ok(sqlx::query_with(text, sql::postgres_arguments(values)?).persistent(persistent))
}

fn rows<R: Into<Row>>(found: Vec<R>) -> Vec<Row> {
    found.into_iter().map(Into::into).collect()
}
