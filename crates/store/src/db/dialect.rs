//! The migrations, in the words of each database.
//!
//! To add one: a file `migrations/NNNN_what_it_brings.sql` in PostgreSQL's words, and a line below. A migration that
//! has been released is never edited.

use std::borrow::Cow;

use sqlx::{
    AssertSqlSafe, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

const MIGRATIONS: [(i64, &str, &str); 21] = [
    (1, "tenants", include_str!("../../migrations/0001_tenants.sql")),
    (
        2,
        "connections",
        include_str!("../../migrations/0002_connections.sql"),
    ),
    (
        3,
        "calendars",
        include_str!("../../migrations/0003_calendars.sql"),
    ),
    (
        4,
        "external events",
        include_str!("../../migrations/0004_external_events.sql"),
    ),
    (5, "tasks", include_str!("../../migrations/0005_tasks.sql")),
    (6, "changes", include_str!("../../migrations/0006_changes.sql")),
    (
        7,
        "idempotency keys",
        include_str!("../../migrations/0007_idempotency_keys.sql"),
    ),
    (
        8,
        "login hint",
        include_str!("../../migrations/0008_login_hint.sql"),
    ),
    (
        9,
        "replicas and schedules",
        include_str!("../../migrations/0009_replicas_and_schedules.sql"),
    ),
    (
        10,
        "push channels",
        include_str!("../../migrations/0010_push_channels.sql"),
    ),
    (11, "truth", include_str!("../../migrations/0011_truth.sql")),
    (
        12,
        "freshness",
        include_str!("../../migrations/0012_freshness.sql"),
    ),
    (
        13,
        "task turns",
        include_str!("../../migrations/0013_task_turns.sql"),
    ),
    (
        14,
        "events by start",
        include_str!("../../migrations/0014_events_by_start.sql"),
    ),
    (15, "events", include_str!("../../migrations/0015_events.sql")),
    (
        16,
        "event edits",
        include_str!("../../migrations/0016_event_edits.sql"),
    ),
    (17, "claims", include_str!("../../migrations/0017_claims.sql")),
    (18, "holds", include_str!("../../migrations/0018_holds.sql")),
    (
        19,
        "conflicts",
        include_str!("../../migrations/0019_conflicts.sql"),
    ),
    (
        20,
        "refused features",
        include_str!("../../migrations/0020_refused_features.sql"),
    ),
    (
        21,
        "times of series",
        include_str!("../../migrations/0021_times_of_series.sql"),
    ),
];

/// What SQLite calls otherwise. Its own order of text is already the bytewise one that `"C"` asks PostgreSQL for.
const SQLITE_WORDS: [(&str, &str); 6] = [
    ("BIGINT", "INTEGER"),
    ("BOOLEAN", "INTEGER"),
    ("BYTEA", "BLOB"),
    ("UUID", "BLOB"),
    (" COLLATE \"C\"", ""),
    ("\n);", "\n) STRICT;"),
];

/// What follows this to the end of a migration SQLite does not have.
const POSTGRES_ONLY: &str = "\n-- PostgreSQL only";

/// Whose words a migration is put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// All migrations, oldest first.
pub(crate) fn migrator(dialect: Dialect) -> Migrator {
    let migrations = MIGRATIONS
        .into_iter()
        .map(|(version, what, text)| {
            let text = match dialect {
                Dialect::Sqlite => for_sqlite(text),
                Dialect::Postgres => text.to_owned(),
            };
            Migration::new(
                version,
                Cow::Borrowed(what),
                MigrationType::Simple,
                AssertSqlSafe(text).into_sql_str(),
                false,
            )
        })
        .collect();
    Migrator::with_migrations(migrations)
}

fn for_sqlite(text: &str) -> String {
    let text = text
        .split_once(POSTGRES_ONLY)
        .map_or(text, |(for_both, _)| for_both);
    SQLITE_WORDS
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_tables_are_strict_and_use_its_types() {
        for migration in migrator(Dialect::Sqlite).iter() {
            let text = migration.sql.as_str();
            assert_eq!(
                text.matches("CREATE TABLE").count(),
                text.matches(") STRICT;").count()
            );
            assert!(!text.contains("COLLATE"));
            assert!(!text.contains("gist"));
        }
    }
}
