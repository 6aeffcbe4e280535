//! What becomes of an event's links when the event, or its people's calendars, are others than before.

use std::collections::BTreeSet;

use kalends_core::{
    event::{Conference, Event, Presentation, StandingLink, WriteTarget},
    provider::ProviderKind,
    time::{CalendarId, ConnectionId, EventLinkId, UserId},
};
use kalends_store::{ConnectionState, EventCalendar, LinkAim, LinkRow, LinkStatus};

/// What the links of one event are planned from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings<'a> {
    /// Its links.
    pub(super) links: &'a [LinkRow],
    /// Its people's write targets and its links' calendars.
    pub(super) calendars: &'a [EventCalendar],
    /// Those of its people who want events on their calendars.
    pub(super) writers: &'a BTreeSet<UserId>,
}

/// What becomes of the links.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LinkPlan {
    /// Links to be made.
    pub(super) new: Vec<WriteTarget>,
    /// Links that are to show the event as it is now.
    pub(super) shown: Vec<EventLinkId>,
    /// Links whose event is to go.
    pub(super) removed: Vec<EventLinkId>,
}

impl LinkPlan {
    pub(super) fn is_empty(&self) -> bool {
        self.new.is_empty() && self.shown.is_empty() && self.removed.is_empty()
    }
}

/// Plans the links of an event that was `before`, if it was. A link whose calendar already shows, or is being told, what is
/// wanted is left alone.
pub(super) fn plan(event: &Event, before: Option<&Event>, around: Surroundings<'_>) -> LinkPlan {
    let targets = targets(around);
    let standing = standing(around, &targets);
    let decided = event.links(&targets, &standing);
    let stays: BTreeSet<EventLinkId> = decided.shown.into_iter().collect();
    // One time of a series comes and goes with its series.
    let (shown, rest): (Vec<&LinkRow>, Vec<&LinkRow>) = around
        .links
        .iter()
        .partition(|row| stays.contains(&row.standing.state.key.link));
    let leaves = |row: &&LinkRow| row.standing.aim == LinkAim::Shown;
    let removed: Vec<EventLinkId> = rest.into_iter().filter(leaves).map(|row| row.id).collect();
    // Who has a link of their own is not invited from another: links that come or go change what the others show.
    let others_differ = !decided.new.is_empty() || !removed.is_empty();
    let is_due = |row: &&LinkRow| match row.standing.aim {
        LinkAim::Shown => others_differ || shows_otherwise(event, before, row),
        LinkAim::Removed => true,
        LinkAim::Off => false,
    };
    LinkPlan {
        new: decided.new,
        shown: shown.into_iter().filter(is_due).map(|row| row.id).collect(),
        removed,
    }
}

/// The calendar's connection, where it can be asked: what is owed to others waits until they are connected again.
pub(super) fn reachable(calendars: &[EventCalendar], calendar: CalendarId) -> Option<ConnectionId> {
    let known = calendars.iter().find(|known| known.id == calendar)?;
    (known.state != ConnectionState::Disconnected).then_some(known.connection)
}

/// What a calendar is at its provider.
pub(super) fn place(calendar: &EventCalendar) -> String {
    let EventCalendar {
        provider,
        account_id,
        provider_id,
        ..
    } = calendar;
    match provider {
        // The same id names the same calendar for every account that sees it (Calendar API v3, `calendarList`).
        ProviderKind::Google => format!("{} {provider_id}", provider.as_str()),
        _ => format!("{} {account_id} {provider_id}", provider.as_str()),
    }
}

fn targets(around: Surroundings<'_>) -> Vec<WriteTarget> {
    let takes_events = |calendar: &&EventCalendar| {
        calendar.write_target
            && calendar.can_write
            && !is_gone(calendar)
            && around.writers.contains(&calendar.user)
    };
    let chosen = around.calendars.iter().filter(takes_events);
    chosen
        .map(|calendar| WriteTarget {
            user: calendar.user.clone(),
            calendar: calendar.id,
            place: place(calendar),
        })
        .collect()
}

/// The links that count. One whose calendar is gone counts only while its person has no other: they get their events
/// on the calendar that they chose instead, and should the old one come back, its copy goes.
fn standing(around: Surroundings<'_>, targets: &[WriteTarget]) -> Vec<StandingLink> {
    let is_gone = |row: &LinkRow| {
        let calendar = around.calendars.iter().find(|known| known.id == row.calendar);
        calendar.is_none_or(is_gone)
    };
    let has_another = |row: &LinkRow| {
        let links = around.links.iter();
        let mut others = links.filter(|other| other.user == row.user && other.standing.aim == LinkAim::Shown);
        others.any(|other| !is_gone(other)) || targets.iter().any(|target| target.user == row.user)
    };
    let is_whole = |row: &&LinkRow| row.standing.state.key.occurrence.is_none();
    let counts = |row: &&LinkRow| row.standing.aim == LinkAim::Off || !is_gone(row) || !has_another(row);
    let links = around.links.iter().filter(is_whole).filter(counts);
    links
        .map(|row| StandingLink {
            link: row.id,
            user: row.user.clone(),
            place: row.place.clone(),
            is_off: row.standing.aim == LinkAim::Off,
        })
        .collect()
}

/// Whether nothing can be done with a calendar until its person connects its account again, or chooses another.
fn is_gone(calendar: &EventCalendar) -> bool {
    calendar.lost || calendar.state == ConnectionState::Disconnected
}

/// Whether the link's calendar is to show something else than before, or was given up.
fn shows_otherwise(event: &Event, before: Option<&Event>, row: &LinkRow) -> bool {
    let Some(before) = before else { return true };
    if before == event {
        return false;
    }
    if matches!(row.standing.status, LinkStatus::Failed | LinkStatus::Blocked) {
        return true;
    }
    // What else decides how it is shown is the same for both.
    let same = Presentation {
        tenant_name: "",
        conference: Conference::NotWanted,
        linked_addresses: &[],
    };
    let time = row.standing.state.key.occurrence;
    if time.is_none() && before.exceptions != event.exceptions {
        return true;
    }
    let content = |event: &Event| {
        let person = event.people.iter().find(|person| person.user == row.user)?;
        match time {
            None => Some(event.content_for(person, same)),
            Some(start) => Some(event.occurrence(start)?.content_for(person, same)),
        }
    };
    match (content(before), content(event)) {
        (Some(before), Some(now)) => !before.changed(&now).is_empty(),
        _ => true,
    }
}
