//! Databases that are gone afterwards.

use anyhow::Context;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

/// Names the server, as for the tests; `cargo xtask bench` starts one.
const POSTGRES: &str = "KALENDS_TEST_POSTGRES_URL";

/// Where throw-away databases are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server {
    /// A file each.
    Sqlite,
    /// A schema each, on the server at this address.
    Postgres(String),
}

/// An empty database.
#[derive(Debug)]
pub struct Database {
    url: String,
    kept: Kept,
}

#[derive(Debug)]
enum Kept {
    File(TempDir),
    Schema { server: String, name: String },
}

impl Server {
    /// SQLite, and PostgreSQL when there is one; says when there is none.
    #[expect(
        clippy::disallowed_methods,
        reason = "whoever runs the benchmarks says by environment where PostgreSQL is"
    )]
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::Sqlite];
        match std::env::var(POSTGRES) {
            Ok(url) => all.push(Self::Postgres(url)),
            Err(_) => println!("skipped: PostgreSQL ({POSTGRES} is not set; `cargo xtask bench` sets it)"),
        }
        all
    }

    /// What people call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// A new, empty database; `number` tells those of one run apart.
    pub async fn database(&self, number: usize) -> anyhow::Result<Database> {
        match self {
            Self::Sqlite => {
                let folder = tempfile::tempdir()?;
                Ok(Database {
                    url: format!("sqlite:{}", folder.path().join("kalends.db").display()),
                    kept: Kept::File(folder),
                })
            }
            Self::Postgres(server) => {
                let name = format!("kalends_bench_{}_{number}", std::process::id());
                let mut admin = PgConnection::connect(server).await.context(POSTGRES)?;
                admin
                    .execute(AssertSqlSafe(format!("CREATE SCHEMA {name}")))
                    .await?;
                let joint = if server.contains('?') { '&' } else { '?' };
                Ok(Database {
                    url: format!("{server}{joint}options=-csearch_path%3D{name}"),
                    kept: Kept::Schema {
                        server: server.clone(),
                        name,
                    },
                })
            }
        }
    }
}

impl Database {
    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Deletes it.
    pub async fn delete(self) -> anyhow::Result<()> {
        match self.kept {
            Kept::File(folder) => folder.close()?,
            Kept::Schema { server, name } => {
                let mut admin = PgConnection::connect(&server).await?;
                admin
                    .execute(AssertSqlSafe(format!("DROP SCHEMA {name} CASCADE")))
                    .await?;
            }
        }
        Ok(())
    }
}
