//! Task: lists an account's calendars and puts them beside what is known.

use std::{collections::HashMap, time::Duration};

use jiff::{SignedDuration, Timestamp};
use kalends_core::time::{CalendarId, ConnectionId, Zone};
use kalends_providers::provider::RemoteCalendar;
use kalends_store::{
    Calendar, CalendarFilter, Capabilities, ClaimedTask, Dead, Discovery, Effects, FoundCalendar, StoreError,
};

use crate::{
    Engine, changes, channels,
    connections::{LiveAccount, Trigger},
    runner::{
        failure::{Class, Failure},
        task::{self, Bulk},
    },
};

/// How long the provider may take.
const ANSWER: Duration = Duration::from_mins(1);
/// From one listing to the next.
const EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Whether a calendar that is new counts from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// It does.
    Selected,
    /// The person chooses it first.
    Offered,
}

/// Stores what the provider lists; tells what is new, changed or gone; enqueues pulls of selected calendars that
/// have none, and the next listing. A calendar that is no longer listed loses its events and keeps its choices.
pub(crate) async fn discover(engine: &Engine, task: &ClaimedTask) -> Result<(), Failure> {
    let (Some(tenant), Ok(id)) = (task.tenant, task.key.parse::<ConnectionId>()) else {
        return Err(Failure::new(
            Class::Bug,
            "internal",
            "the task names no connection",
        ));
    };
    let account = LiveAccount::load(engine, tenant, id, task.lane).await?;
    let Some(account) = account.filter(|account| account.may_read) else {
        return Ok(());
    };
    let connection = &account.connection;
    let listed = match account.provider.calendars(&account.ask(ANSWER)).await {
        Ok(listed) => listed,
        Err(error) => return Err(account.failure(engine, error).await),
    };
    let filter = CalendarFilter {
        connection: Some(connection.id),
        ..CalendarFilter::default()
    };
    let known = engine.store().calendars(connection.tenant, filter).await?;
    let person = match engine.store().user(connection.tenant, &connection.user).await {
        // Deleted meanwhile.
        Err(StoreError::NotFound { .. }) => return Ok(()),
        result => result?,
    };
    let Plan {
        found,
        lost,
        added,
        updated,
        rezoned,
        selected,
    } = plan(engine, &listed, &known, &person.zone);

    let now = engine.ambient().now();
    let user = &connection.user;
    let mut effects = Effects::none().task(task::discover(id, next_discovery(engine)));
    if !(added.is_empty() && lost.is_empty()) {
        effects = effects.task(task::conflicts(connection.tenant, user, now));
    }
    if !added.is_empty() || !updated.is_empty() {
        // One that is back, or may be written now, takes what is owed to it.
        effects = effects.task(task::bulk_push(connection.tenant, user, Bulk::Owed, now));
    }
    for calendar in added {
        effects = effects.change(changes::calendar_added(user, id, calendar));
    }
    for calendar in updated {
        effects = effects.change(changes::calendar_updated(user, id, calendar));
    }
    for calendar in rezoned {
        effects = effects.task(task::recompile(id, calendar, None, now));
    }
    for calendar in &lost {
        let mattered = known
            .iter()
            .any(|known| known.id == *calendar && (known.selected || known.write_target));
        let change = if mattered {
            changes::calendar_lost
        } else {
            changes::calendar_removed
        };
        let let_go =
            channels::watch_of_calendar(engine, connection.provider, (connection.tenant, id, *calendar));
        effects = effects.change(change(user, id, *calendar)).and(let_go);
    }
    for calendar in unscheduled(engine, &selected).await? {
        let before = known.iter().find(|known| known.id == calendar);
        // One that was read before is only polled, which its user may not want.
        let trigger = match before.and_then(|known| known.sync.as_of) {
            Some(_) => Trigger::Poll,
            None => Trigger::Selected,
        };
        effects = effects.task(task::pull(id, calendar, trigger, now));
    }
    let of = (connection.tenant, id);
    let watches = channels::watches_of_account(engine, connection.provider, of, selected).await?;
    effects = effects.and(watches);
    let discovery = Discovery { found, lost, effects };
    match engine
        .store()
        .commit_discovery(connection.tenant, id, discovery)
        .await
    {
        // Disconnected meanwhile.
        Err(StoreError::NotFound { .. }) => Ok(()),
        result => {
            result?;
            Ok(account.recovered(engine).await?)
        }
    }
}

