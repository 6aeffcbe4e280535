//! Task: gives a person's calendar the events that it lacks, when it has become possible to write there.
//!
//! Whatever makes it possible enqueues it in its own transaction: a write target, `calendar_write` turned on, an account
//! connected again or with more consent. What was held up comes first, removals before everything; then the events
//! without a link get one. Each link's row says that it is owed, so this may be killed anywhere and begins again.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use kalends_core::{
    event::PersonRole,
    settings::BulkSync,
    sync::push::Refusal,
    time::{ConnectionId, EventId, Interval, TenantId, UserId},
    two_way::Direction,
};
use kalends_store::{
    ClaimedTask, ConnectionFilter, Dead, EventQuery, EventRow, EventWrite, LinkAim, LinkRow, LinkStatus,
    NewTask, OwedLinks, StoreError, TaskLane,
};

use super::{
    pace::Pace,
    plan::plan,
    put::{TRIES, commit},
    stand::{self, Standing},
};
use crate::{
    Engine,
    runner::{
        failure::{Class, Failure},
        task::{self, Bulk, Kind},
    },
    settings::{self, InForce, SettingsError},
};

/// Rows that are read at a time.
const PAGE: u32 = 100;
/// Connections of a person that are looked at.
const CONNECTIONS: u32 = 100;

/// Pushes what is owed to the person's calendars, a batch at a time.
pub(crate) async fn bulk(engine: &Engine, task: &ClaimedTask) -> Result<(), Failure> {
    let (Some(tenant), Some((what, user))) = (task.tenant, task::bulk_of(&task.key)) else {
        return Err(Failure::new(Class::Bug, "internal", "the task names no user"));
    };
    let settings = match settings::of_user(engine, tenant, &user).await {
        Err(SettingsError::UnknownUser) => return Ok(()),
        Err(SettingsError::Store(error)) => return Err(error.into()),
        Err(error) => return Err(Failure::new(Class::Bug, "settings_unreadable", error)),
        Ok(settings) => settings,
    };
    let now = engine.ambient().now();
    let before = waiting(engine, tenant, &user).await?;
    let pace = Pace::in_bulks((engine.settings().bulks, TaskLane::Backfill), now, before);
    let mut person = Person {
        engine,
        tenant,
        user,
        pace,
    };
    match what {
        Bulk::Owed => {
            person.wake(LinkAim::Removed).await?;
            person.wake(LinkAim::Shown).await?;
            if takes_events(&settings) {
                person.spread(window(&settings, now)).await?;
            }
        }
        Bulk::Meetings => person.show_meetings(window(&settings, now)).await?,
    }
    Ok(())
}

/// Whether the person wants events on their calendar at all.
pub(super) fn takes_events(settings: &InForce) -> bool {
    settings.write.enabled && settings.sync.direction != Direction::FromProvider
}

/// Which events they want there.
fn window(settings: &InForce, now: Timestamp) -> Option<Interval> {
    match settings.write.bulk_sync {
        BulkSync::All => None,
        BulkSync::Upcoming => Interval::new(now, Timestamp::MAX),
    }
}

/// Bulk pushes that each of the person's connections has still before it.
async fn waiting(
    engine: &Engine,
    tenant: TenantId,
    user: &UserId,
) -> Result<HashMap<ConnectionId, u64>, StoreError> {
    let filter = ConnectionFilter {
        user: Some(user),
        after: None,
        limit: CONNECTIONS,
    };
    let mut waiting = HashMap::new();
    for connection in engine.store().connections(tenant, filter).await? {
        let group = connection.id.to_string();
        let count = engine
            .store()
            .waiting_tasks(Kind::PushLink.as_str(), &group, TaskLane::Backfill)
            .await?;
        waiting.insert(connection.id, count);
    }
    Ok(waiting)
}

/// Whose calendars get their events.
struct Person<'a> {
    engine: &'a Engine,
    tenant: TenantId,
    user: UserId,
    pace: Pace,
}

