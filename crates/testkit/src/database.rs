//! A throw-away database: SQLite always, PostgreSQL when `KALENDS_TEST_POSTGRES_URL` names a server.
//!
//! [`both!`](crate::both) makes two tests of one body. Each gets an empty database, which is gone afterwards: a file in
//! a temporary folder, or a schema of its own. Without a server the PostgreSQL half says that it was skipped;
//! with `KALENDS_TEST_REQUIRE_ALL=1` it fails instead.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};
use tempfile::TempDir;

use crate::TestServer;

/// Which program holds the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseKind {
    /// A file in a temporary folder.
    Sqlite,
    /// A schema on the server that `KALENDS_TEST_POSTGRES_URL` names.
    Postgres,
}

/// An empty database of a test's own.
#[derive(Clone, Debug)]
pub struct Database {
    /// Which program holds it.
    pub kind: DatabaseKind,
    /// Its address, as the store and the configuration take it.
    pub url: String,
}

/// Locks that a test's own transaction holds.
#[derive(Debug)]
pub struct HeldLocks {
    connection: PgConnection,
}

/// Makes a test for each database from one body, which gets a [`Database`].
///
/// ```ignore
/// both! {
///     async fn nothing_is_listed_before_a_connection(database) {
///         let server = TestServer::start_on(database).await;
///         ...
///     }
/// }
/// ```
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($database:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "not every test needs everything its file imports")]
            use super::*;

            async fn body($database: $crate::Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $crate::DatabaseKind::Sqlite.run(body).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                $crate::DatabaseKind::Postgres.run(body).await;
            }
        }
    )+};
}

/// Runs a transcript on SQLite and then on PostgreSQL, each time with a server of its own; answers what each run
/// answered, so that they can be compared.
pub async fn on_each_database<T>(transcript: impl AsyncFn(TestServer) -> T) -> Vec<T> {
    let mut answers = Vec::new();
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgres] {
        let run = kind.run(async |database| transcript(TestServer::start_on(database).await).await);
        answers.extend(run.await);
    }
    answers
}

impl DatabaseKind {
    /// Runs a test's body on an empty database and removes the database, whatever comes of it. Answers what the body
    /// answered; nothing when there is no such database to run on.
    pub async fn run<T>(self, body: impl AsyncFnOnce(Database) -> T) -> Option<T> {
        match self {
            Self::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                Some(body(Database::in_folder(&folder)).await)
            }
            Self::Postgres => match postgres_url() {
                Some(url) => Some(on_postgres(&url, body).await),
                None => None,
            },
        }
    }
}

impl Database {
    /// A SQLite file, not there yet, that goes with its folder.
    pub(crate) fn in_folder(folder: &TempDir) -> Self {
        Self {
            kind: DatabaseKind::Sqlite,
            url: format!("sqlite:{}", folder.path().join("kalends.db").display()),
        }
    }

    /// Runs a statement behind the store's back, as somebody with access to the database could.
    pub async fn tamper(&self, statement: &str) {
        let statement = AssertSqlSafe(statement.to_owned());
        match self.kind {
            DatabaseKind::Sqlite => {
                let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
                connection.execute(statement).await.unwrap();
            }
            DatabaseKind::Postgres => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                connection.execute(statement).await.unwrap();
            }
        }
    }
}

impl Database {
    /// The number that a query answers, asked behind the store's back.
    pub async fn count(&self, query: &str) -> i64 {
        let query = AssertSqlSafe(query.to_owned());
        match self.kind {
            DatabaseKind::Sqlite => {
                let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar(query)
                    .fetch_one(&mut connection)
                    .await
                    .unwrap()
            }
            DatabaseKind::Postgres => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar(query)
                    .fetch_one(&mut connection)
                    .await
                    .unwrap()
            }
        }
    }

    /// Runs a statement in a transaction on PostgreSQL that holds its locks until it is let go, or dropped.
    pub async fn hold(&self, statement: &str) -> HeldLocks {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        connection.execute("BEGIN").await.unwrap();
        let statement = AssertSqlSafe(statement.to_owned());
        connection.execute(statement).await.unwrap();
        HeldLocks { connection }
    }
}

impl HeldLocks {
    /// How many sessions wait for these locks.
    pub async fn waiting(&mut self) -> i64 {
        let query = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))";
        sqlx::query_scalar(query)
            .fetch_one(&mut self.connection)
            .await
            .unwrap()
    }

    /// Lets the locks go.
    pub async fn release(mut self) {
        self.connection.execute("ROLLBACK").await.unwrap();
    }
}

async fn on_postgres<T>(server: &str, body: impl AsyncFnOnce(Database) -> T) -> T {
    // The folder's name differs between all tests of all runs on this machine, as the schema's must.
    let unique = tempfile::tempdir().unwrap();
    let unique = unique.path().file_name().unwrap().as_encoded_bytes();
    let unique: Vec<String> = unique.iter().map(u8::to_string).collect();
    let schema = format!("kalends_test_{}", unique.join("_"));
    let mut admin = PgConnection::connect(server).await.unwrap();
    let create = AssertSqlSafe(format!("CREATE SCHEMA {schema}"));
    admin.execute(create).await.unwrap();
    let separator = if server.contains('?') { '&' } else { '?' };
    let database = Database {
        kind: DatabaseKind::Postgres,
        url: format!("{server}{separator}options=-csearch_path%3D{schema}%20-csynchronous_commit%3Doff"),
    };
    let outcome = AssertUnwindSafe(body(database)).catch_unwind().await;
    let drop = AssertSqlSafe(format!("DROP SCHEMA {schema} CASCADE"));
    admin.execute(drop).await.unwrap();
    outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test runner says by environment where PostgreSQL is"
)]
fn postgres_url() -> Option<String> {
    let url = std::env::var("KALENDS_TEST_POSTGRES_URL").ok();
    if url.is_none() {
        let required = std::env::var("KALENDS_TEST_REQUIRE_ALL").is_ok_and(|value| value == "1");
        assert!(
            !required,
            "KALENDS_TEST_REQUIRE_ALL=1, but KALENDS_TEST_POSTGRES_URL is not set"
        );
        println!("skipped: PostgreSQL (KALENDS_TEST_POSTGRES_URL is not set)");
    }
    url
}
