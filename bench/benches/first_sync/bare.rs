//! The bare way: typed structs of the same pages, one table with a key and perhaps the index that questions about time
//! need, 500 rows a statement, a transaction a page.
//!
//! It keeps what is worth keeping of an event and nothing about it: no zones resolved, no series understood, no index,
//! no way to see what a full sync no longer lists, no audit.

use std::{
    str::FromStr,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use jiff::{Timestamp, civil::Date};
use kalends_bench::{kalends::EMAIL, loopback};
use reqwest::Client;
use serde::Deserialize;
use sqlx::{
    PgPool, QueryBuilder, SqlitePool,
    postgres::PgPoolOptions,
    query, query_scalar,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use url::Url;

use crate::pages::Pages;

const ROWS: usize = 500;
const COLUMNS: &str = "calendar_id, id, ical_uid, etag, status, event_type, start_us, start_date, start_zone, end_us, \
     end_date, end_zone, recurrence, recurring_event_id, original_us, transparency, visibility, response, title, \
     location, organizer, html_link, updated_us";
const CALENDAR: i64 = 1;

/// The sync with its database.
pub(crate) struct Bare {
    db: Db,
    client: Client,
    events: Url,
    token: String,
}

/// What helps to find events in the bare table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Indexes {
    /// Its key.
    Key,
    /// Its key, and when events end and start.
    KeyAndTime,
}

enum Db {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    items: Vec<Event>,
    next_page_token: Option<String>,
    next_sync_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    id: String,
    #[serde(rename = "iCalUID")]
    ical_uid: Option<String>,
    etag: Option<String>,
    status: Option<String>,
    event_type: Option<String>,
    start: When,
    end: When,
    recurrence: Option<Vec<String>>,
    recurring_event_id: Option<String>,
    original_start_time: Option<When>,
    transparency: Option<String>,
    visibility: Option<String>,
    #[serde(default)]
    attendees: Vec<Person>,
    organizer: Option<Person>,
    summary: Option<String>,
    location: Option<String>,
    html_link: Option<String>,
    updated: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct When {
    date: Option<Date>,
    date_time: Option<Timestamp>,
    time_zone: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    email: Option<String>,
    #[serde(rename = "self", default)]
    is_self: bool,
    response_status: Option<String>,
}

/// Writes a page in one transaction of either database.
macro_rules! store {
    ($pool:expr, $events:expr) => {{
        let mut tx = $pool.begin().await?;
        for chunk in $events.chunks(ROWS) {
            let mut insert = QueryBuilder::new("INSERT INTO events (");
            insert.push(COLUMNS).push(") ");
            insert.push_values(chunk, |mut row, event| {
                let response = event.attendees.iter().find(|person| person.is_self);
                row.push_bind(CALENDAR)
                    .push_bind(&event.id)
                    .push_bind(&event.ical_uid)
                    .push_bind(&event.etag)
                    .push_bind(&event.status)
                    .push_bind(&event.event_type)
                    .push_bind(event.start.date_time.map(Timestamp::as_microsecond))
                    .push_bind(event.start.date.map(|date| date.to_string()))
                    .push_bind(&event.start.time_zone)
                    .push_bind(event.end.date_time.map(Timestamp::as_microsecond))
                    .push_bind(event.end.date.map(|date| date.to_string()))
                    .push_bind(&event.end.time_zone)
                    .push_bind(event.recurrence.as_ref().map(|lines| lines.join("\n")))
                    .push_bind(&event.recurring_event_id)
                    .push_bind(original_us(event))
                    .push_bind(&event.transparency)
                    .push_bind(&event.visibility)
                    .push_bind(response.and_then(|person| person.response_status.as_ref()))
                    .push_bind(&event.summary)
                    .push_bind(&event.location)
                    .push_bind(event.organizer.as_ref().and_then(|person| person.email.as_ref()))
                    .push_bind(&event.html_link)
                    .push_bind(event.updated.map(Timestamp::as_microsecond));
            });
            insert.push(" ON CONFLICT (calendar_id, id) DO UPDATE SET ");
            let mut separator = "";
            for column in COLUMNS.split(", ").skip(2) {
                insert
                    .push(separator)
                    .push(column)
                    .push(" = excluded.")
                    .push(column);
                separator = ", ";
            }
            insert.build().execute(&mut *tx).await?;
        }
        tx.commit().await?;
    }};
}

impl Bare {
    pub(crate) async fn on(database: &str, indexes: Indexes, pages: &Pages) -> anyhow::Result<Self> {
        let db = Db::open(database).await?;
        db.execute(
            "CREATE TABLE events (calendar_id BIGINT NOT NULL, id TEXT NOT NULL, ical_uid TEXT, etag TEXT,
                 status TEXT, event_type TEXT, start_us BIGINT, start_date TEXT, start_zone TEXT, end_us BIGINT,
                 end_date TEXT, end_zone TEXT, recurrence TEXT, recurring_event_id TEXT, original_us BIGINT,
                 transparency TEXT, visibility TEXT, response TEXT, title TEXT, location TEXT, organizer TEXT,
                 html_link TEXT, updated_us BIGINT, PRIMARY KEY (calendar_id, id))",
        )
        .await?;
        if indexes == Indexes::KeyAndTime {
            db.execute("CREATE INDEX events_by_time ON events (calendar_id, end_us, start_us)")
                .await?;
        }
        db.execute("CREATE TABLE cursors (calendar_id BIGINT PRIMARY KEY, sync_token TEXT NOT NULL)")
            .await?;
        Ok(Self {
            db,
            client: loopback::client()?,
            events: pages
                .url()
                .join(&format!("/calendar/v3/calendars/{EMAIL}/events?maxResults=1000"))?,
            token: pages.token().to_owned(),
        })
    }

    /// Everything, page after page, and then the cursor.
    pub(crate) async fn sync(&self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        let mut url = self.events.clone();
        loop {
            let page = self.page(url).await?;
            match &self.db {
                Db::Sqlite(pool) => store!(pool, page.items),
                Db::Postgres(pool) => store!(pool, page.items),
            }
            if let Some(token) = page.next_sync_token {
                self.keep(token).await?;
                return Ok(began.elapsed());
            }
            url = self.events.clone();
            let token = page.next_page_token.context("a token")?;
            url.query_pairs_mut().append_pair("pageToken", &token);
        }
    }

    /// Asks what is new, and keeps the new cursor.
    pub(crate) async fn poll(&self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        let mut url = self.events.clone();
        url.query_pairs_mut().append_pair("syncToken", "latest");
        let page = self.page(url).await?;
        ensure!(page.items.is_empty(), "something changed");
        self.keep(page.next_sync_token.context("a token")?).await?;
        Ok(began.elapsed())
    }

    pub(crate) async fn count(&self) -> anyhow::Result<u64> {
        let count: i64 = match &self.db {
            Db::Sqlite(pool) => {
                query_scalar("SELECT count(*) FROM events")
                    .fetch_one(pool)
                    .await?
            }
            Db::Postgres(pool) => {
                query_scalar("SELECT count(*) FROM events")
                    .fetch_one(pool)
                    .await?
            }
        };
        Ok(u64::try_from(count)?)
    }

    pub(crate) async fn close(self) {
        match self.db {
            Db::Sqlite(pool) => pool.close().await,
            Db::Postgres(pool) => pool.close().await,
        }
    }

    async fn page(&self, url: Url) -> anyhow::Result<Page> {
        let answer = self.client.get(url).bearer_auth(&self.token).send().await?;
        let body = answer.error_for_status()?.bytes().await?;
        Ok(serde_json::from_slice(&body)?)
    }

    async fn keep(&self, token: String) -> anyhow::Result<()> {
        let upsert = "INSERT INTO cursors (calendar_id, sync_token) VALUES ($1, $2)
             ON CONFLICT (calendar_id) DO UPDATE SET sync_token = excluded.sync_token";
        match &self.db {
            Db::Sqlite(pool) => query(upsert)
                .bind(CALENDAR)
                .bind(token)
                .execute(pool)
                .await
                .map(drop)?,
            Db::Postgres(pool) => query(upsert)
                .bind(CALENDAR)
                .bind(token)
                .execute(pool)
                .await
                .map(drop)?,
        }
        Ok(())
    }
}

impl Db {
    /// With the settings that Kalends writes with.
    async fn open(database: &str) -> anyhow::Result<Self> {
        if database.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(database)?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full);
            let pool = SqlitePoolOptions::new()
                .max_connections(1)
                .connect_with(options)
                .await?;
            return Ok(Self::Sqlite(pool));
        }
        let pool = PgPoolOptions::new().max_connections(8).connect(database).await?;
        Ok(Self::Postgres(pool))
    }

    async fn execute(&self, statement: &'static str) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(pool) => query(statement).execute(pool).await.map(drop)?,
            Self::Postgres(pool) => query(statement).execute(pool).await.map(drop)?,
        }
        Ok(())
    }
}

fn original_us(event: &Event) -> Option<i64> {
    let original = event.original_start_time.as_ref()?;
    original.date_time.map(Timestamp::as_microsecond)
}