impl Person<'_> {
    /// Pushes links that were held up, given up or left without a task: what held them up may be over.
    async fn wake(&mut self, aim: LinkAim) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let query = OwedLinks {
                user: &self.user,
                is_shown: aim == LinkAim::Shown,
                after,
                limit: PAGE,
            };
            let links = self.engine.store().links_owed(self.tenant, query).await?;
            let Some(last) = links.last() else { return Ok(()) };
            after = Some(last.id);
            let keys: Vec<String> = links.iter().map(|link| link.id.to_string()).collect();
            let kind = Kind::PushLink.as_str();
            let dead = Dead::CoversNothing;
            let without = self.engine.store().keys_without_task(kind, &keys, dead).await?;
            let woken = links.iter().filter(|link| match link.standing.status {
                LinkStatus::Blocked | LinkStatus::Failed => may_be_over(link),
                _ => without.contains(&link.id.to_string()),
            });
            let tasks: Vec<NewTask> = woken
                .map(|link| self.pace.push(link.connection, link.id))
                .collect();
            self.engine.store().enqueue(self.tenant, tasks).await?;
        }
    }

    /// Gives links to events that lack one.
    async fn spread(&mut self, window: Option<Interval>) -> Result<(), Failure> {
        let writers = BTreeSet::from([self.user.clone()]);
        let mut after = None;
        loop {
            let rows = self.events(window, after).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.place());
            let ids: Vec<EventId> = rows.iter().map(|row| row.id).collect();
            let links = self.engine.store().links_of_events(self.tenant, &ids).await?;
            let calendars = stand::calendars(self.engine, self.tenant, &writers, &links).await?;
            for row in rows {
                let own = links.iter().filter(|link| link.event == row.id).cloned();
                let found = Standing {
                    row: None,
                    links: own.collect(),
                    calendars: calendars.clone(),
                };
                self.complete(row, found).await?;
            }
        }
    }

    /// Plans the links of one event anew, and writes what differs.
    async fn complete(&mut self, mut row: EventRow, mut found: Standing) -> Result<(), Failure> {
        let writers = BTreeSet::from([self.user.clone()]);
        for _ in 0..TRIES {
            let planned = plan(&row.event, Some(&row.event), found.around(&writers));
            if planned.is_empty() {
                return Ok(());
            }
            let write = EventWrite::Keep {
                id: row.id,
                version: row.version,
            };
            let mut pace = self.pace.clone();
            let commit = commit(self.engine, &found, (write, planned), &mut pace);
            match self.engine.store().commit_event(self.tenant, commit).await {
                Ok(_) => {
                    self.pace = pace;
                    return Ok(());
                }
                Err(StoreError::NotFound { .. }) => return Ok(()),
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            row = match self.engine.store().event(self.tenant, row.id).await {
                Err(StoreError::NotFound { .. }) => return Ok(()),
                row => row?,
            };
            found.links = self
                .engine
                .store()
                .links_of_events(self.tenant, &[row.id])
                .await?;
            found.calendars = stand::calendars(self.engine, self.tenant, &writers, &found.links).await?;
        }
        let cause = "the event was written by others again and again";
        Err(Failure::new(Class::Transient, "overtaken", cause))
    }

    /// Pushes the events that the person organizes: whether they get meeting links is another question now.
    async fn show_meetings(&mut self, window: Option<Interval>) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let mut rows = self.events(window, after).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.place());
            rows.retain(|row| organizes(row, &self.user));
            let ids: Vec<EventId> = rows.iter().map(|row| row.id).collect();
            let links = self.engine.store().links_of_events(self.tenant, &ids).await?;
            let shown = links.iter().filter(|link| {
                link.user == self.user
                    && link.standing.aim == LinkAim::Shown
                    && link.standing.status == LinkStatus::Synced
            });
            let tasks: Vec<NewTask> = shown
                .map(|link| self.pace.push(link.connection, link.id))
                .collect();
            self.engine.store().enqueue(self.tenant, tasks).await?;
        }
    }

    async fn events(
        &self,
        window: Option<Interval>,
        after: Option<kalends_store::EventPlace>,
    ) -> Result<Vec<EventRow>, StoreError> {
        let query = EventQuery {
            user: Some(&self.user),
            window,
            after,
            limit: PAGE,
            ..EventQuery::default()
        };
        self.engine.store().events(self.tenant, query).await
    }
}

fn organizes(row: &EventRow, user: &UserId) -> bool {
    let mut people = row.event.people.iter();
    people.any(|person| person.user == *user && person.role == PersonRole::Organizer)
}

/// Whether what holds the link up is something that a person or the application may have changed.
fn may_be_over(link: &LinkRow) -> bool {
    let reason = link.standing.reason.as_deref().and_then(Refusal::of_code);
    match reason {
        // Without a reason sending was given up.
        None
        | Some(
            Refusal::CalendarLost
            | Refusal::ReadOnly
            | Refusal::NeedsConsent
            | Refusal::NotConnected
            | Refusal::ReauthRequired
            | Refusal::SyncDisabled
            | Refusal::WritingDisabled
            | Refusal::FromProviderOnly,
        ) => true,
        Some(
            Refusal::NotOrganizer
            | Refusal::UsageLimit
            | Refusal::OccurrenceLost
            | Refusal::Rejected
            | Refusal::Asked,
        ) => false,
    }
}
