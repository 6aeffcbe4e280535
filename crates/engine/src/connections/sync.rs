//! Syncs on request, and waits for the runs when asked to.

use std::{collections::HashSet, time::Duration};

use kalends_core::time::{CalendarId, ConnectionId, TenantId, UserId};
use kalends_store::{Calendar, CalendarFilter, ConnectionState, SyncRunFilter};

use super::{ConnectionError, Outcome, State, SyncRun, Trigger};
use crate::{Engine, pull::request, settings};

/// The longest that a request waits for runs.
pub const LONGEST_WAIT: Duration = Duration::from_secs(25);

/// Whether to wait for the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Answer at once.
    No,
    /// Wait, at most so long and at most [`LONGEST_WAIT`].
    UpTo(Duration),
}

/// What a request to sync led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncAnswer {
    /// The calendars that are synced: the selected ones.
    pub calendars: Vec<CalendarId>,
    /// The runs that have ended since the request; one per calendar at most.
    pub runs: Vec<SyncRun>,
}

impl SyncAnswer {
    /// Whether every calendar's run has ended.
    pub fn is_complete(&self) -> bool {
        self.runs.len() == self.calendars.len()
    }
}

/// Pulls all selected calendars of a connection ahead of everything else.
pub async fn sync(
    engine: &Engine,
    tenant: TenantId,
    connection: ConnectionId,
    wait: Wait,
) -> Result<SyncAnswer, ConnectionError> {
    let found = super::get(engine, tenant, connection).await?;
    if matches!(found.state, State::Disconnected | State::ReauthRequired { .. }) {
        return Err(ConnectionError::NotConnected);
    }
    must_be_enabled(engine, tenant, &found.user).await?;
    let filter = CalendarFilter {
        connection: Some(connection),
        ..CalendarFilter::default()
    };
    request(engine, tenant, filter, wait).await
}

/// Pulls all selected calendars of a user ahead of everything else.
pub async fn sync_user(
    engine: &Engine,
    tenant: TenantId,
    user: &UserId,
    wait: Wait,
) -> Result<SyncAnswer, ConnectionError> {
    must_be_enabled(engine, tenant, user).await?;
    let filter = CalendarFilter {
        user: Some(user),
        ..CalendarFilter::default()
    };
    request(engine, tenant, filter, wait).await
}

/// Those of the calendars' connections that can be asked; passes over the others never begin.
async fn live(
    engine: &Engine,
    tenant: TenantId,
    calendars: &[Calendar],
) -> Result<HashSet<ConnectionId>, ConnectionError> {
    let mut live = HashSet::new();
    let connections: HashSet<ConnectionId> = calendars.iter().map(|calendar| calendar.connection).collect();
    for id in connections {
        let state = engine.store().connection(tenant, id).await?.state;
        if matches!(state, ConnectionState::Active | ConnectionState::Degraded) {
            live.insert(id);
        }
    }
    Ok(live)
}

async fn must_be_enabled(engine: &Engine, tenant: TenantId, user: &UserId) -> Result<(), ConnectionError> {
    let settings = settings::of_user(engine, tenant, user).await?;
    if settings.sync.sync_enabled {
        Ok(())
    } else {
        Err(ConnectionError::SyncDisabled)
    }
}

async fn request(
    engine: &Engine,
    tenant: TenantId,
    filter: CalendarFilter<'_>,
    wait: Wait,
) -> Result<SyncAnswer, ConnectionError> {
    let mut before = engine.store().calendars(tenant, filter).await?;
    before.retain(|calendar| calendar.selected && calendar.lost_at.is_none());
    let live = live(engine, tenant, &before).await?;
    before.retain(|calendar| live.contains(&calendar.connection));
    request::enqueue(engine, tenant, &before, Trigger::Request).await?;
    let mut runs = Vec::new();
    if let Wait::UpTo(time) = wait {
        let ended = request::ended(engine, tenant, &before, time.min(LONGEST_WAIT)).await?;
        for calendar in before.iter().filter(|calendar| ended.contains(&calendar.id)) {
            let filter = SyncRunFilter {
                connection: calendar.connection,
                calendar: Some(calendar.id),
                before: None,
                // The next pass may have begun already; more than one at a time is not under way.
                limit: 2,
            };
            let latest = engine.store().sync_runs(tenant, filter).await?;
            let mut ended = latest.into_iter().map(SyncRun::from);
            runs.extend(ended.find(|run| run.outcome != Outcome::Running));
        }
    }
    let calendars = before.into_iter().map(|calendar| calendar.id).collect();
    Ok(SyncAnswer { calendars, runs })
}