/// When an account is listed again: in a day, spread by a quarter.
pub(crate) fn next_discovery(engine: &Engine) -> Timestamp {
    let wait = EVERY.mul_f64(1.0 + (engine.dice() - 0.5) / 2.0);
    engine
        .ambient()
        .now()
        .saturating_add(wait)
        .unwrap_or(Timestamp::MAX)
}

/// A listed calendar as it is stored. `zone` stands in where the provider states none that is known.
pub(crate) fn found(id: CalendarId, remote: &RemoteCalendar, if_new: Choice, zone: &Zone) -> FoundCalendar {
    FoundCalendar {
        id,
        provider_id: remote.provider_id.clone(),
        name: remote.name.clone(),
        zone: remote.zone.clone().unwrap_or_else(|| zone.clone()),
        color: remote.color.clone(),
        access_role: remote.role.as_str().to_owned(),
        primary: remote.primary,
        capabilities: Capabilities {
            free_busy_only: remote.role.free_busy_only(),
            can_write: remote.role.can_write(),
            can_create_meet: remote.can_create_meet,
        },
        selected_if_new: if_new == Choice::Selected,
    }
}

/// What a listing changes.
#[derive(Debug, Default)]
struct Plan {
    found: Vec<FoundCalendar>,
    lost: Vec<CalendarId>,
    added: Vec<CalendarId>,
    updated: Vec<CalendarId>,
    /// Those whose all-day events now lie elsewhere in time.
    rezoned: Vec<CalendarId>,
    /// Those that count.
    selected: Vec<CalendarId>,
}

/// `zone` is that of the person, for new calendars that state none.
fn plan(engine: &Engine, listed: &[RemoteCalendar], known: &[Calendar], zone: &Zone) -> Plan {
    let mut plan = Plan::default();
    let mut unlisted: HashMap<&str, &Calendar> = known
        .iter()
        .map(|calendar| (calendar.provider_id.as_str(), calendar))
        .collect();
    for remote in listed {
        let Some(known) = unlisted.remove(remote.provider_id.as_str()) else {
            let choice = if remote.primary {
                Choice::Selected
            } else {
                Choice::Offered
            };
            let new = found(CalendarId::new(engine.ambient()), remote, choice, zone);
            if remote.zone.is_none() {
                tracing::warn!(
                    calendar = %new.id,
                    zone = zone.name(),
                    "a calendar states no time zone that is known; its days are those of its person's zone"
                );
            }
            plan.added.push(new.id);
            plan.selected.extend(new.selected_if_new.then_some(new.id));
            plan.found.push(new);
            continue;
        };
        let now = found(known.id, remote, Choice::Offered, &known.zone);
        plan.selected.extend(known.selected.then_some(known.id));
        plan.rezoned
            .extend((known.selected && now.zone != known.zone).then_some(known.id));
        if known.lost_at.is_some() {
            plan.added.push(known.id);
        } else if differs(&now, known) {
            plan.updated.push(known.id);
        } else {
            continue;
        }
        plan.found.push(now);
    }
    plan.lost = unlisted
        .values()
        .filter(|known| known.lost_at.is_none())
        .map(|known| known.id)
        .collect();
    plan.lost.sort_unstable();
    plan
}

fn differs(now: &FoundCalendar, known: &Calendar) -> bool {
    let as_now = FoundCalendar {
        id: known.id,
        provider_id: known.provider_id.clone(),
        name: known.name.clone(),
        zone: known.zone.clone(),
        color: known.color.clone(),
        access_role: known.access_role.clone(),
        primary: known.primary,
        capabilities: known.capabilities,
        selected_if_new: now.selected_if_new,
    };
    as_now != *now
}

/// Those of the calendars that no pull waits for.
async fn unscheduled(engine: &Engine, calendars: &[CalendarId]) -> Result<Vec<CalendarId>, StoreError> {
    let keys: Vec<String> = calendars.iter().map(CalendarId::to_string).collect();
    let missing = engine
        .store()
        .keys_without_task(task::Kind::Pull.as_str(), &keys, Dead::CoversNothing)
        .await?;
    Ok(calendars
        .iter()
        .copied()
        .filter(|calendar| missing.contains(&calendar.to_string()))
        .collect())
}
