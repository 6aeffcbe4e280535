//! The same bare endpoint over the table that one would first think of: a row for each busy span.

use std::{str::FromStr, sync::Arc};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use kalends_bench::throwaway::{Database, Server};
use sqlx::{
    QueryBuilder, Row as _, Sqlite, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};

use crate::{
    bare::{Answer, Question, authorize, hash, in_list, internal, readers},
    people::People,
};

/// The endpoint, over a table of its own.
#[derive(Clone)]
pub(crate) struct Bare {
    pool: SqlitePool,
    key: Arc<[u8]>,
    _database: Arc<Database>,
}

impl Bare {
    pub(crate) async fn holding(people: &People, key: &str) -> anyhow::Result<Self> {
        let database = Server::Sqlite.database(1).await?;
        let options = SqliteConnectOptions::from_str(database.url())?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await?;
        sqlx::query(
            "CREATE TABLE busy (user_id TEXT NOT NULL, start_us INTEGER NOT NULL, end_us INTEGER NOT NULL,
                 PRIMARY KEY (user_id, start_us)) STRICT, WITHOUT ROWID",
        )
        .execute(&writer)
        .await?;
        for (user, spans) in &people.busy {
            let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO busy (user_id, start_us, end_us) ");
            insert.push_values(spans, |mut row, span| {
                row.push_bind(user)
                    .push_bind(span.start_us())
                    .push_bind(span.end_us());
            });
            insert.build().execute(&writer).await?;
        }
        Ok(Self {
            pool: readers(database.url())?,
            key: hash(key),
            _database: Arc::new(database),
        })
    }

    pub(crate) fn router(self) -> Router {
        Router::new().route("/v1/slots", post(slots)).with_state(self)
    }

    async fn busy(&self, question: &Question) -> anyhow::Result<Vec<(i64, i64)>> {
        let mut select = QueryBuilder::<Sqlite>::new("SELECT start_us, end_us FROM busy WHERE end_us > ");
        select.push_bind(question.from.as_microsecond());
        select
            .push(" AND start_us < ")
            .push_bind(question.to.as_microsecond());
        in_list(select.push(" AND user_id IN "), &question.user_ids);
        let rows = select.build().fetch_all(&self.pool).await?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect()
    }
}

async fn slots(
    State(bare): State<Bare>,
    headers: HeaderMap,
    Json(question): Json<Question>,
) -> Result<Json<Answer>, StatusCode> {
    authorize(&headers, &bare.key)?;
    let answer = async {
        let mut busy = bare.busy(&question).await?;
        question.closed_by_itself(&mut busy)?;
        question.sweep(busy, Vec::new())
    };
    answer.await.map(Json).map_err(internal)
}
