//! All conflicts that a person has now, by event.

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    busy::Month,
    conflict::{Cause, Conflict, ConflictKind, Conflicts, Opponent, Surroundings, Timeline, of_event},
    event::When,
    sync::coverage::{self, WindowDays},
    time::{EventId, Interval, TenantId, UserId, Zone},
};
use kalends_store::{EventAhead, IndexOf, ManualBlock};

use super::taken::{self, Asked};
use crate::{
    Engine,
    runner::failure::{Class, Failure},
    settings::{self, InForce, SettingsError},
};

/// What a person has ahead, and what of it is in conflict.
pub(super) struct Found {
    /// Their events that take place and are not over, by id.
    pub(super) events: BTreeMap<EventId, EventAhead>,
    /// The conflicts of each; an event without any is not among them.
    pub(super) conflicts: BTreeMap<EventId, Conflicts>,
}

/// When an event takes up its person's time.
struct Times<'a> {
    event: &'a EventAhead,
    times: Vec<Interval>,
}

/// Finds a person's conflicts; `None` when the tenant has no such person.
pub(super) async fn find(
    engine: &Engine,
    tenant: TenantId,
    user: &UserId,
    now: Timestamp,
) -> Result<Option<Found>, Failure> {
    let one = std::slice::from_ref(user);
    let person = engine.store().users_with_settings(tenant, one).await?;
    let Some(person) = person.into_iter().next() else {
        return Ok(None);
    };
    let settings = settings::read(engine, &person.settings).map_err(unreadable)?;
    let window = window(&settings, now)?;
    let ahead = engine.store().events_ahead(tenant, user, window).await?;
    let zone = &person.user.zone;
    let mut events: Vec<Times<'_>> = Vec::with_capacity(ahead.len());
    for event in &ahead {
        let times = times(event, zone, window);
        events.push(Times { event, times });
    }
    let conflicts = if events.is_empty() {
        BTreeMap::new()
    } else {
        let reach = reach(&events, window);
        let busy = surroundings(engine, tenant, (user, &settings), (&events, reach)).await?;
        let open = settings.hours.as_ref().map(|hours| hours.windows(reach));
        let mut conflicts = of_events(&events, &busy, open.as_deref());
        leave_out_shared(engine, (tenant, user), (&events, reach), &mut conflicts).await?;
        conflicts
    };
    Ok(Some(Found {
        events: ahead.into_iter().map(|event| (event.row.id, event)).collect(),
        conflicts,
    }))
}

/// From now to as far as calendars are covered.
fn window(settings: &InForce, now: Timestamp) -> Result<Interval, Failure> {
    let days = WindowDays {
        back: 0,
        ahead: settings.read.window_ahead_days,
    };
    let beyond = || Failure::new(Class::Bug, "internal", "the clock is beyond the calendar");
    coverage::window(now, days, None).ok_or_else(beyond)
}

/// When the event takes up time in the window. Whole days are those of the person's zone.
fn times(event: &EventAhead, zone: &Zone, window: Interval) -> Vec<Interval> {
    event.row.event.busy(zone, window)
}

