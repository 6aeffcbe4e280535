//! Google's pages of one calendar, made on demand: the same events each time, but for ten that move.

use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    extract::{Query, State},
    http::header,
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp};
use kalends_bench::{kalends::NOW, loopback};
use url::Url;

/// From one event to the next, so that a thousand fill a month.
const STEP: SignedDuration = SignedDuration::from_mins(43);
const PAGE: usize = 1_000;
/// The first event that moves: one of about now.
const FIRST_MOVED: usize = 900;
const MOVED: usize = 10;

/// The server; it stops with the process.
pub(crate) struct Remote {
    url: Url,
    calendar: Arc<Calendar>,
}

struct Calendar {
    events: usize,
    first: Timestamp,
    /// How often the ten have moved.
    version: AtomicUsize,
}

impl Remote {
    pub(crate) async fn of_calendar_with(events: usize) -> anyhow::Result<Self> {
        let now: Timestamp = NOW.parse()?;
        let calendar = Arc::new(Calendar {
            events,
            first: now - SignedDuration::from_hours(24 * 28),
            version: AtomicUsize::new(0),
        });
        let router = Router::new().fallback(page).with_state(Arc::clone(&calendar));
        Ok(Self {
            url: loopback::serve(router).await?,
            calendar,
        })
    }

    /// Where Google's APIs are, as far as clients know.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Moves the ten.
    pub(crate) fn change(&self, version: usize) {
        self.calendar.version.store(version, Ordering::SeqCst);
    }
}

async fn page(
    State(calendar): State<Arc<Calendar>>,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let version = calendar.version.load(Ordering::SeqCst);
    let (from, to) = if asked.contains_key("syncToken") {
        (FIRST_MOVED, FIRST_MOVED + MOVED)
    } else {
        let from = asked
            .get("pageToken")
            .and_then(|token| token.parse().ok())
            .unwrap_or(0);
        (from, calendar.events.min(from + PAGE))
    };
    let items: Vec<String> = (from..to).map(|number| calendar.event(number, version)).collect();
    let next = if asked.contains_key("syncToken") || to == calendar.events {
        format!("\"nextSyncToken\":\"v{version}\"")
    } else {
        format!("\"nextPageToken\":\"{to}\"")
    };
    let body = format!(
        "{{\"kind\":\"calendar#events\",\"timeZone\":\"UTC\",\"items\":[{}],{next}}}",
        items.join(",")
    );
    ([(header::CONTENT_TYPE, "application/json; charset=UTF-8")], body).into_response()
}

impl Calendar {
    fn event(&self, number: usize, version: usize) -> String {
        let moved = if (FIRST_MOVED..FIRST_MOVED + MOVED).contains(&number) {
            version
        } else {
            0
        };
        let minutes = SignedDuration::from_mins(i64::try_from(moved % 13).unwrap_or(0));
        let start = self.first + STEP * i32::try_from(number).unwrap_or(0) + minutes;
        let mut text =
            format!("{{\"kind\":\"calendar#event\",\"id\":\"event{number}\",\"etag\":\"\\\"{moved}\\\"\"");
        let end = start + SignedDuration::from_mins(30);
        let written = write!(
            text,
            ",\"status\":\"confirmed\",\"iCalUID\":\"event{number}@example.com\",\"summary\":\"Lesson {number} {moved}\",\
             \"location\":\"Room {}\",\"start\":{{\"dateTime\":\"{start}\"}},\"end\":{{\"dateTime\":\"{end}\"}},\
             \"updated\":\"2026-11-01T00:00:00Z\",\"eventType\":\"default\"}}",
            number % 20
        );
        debug_assert!(written.is_ok(), "texts take everything");
        text
    }
}
