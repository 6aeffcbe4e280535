//! One page of a listing.
//!
//! The usual order is that of last changes: a full listing reads the log from its beginning, a delta from where the
//! last one ended, and a page goes on at a place in the log, so that what changes meanwhile is met again and nothing
//! is lost. Sorted listings gather everything first and go on after the last key.

use std::sync::Arc;

use jiff::Timestamp;
use kalends_core::time::Interval;

use super::{
    EventResource, Role, Status,
    selection::{Order, Selection},
    series::{Instance, horizon_us, instances_in, write_instance},
    view::{Part, View},
};
use crate::{
    directory::{Calendar, StoredEvent},
    google::{GoogleError, Position},
};

/// What is listed, for whom.
pub(crate) struct Listing<'a> {
    pub(crate) calendar: &'a Calendar,
    pub(crate) selection: &'a Selection,
    pub(crate) view: &'a View,
    pub(crate) scope: Scope,
    pub(crate) now: Timestamp,
    /// Whether invitations stay out until they are answered.
    pub(crate) hides_invitations: bool,
}

/// Everything there is, or everything that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Full,
    Delta,
}

/// One event of an answer.
pub(crate) struct Item {
    /// What the order sorts by, in microseconds since 1970.
    pub(crate) key: i64,
    pub(crate) id: Arc<str>,
    pub(crate) part: Part,
}

/// Items and where to go on.
pub(crate) struct Page {
    pub(crate) items: Vec<Item>,
    pub(crate) next: Option<Position>,
}

