//! `PUT /v1/events/{key}` with `requireFree`, durable before its answer, at 32 connections; against a bare axum endpoint that writes
//! the same rows to the same tables in one transaction, and checks nothing.
//!
//! Each request puts a new event into a free hour of one of 32 people. Beside the
//! rows Kalends checks the key and the body, reads the people's settings, and in the transaction locks the person and reads
//! what else takes the time. The same callers ask both over loopback. Run with `cargo xtask bench --bench put_event`, which brings
//! PostgreSQL along.

mod bare;
mod callers;

use std::process::ExitCode;

use jiff::{SignedDuration, Timestamp};
use kalends_bench::{
    kalends::{Kalends, NOW, ambient},
    loopback,
    pairs::{Limit, Pairs, measure, verdict},
    throwaway::Server,
};
use kalends_core::time::{UserId, Zone};
use kalends_engine::users::{self, PutUser};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::{bare::Bare, callers::Callers};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Events of a round.
const EVENTS: usize = 1_600;
const CONNECTIONS: usize = 32;
const PEOPLE: usize = 32;
const ROUNDS: usize = 20;
/// At least 0.7 times as many a second.
const OF_BARE: Limit = Limit::Target(1.0 / 0.7);

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let mut all = Vec::new();
    for server in Server::all() {
        all.push(against_bare(&server).await?);
    }
    Ok(verdict(&all))
}

async fn against_bare(server: &Server) -> anyhow::Result<Pairs> {
    let (own, other) = (server.database(0).await?, server.database(1).await?);
    let ours = with_people(own.url()).await?;
    // Only for its tables and rows.
    let theirs = with_people(other.url()).await?;
    let bare = Bare::on(other.url(), theirs.tenant).await?;
    let key = ours.key.expose_secret().to_owned();
    let our_callers = Callers::new(&loopback::serve(ours.router()?).await?, CONNECTIONS, &key).await?;
    let their_callers = Callers::new(&loopback::serve(bare.router()).await?, CONNECTIONS, &key).await?;
    let name = format!(
        "{}: {EVENTS} events over {CONNECTIONS} connections",
        server.name()
    );
    let (mut ours_put, mut theirs_put) = (0, 0);
    let pairs = measure(
        (&name, OF_BARE),
        ROUNDS,
        async || {
            let took = our_callers.round(round(ours_put)).await?;
            ours_put += 1;
            expect(&ours, ours_put * EVENTS).await?;
            Ok(took)
        },
        async || {
            let took = their_callers.round(round(theirs_put)).await?;
            theirs_put += 1;
            expect(&theirs, theirs_put * EVENTS).await?;
            Ok(took)
        },
    )
    .await?;
    ours.store.close().await;
    theirs.store.close().await;
    bare.close().await;
    own.delete().await?;
    other.delete().await?;
    Ok(pairs)
}

/// The product with its people; nothing of their calendars is busy.
async fn with_people(database: &str) -> anyhow::Result<Kalends> {
    let nowhere = "http://127.0.0.1:9".parse()?;
    let kalends = Kalends::on(database, &nowhere, ambient()?).await?;
    for number in 0..PEOPLE {
        let put = PutUser {
            id: person(number)?,
            display_name: None,
            time_zone: Zone::UTC,
        };
        users::put(&kalends.engine, kalends.tenant, put).await?;
    }
    Ok(kalends)
}

fn person(number: usize) -> anyhow::Result<UserId> {
    Ok(UserId::new(format!("person-{number}"))?)
}

/// The requests of a round: path and body. Every person's hours follow one another.
fn round(round: usize) -> Vec<(String, String)> {
    let now: Timestamp = NOW.parse().unwrap_or_default();
    let request = |number: usize| {
        let place = round * EVENTS + number;
        let hour = i64::try_from(place / PEOPLE).unwrap_or_default() + 24;
        let start = now + SignedDuration::from_hours(hour);
        let body = json!({
            "title": "Piano lesson", "start": start.to_string(),
            "end": (start + SignedDuration::from_hours(1)).to_string(), "timeZone": "Europe/London",
            "people": [{"userId": format!("person-{}", place % PEOPLE), "role": "organizer"}],
            "location": "Room 3", "url": "https://lyceum.example/lessons/17", "requireFree": true,
        });
        (format!("/v1/events/lesson-{place}"), body.to_string())
    };
    (0..EVENTS).map(request).collect()
}

/// Each event has its claim and its entry in the feed.
async fn expect(kalends: &Kalends, events: usize) -> anyhow::Result<()> {
    let people = (0..PEOPLE).map(person).collect::<Result<Vec<_>, _>>()?;
    let begin: Timestamp = NOW.parse()?;
    let window = kalends_core::time::Interval::new(begin, begin + SignedDuration::from_hours(24 * 3_000));
    let window = window.ok_or_else(|| anyhow::anyhow!("no window"))?;
    let claims = kalends.store.claims(kalends.tenant, &people, window).await?.len();
    anyhow::ensure!(claims == events, "{claims} claims of {events} events");
    let last = kalends.store.changes(kalends.tenant, 0, 1).await?.last_seq;
    anyhow::ensure!(
        usize::try_from(last)? == events,
        "{last} changes of {events} events"
    );
    Ok(())
}