/// The window with the whole of every time that reaches into it: what has begun is judged as it was before it began.
fn reach(events: &[Times<'_>], window: Interval) -> Interval {
    let times = || events.iter().flat_map(|event| &event.times);
    let start_us = times().map(|time| time.start_us()).min();
    let end_us = times().map(|time| time.end_us()).max();
    let reach = Interval::from_micros(
        start_us.map_or(window.start_us(), |start_us| start_us.min(window.start_us())),
        end_us.map_or(window.end_us(), |end_us| end_us.max(window.end_us())),
    );
    reach.unwrap_or(window)
}

/// Everything that takes up the person's time where one of the events does.
async fn surroundings(
    engine: &Engine,
    tenant: TenantId,
    (user, settings): (&UserId, &InForce),
    (events, window): (&[Times<'_>], Interval),
) -> Result<Timeline<Opponent>, Failure> {
    let users = std::slice::from_ref(user);
    let store = engine.store();
    let mut months = Month::touched_by(window);
    let first = months.next().map_or(0, Month::number);
    let last = months.next_back().map_or(first, Month::number);
    let (indexes, blocks) = futures::try_join!(
        store.busy_index(tenant, IndexOf::Users(users), first..=last),
        store.manual_blocks(tenant, users, window),
    )?;
    let copies: HashSet<&str> = events
        .iter()
        .flat_map(|event| event.event.copies.iter().map(String::as_str))
        .collect();
    let asked = Asked {
        times: kalends_core::busy::normalize(events.iter().flat_map(|event| event.times.clone()).collect()),
        rules: settings.read.busy,
        copies,
    };
    let mut taken = Vec::new();
    for index in &indexes {
        taken.extend(taken::of_calendar(engine, tenant, index, &asked).await?);
    }
    let block = |block: &ManualBlock| (block.span, Opponent::Block(block.id));
    taken.extend(blocks.iter().map(block));
    for event in events {
        let name = Opponent::Event(event.event.row.id);
        taken.extend(event.times.iter().map(|time| (*time, name)));
    }
    Ok(Timeline::new(taken))
}

fn of_events(
    events: &[Times<'_>],
    busy: &Timeline<Opponent>,
    open: Option<&[Interval]>,
) -> BTreeMap<EventId, Conflicts> {
    let moved: HashSet<EventId> = events
        .iter()
        .filter(|event| event.event.moved_by_person)
        .map(|event| event.event.row.id)
        .collect();
    let mut found = BTreeMap::new();
    for event in events {
        let row = &event.event.row;
        // Whole days have no hours.
        let open = open.filter(|_| matches!(row.event.when, When::Timed { .. }));
        let cause = if event.event.moved_by_person {
            Cause::MovedByPerson
        } else {
            Cause::Other
        };
        let mut conflicts = of_event(&event.times, Surroundings { busy, open }, cause);
        // Of two of the application's events the one that was made later has the conflict.
        conflicts.retain(|opponent, _| !matches!(opponent, Opponent::Event(other) if *other >= row.id));
        for (opponent, conflict) in &mut conflicts {
            if matches!(opponent, Opponent::Event(other) if moved.contains(other)) {
                conflict.kind = ConflictKind::MovedIntoConflict;
            }
        }
        let without_time = |kind| Conflict { kind, overlap: None };
        let lost = event.event.lost.iter();
        conflicts.extend(lost.map(|calendar| {
            let lost = without_time(ConflictKind::CalendarLost);
            (Opponent::Calendar(*calendar), lost)
        }));
        let edits = event.event.edits.iter();
        conflicts.extend(edits.map(|edit| {
            let competing = without_time(ConflictKind::CompetingEdit);
            (Opponent::Edit(*edit), competing)
        }));
        if !conflicts.is_empty() {
            found.insert(row.id, conflicts);
        }
    }
    found
}

/// Takes out pairs of events that take the same time together because they have seats for that.
async fn leave_out_shared(
    engine: &Engine,
    (tenant, user): (TenantId, &UserId),
    (events, reach): (&[Times<'_>], Interval),
    found: &mut BTreeMap<EventId, Conflicts>,
) -> Result<(), Failure> {
    let is_pair = |opponent: &Opponent| matches!(opponent, Opponent::Event(_));
    if !found.values().any(|conflicts| conflicts.keys().any(is_pair)) {
        return Ok(());
    }
    let users = std::slice::from_ref(user);
    let claims = engine.store().claims(tenant, users, reach).await?;
    let with_seats = claims.iter().filter(|one| one.claim.seats > 1);
    let kinds: BTreeMap<EventId, &str> = with_seats
        .map(|one| (one.claim.event, one.claim.kind.as_str()))
        .collect();
    let times: BTreeMap<EventId, &[Interval]> = events
        .iter()
        .map(|event| (event.event.row.id, event.times.as_slice()))
        .collect();
    for (event, conflicts) in &mut *found {
        conflicts.retain(|opponent, _| match opponent {
            Opponent::Event(other) => {
                let kind = kinds.get(event);
                kind.is_none() || kind != kinds.get(other) || !is_same(times.get(event), times.get(other))
            }
            _ => true,
        });
    }
    found.retain(|_, conflicts| !conflicts.is_empty());
    Ok(())
}

/// Whether two events have the same times wherever they meet.
fn is_same(left: Option<&&[Interval]>, right: Option<&&[Interval]>) -> bool {
    let (Some(left), Some(right)) = (left, right) else {
        return false;
    };
    let differ = |one: &Interval| right.iter().any(|other| one.overlaps(*other) && one != other);
    !left.iter().any(differ)
}

fn unreadable(error: SettingsError) -> Failure {
    match error {
        SettingsError::Store(error) => error.into(),
        error => Failure::new(Class::Bug, "settings_unreadable", error),
    }
}

/// When the person's conflicts change by time alone: the end of the next time at which things meet, or of an event that is in
/// conflict otherwise.
pub(super) fn changes_at(found: &Found) -> Option<Timestamp> {
    let ends = found.conflicts.iter().flat_map(|(event, conflicts)| {
        conflicts.values().filter_map(|conflict| match conflict.overlap {
            Some(overlap) => Some(overlap.first.end()),
            None => ended(found.events.get(event)?),
        })
    });
    ends.min()
}

/// When the event is no longer ahead; `None` for an endless series.
fn ended(event: &EventAhead) -> Option<Timestamp> {
    let end_us = event.row.event.reach().end_us?;
    let end = Timestamp::from_microsecond(end_us).ok()?;
    end.checked_add(SignedDuration::from_micros(1)).ok()
}