impl Listing<'_> {
    /// The page that begins at `position`.
    pub(crate) fn page(&self, position: &Position, size: usize) -> Result<Page, GoogleError> {
        match position {
            Position::Log {
                revision,
                skip,
                snapshot,
            } => self.log_page((*revision, *skip), *snapshot, size),
            Position::Sorted { key, id, snapshot } => self.sorted_page((*key, id), *snapshot, size),
            Position::Sync { .. } => Err(GoogleError::bad_page_token()),
        }
    }

    fn log_page(&self, (from, skip): (u64, usize), snapshot: u64, size: usize) -> Result<Page, GoogleError> {
        let mut items = Vec::new();
        for (revision, event) in self.calendar.events.changed_from(from) {
            for (index, item) in self.items(event)?.into_iter().enumerate() {
                if revision == from && index < skip {
                    continue;
                }
                if items.len() == size {
                    let next = Position::Log {
                        revision,
                        skip: index,
                        snapshot,
                    };
                    return Ok(Page {
                        items,
                        next: Some(next),
                    });
                }
                items.push(item);
            }
        }
        Ok(Page { items, next: None })
    }

    fn sorted_page(&self, after: (i64, &str), snapshot: u64, size: usize) -> Result<Page, GoogleError> {
        let mut items = Vec::new();
        // By start, nothing that is over before the place to go on can come after it.
        let from = match self.selection.order {
            Order::StartTime => after.0.max(self.selection.time_min_us.unwrap_or(i64::MIN)),
            Order::Updated | Order::Log => i64::MIN,
        };
        let to = self.selection.time_max_us.unwrap_or(i64::MAX);
        for event in self.calendar.events.touching(from, to) {
            items.extend(
                self.items(event)?
                    .into_iter()
                    .filter(|item| (item.key, &*item.id) > after),
            );
        }
        items.sort_by(|a, b| (a.key, &a.id).cmp(&(b.key, &b.id)));
        let more = items.len() > size;
        items.truncate(size);
        let next = items.last().filter(|_| more).map(|last| Position::Sorted {
            key: last.key,
            id: last.id.to_string(),
            snapshot,
        });
        Ok(Page { items, next })
    }

    /// What the listing says about one stored event: itself, its instances, or nothing.
    fn items(&self, event: &StoredEvent) -> Result<Vec<Item>, GoogleError> {
        let facts = &event.facts;
        let selection = self.selection;
        if !selection.wants_type(facts.event_type)
            || !selection.overlaps(facts.start_us, facts.end_us)
            || selection.updated_min.is_some_and(|min| facts.updated < min)
            || (event.is_cancelled() && !self.tells_cancelled(event))
            || (facts.unanswered && self.hides_invitations && !event.is_cancelled())
        {
            return Ok(Vec::new());
        }
        // What a caller may not see, a search does not find either.
        if selection.looks_inside()
            && !selection.matches(&self.view.visible(event.resource()?, facts.private))
        {
            return Ok(Vec::new());
        }
        if selection.single_events && facts.role == Role::Master {
            return self.instances(event);
        }
        // Who asks for deleted events gets the details that are kept to restore them.
        let restorable = selection.show_deleted && facts.restorable && facts.role.master().is_none();
        let part = if event.is_cancelled() && !restorable {
            Part::Tombstone(Box::new(event.clone()))
        } else {
            self.view.later(event)
        };
        let mut items = vec![Item {
            key: self.key(event, facts.start_us),
            id: event.id.clone(),
            part,
        }];
        // A series that became a single event takes its instances back.
        let was_series = self.calendar.events.withdrawn_from(&event.id).next().is_some();
        if was_series && selection.single_events && self.scope == Scope::Delta {
            items.extend(self.withdrawn(event, &event.resource()?, &[]));
        }
        Ok(items)
    }

    /// Whether a cancelled event is mentioned (Google Calendar API reference, `Events: list`, `showDeleted`).
    fn tells_cancelled(&self, event: &StoredEvent) -> bool {
        if self.scope == Scope::Delta || self.selection.updated_min.is_some() {
            return true;
        }
        let single = self.selection.single_events;
        match &event.facts.role {
            Role::Exception(master) => {
                let live = self
                    .calendar
                    .events
                    .get(master)
                    .is_some_and(|master| !master.is_cancelled());
                self.selection.show_deleted || (!single && live)
            }
            Role::Master | Role::Single => self.selection.show_deleted,
        }
    }

    /// The instances of a series that have no exception; those list themselves.
    fn instances(&self, event: &StoredEvent) -> Result<Vec<Item>, GoogleError> {
        let facts = &event.facts;
        let from = self
            .selection
            .time_min_us
            .unwrap_or(facts.start_us)
            .max(facts.start_us);
        let to = self.selection.time_max_us.unwrap_or_else(|| horizon_us(self.now));
        let master = event.resource()?;
        let zone = &self.calendar.zone;
        let window = Interval::from_micros(from, to.min(facts.end_us.saturating_add(1)));
        let mut by_rule = window
            .map(|window| instances_in(&master, zone, window))
            .unwrap_or_default();
        let withdrawn = match self.scope {
            Scope::Full => Vec::new(),
            Scope::Delta => self.withdrawn(event, &master, &by_rule),
        };
        by_rule.retain(|one| {
            self.selection.overlaps(one.start_us, one.end_us) && self.calendar.events.get(&one.id).is_none()
        });
        let mut items = Vec::with_capacity(by_rule.len() + withdrawn.len());
        for instance in by_rule {
            let resource = Box::new(write_instance(&master, zone, &instance));
            let private = facts.private;
            items.push(Item {
                key: self.key(event, instance.start_us),
                id: instance.id.into(),
                part: match facts.status {
                    Status::Cancelled => Part::Bare(resource),
                    _ => Part::Whole { resource, private },
                },
            });
        }
        items.extend(withdrawn);
        Ok(items)
    }

    /// What a delta says about instances that the rule gave before and gives no longer.
    fn withdrawn(&self, event: &StoredEvent, master: &EventResource, by_rule: &[Instance]) -> Vec<Item> {
        let mut items = Vec::new();
        for (id, original) in self.calendar.events.withdrawn_from(&event.id) {
            let back = by_rule.iter().any(|instance| instance.id == *id);
            if back || self.calendar.events.get(id).is_some() {
                continue;
            }
            let gone = EventResource {
                kind: master.kind.clone(),
                etag: master.etag.clone(),
                id: id.clone(),
                recurring_event_id: Some(master.id.clone()),
                original_start_time: Some(original.clone()),
                ..EventResource::default()
            };
            items.push(Item {
                key: self.key(event, event.facts.start_us),
                id: id.as_str().into(),
                part: Part::Bare(Box::new(gone)),
            });
        }
        items
    }

    fn key(&self, event: &StoredEvent, start_us: i64) -> i64 {
        match self.selection.order {
            Order::Updated => event.facts.updated.as_microsecond(),
            Order::StartTime | Order::Log => start_us,
        }
    }
}
