//! The same question as one statement of PostgreSQL: multiranges of open and busy time, subtracted and cut into slots.
//!
//! Everybody has open hours of their own, in four zones. What is timed is one prepared statement on a connection that is kept: no HTTP, key, evidence or JSON.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use kalends_bench::throwaway::{Database, Server};
use sqlx::{AssertSqlSafe, PgPool, Row as _, postgres::PgPoolOptions};

use crate::people::{FROM, People, until};

/// A day more on each side than the window has, because zones differ.
const DAYS: &str = "days AS (
        SELECT day::date AS day
        FROM generate_series(($2::text::timestamptz::date - 1)::timestamp,
                             ($3::text::timestamptz::date + 1)::timestamp, interval '1 day') AS day
        WHERE extract(isodow FROM day) BETWEEN 1 AND 5
    )";

/// As one thinks of it: what is open for each and not taken, and what all of these have in common.
const OF_EACH: &str = "open AS (
        SELECT user_id, range_agg(tstzrange((day + opens) AT TIME ZONE zone, (day + closes) AT TIME ZONE zone)) AS spans
        FROM hours JOIN unnest($1::text[]) AS asked (user_id) USING (user_id) CROSS JOIN days
        GROUP BY user_id
    ), taken AS (
        SELECT user_id, range_agg(during) AS spans
        FROM busy JOIN unnest($1::text[]) AS asked (user_id) USING (user_id)
        WHERE during && tstzrange($2::text::timestamptz, $3::text::timestamptz)
        GROUP BY user_id
    ), common AS (
        SELECT range_intersect_agg(open.spans - coalesce(taken.spans, tstzmultirange())) AS spans
        FROM open LEFT JOIN taken USING (user_id)
    )";

/// Rewritten for speed: what all have open in common, less what is taken of anybody.
const OF_ALL: &str = "open AS (
        SELECT range_intersect_agg(spans) AS spans
        FROM (
            SELECT range_agg(tstzrange((day + opens) AT TIME ZONE zone, (day + closes) AT TIME ZONE zone)) AS spans
            FROM hours JOIN unnest($1::text[]) AS asked (user_id) USING (user_id) CROSS JOIN days
            GROUP BY user_id
        ) AS of_each
    ), taken AS (
        SELECT coalesce(range_agg(during), tstzmultirange()) AS spans
        FROM busy JOIN unnest($1::text[]) AS asked (user_id) USING (user_id)
        WHERE during && tstzrange($2::text::timestamptz, $3::text::timestamptz)
    ), common AS (
        SELECT open.spans - taken.spans AS spans FROM open, taken
    )";

/// Duration and step are those of [`question`](crate::people::question).
const SLOTS: &str = "free AS (
        SELECT unnest(spans * tstzmultirange(tstzrange($2::text::timestamptz, $3::text::timestamptz))) AS span
        FROM common
    )
    SELECT (extract(epoch FROM start) * 1000000)::bigint
    FROM free, generate_series(
        date_bin(interval '15 minutes', lower(span) - interval '1 microsecond', timestamptz '2000-01-01 00:00:00+00')
            + interval '15 minutes',
        upper(span) - interval '30 minutes', interval '15 minutes') AS start
    ORDER BY 1";

/// How the statement is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    OfEach,
    OfAll,
}

/// The tables, with their rows.
pub(crate) struct Multirange {
    pool: PgPool,
    users: Vec<String>,
    database: Database,
}

impl Multirange {
    pub(crate) async fn holding(people: &People, server: &Server) -> anyhow::Result<Self> {
        let database = server.database(2).await?;
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect(database.url())
            .await?;
        for statement in [
            "CREATE TABLE busy (user_id text NOT NULL, during tstzrange NOT NULL)",
            "CREATE INDEX busy_by_user ON busy (user_id, lower(during))",
            "CREATE INDEX busy_by_time ON busy USING gist (during)",
            "CREATE TABLE hours (user_id text PRIMARY KEY, zone text NOT NULL, opens time NOT NULL, closes time NOT NULL)",
        ] {
            sqlx::query(statement).execute(&pool).await?;
        }
        for (number, (user, spans)) in people.busy.iter().enumerate() {
            let starts: Vec<i64> = spans.iter().map(|span| span.start_us()).collect();
            let ends: Vec<i64> = spans.iter().map(|span| span.end_us()).collect();
            sqlx::query(
                "INSERT INTO busy SELECT $1, tstzrange(to_timestamp(start_us / 1e6), to_timestamp(end_us / 1e6))
                 FROM unnest($2::bigint[], $3::bigint[]) AS span (start_us, end_us)",
            )
            .bind(user)
            .bind(starts)
            .bind(ends)
            .execute(&pool)
            .await?;
            sqlx::query("INSERT INTO hours VALUES ($1, $2, '09:00', '17:00')")
                .bind(user)
                .bind(crate::people::zone(number))
                .execute(&pool)
                .await?;
        }
        sqlx::query("ANALYZE").execute(&pool).await?;
        Ok(Self {
            pool,
            users: people.busy.iter().map(|(user, _)| user.clone()).collect(),
            database,
        })
    }

    /// The starts of the slots, in microseconds since 1970.
    pub(crate) async fn starts(&self, form: Form) -> anyhow::Result<Vec<i64>> {
        let common = match form {
            Form::OfEach => OF_EACH,
            Form::OfAll => OF_ALL,
        };
        let rows = sqlx::query(AssertSqlSafe(format!("WITH {DAYS}, {common}, {SLOTS}")))
            .bind(&self.users)
            .bind(FROM)
            .bind(until())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| row.try_get(0).context("a start")).collect()
    }

    pub(crate) async fn ask(&self, form: Form) -> anyhow::Result<Duration> {
        let began = Instant::now();
        let starts = self.starts(form).await?;
        let took = began.elapsed();
        ensure!(!starts.is_empty(), "no slots");
        Ok(took)
    }

    pub(crate) async fn delete(self) -> anyhow::Result<()> {
        self.pool.close().await;
        self.database.delete().await
    }
}
