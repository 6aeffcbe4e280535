//! The databases that a test runs on.

use std::{panic::AssertUnwindSafe, time::SystemTime};

use futures::FutureExt as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::TestServer;

/// Which database a test runs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A new file, deleted afterwards.
    Sqlite,
    /// An empty schema at this address.
    Postgres(String),
}

/// Runs a test on SQLite and then, when `KALENDS_TEST_POSTGRES_URL` names a server, on PostgreSQL in a schema of its
/// own. With `KALENDS_TEST_REQUIRE_ALL=1` a missing server fails the test.
pub async fn on_each_database(test: impl AsyncFn(TestServer)) {
    test(TestServer::start().await).await;
    let Some(url) = postgres_url() else { return };
    let schema = format!("kalends_testkit_{}_{}", std::process::id(), nanos());
    let mut admin = PgConnection::connect(&url).await.unwrap();
    admin
        .execute(AssertSqlSafe(format!("CREATE SCHEMA {schema}")))
        .await
        .unwrap();
    let separator = if url.contains('?') { '&' } else { '?' };
    let own = format!("{url}{separator}options=-csearch_path%3D{schema}");
    let on_postgres = async {
        let server = TestServer::start_on(Database::Postgres(own)).await;
        test(server).await;
    };
    let outcome = AssertUnwindSafe(on_postgres).catch_unwind().await;
    admin
        .execute(AssertSqlSafe(format!("DROP SCHEMA {schema} CASCADE")))
        .await
        .unwrap();
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test runner says by environment where PostgreSQL is"
)]
fn postgres_url() -> Option<String> {
    let url = std::env::var("KALENDS_TEST_POSTGRES_URL").ok();
    let required = std::env::var("KALENDS_TEST_REQUIRE_ALL").is_ok_and(|value| value == "1");
    assert!(
        url.is_some() || !required,
        "KALENDS_TEST_REQUIRE_ALL=1, but KALENDS_TEST_POSTGRES_URL is not set"
    );
    if url.is_none() {
        println!("skipped: PostgreSQL (KALENDS_TEST_POSTGRES_URL is not set)");
    }
    url
}

/// Differs between tests of one process, which run at different times.
#[expect(
    clippy::disallowed_methods,
    reason = "names of schemas must differ between runs"
)]
fn nanos() -> u128 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_nanos()
}
