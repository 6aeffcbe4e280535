//! The application's own events among what a pass names.
//!
//! They are no external events: what they take of people's time is known without any calendar. What differs of one from what
//! its link knows is only noted, in the commit that ends the pass, and looked at by the link's own task.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use kalends_core::{
    event::OriginalStart,
    sync::push::{LinkKey, Read, Sighting, sighting},
    time::EventLinkId,
};
use kalends_providers::provider::RemoteItem;
use kalends_store::{KnownLink, LinkRow};

use super::{pass::Running, subject::EDGE};
use crate::runner::failure::Failure;

/// What a pass has come across so far.
#[derive(Default)]
pub(super) struct Ours {
    named: BTreeSet<EventLinkId>,
    sightings: BTreeMap<EventLinkId, Sighting>,
    /// Times of series that have no link yet.
    times: BTreeSet<(EventLinkId, OriginalStart)>,
}

/// A page's items, taken apart.
pub(super) struct Sifted {
    /// Those that are not ours.
    pub(super) external: Vec<RemoteItem>,
    /// The provider ids of those that are.
    pub(super) own: Vec<String>,
}

impl Ours {
    /// Takes our own events out of what a page names. An item that carries our name and that no link of the calendar knows is
    /// somebody else's.
    pub(super) async fn sift(
        &mut self,
        running: &Running<'_>,
        items: Vec<RemoteItem>,
    ) -> Result<Sifted, Failure> {
        let keys: BTreeSet<EventLinkId> = items.iter().filter_map(|item| Some(item.ours()?.link)).collect();
        if keys.is_empty() {
            return Ok(Sifted {
                external: items,
                own: Vec::new(),
            });
        }
        let keys: Vec<EventLinkId> = keys.into_iter().collect();
        let calendar = &running.calendar;
        let store = running.engine.store();
        let known = store
            .links_of_calendar(calendar.tenant, calendar.id, &keys)
            .await?;
        let known: HashMap<EventLinkId, KnownLink> = known.into_iter().map(|link| (link.id, link)).collect();
        let series = Box::pin(with_times(running, &items, &known)).await?;
        let mut sifted = Sifted {
            external: Vec::with_capacity(items.len()),
            own: Vec::new(),
        };
        for item in items {
            match item.ours().and_then(|key| Some((key, known.get(&key.link)?))) {
                Some((key, link)) => {
                    match key.occurrence {
                        None => self.note(link, key.generation, &item),
                        Some(start) => self.note_time(&series, (key, start), &item),
                    }
                    sifted.own.push(id(item));
                }
                None => sifted.external.push(item),
            }
        }
        Ok(sifted)
    }

    /// What is to be noted when the pass ends, which named what changed.
    pub(super) fn sighted(self) -> Vec<(EventLinkId, Sighting)> {
        let times = self.times.into_iter();
        let times = times.map(|(series, start)| (series, Sighting::Time(start)));
        self.sightings.into_iter().chain(times).collect()
    }

    /// The same of a pass that named everything: what it did not name is gone.
    pub(super) async fn sighted_in_all(
        mut self,
        running: &Running<'_>,
    ) -> Result<Vec<(EventLinkId, Sighting)>, Failure> {
        let calendar = &running.calendar;
        let from = running.window.start().checked_add(EDGE).unwrap_or(Timestamp::MAX);
        let listed = running
            .engine
            .store()
            .links_to_be_listed(calendar.tenant, calendar.id, from)
            .await?;
        for link in listed.into_iter().filter(|link| !self.named.contains(link)) {
            self.sightings.entry(link).or_insert(Sighting::Gone);
        }
        Ok(self.sighted())
    }

    /// One time of a series that the calendar shows, as far as we know. It may have no link, and a link that was made for an
    /// earlier series is as good as none.
    fn note_time(&mut self, known: &[LinkRow], (key, start): (LinkKey, OriginalStart), item: &RemoteItem) {
        let series = known.iter().find(|row| row.id == key.link);
        let series = series.filter(|row| row.standing.state.key == key.series());
        if series.is_none_or(|series| series.standing.state.occurrence(start).is_none()) {
            return;
        }
        let time = known.iter().find(|row| row.standing.state.key == key);
        let Some(time) = time else {
            self.times.insert((key.link, start));
            return;
        };
        let known = (key.generation, time.standing.state.provided.as_ref());
        if let Some(sighting) = sighting(known, key.generation, read(item)) {
            self.sightings.insert(time.id, sighting);
        }
    }

    /// Of two words on one event the later counts.
    fn note(&mut self, link: &KnownLink, generation: u32, item: &RemoteItem) {
        let read = read(item);
        let known = (link.generation, link.provided.as_ref());
        if generation == link.generation {
            self.named.insert(link.id);
        }
        if let Some(sighting) = sighting(known, generation, read) {
            self.sightings.insert(link.id, sighting);
        }
    }
}

/// The links of those series of ours whose times a page names, with the links of their times.
async fn with_times(
    running: &Running<'_>,
    items: &[RemoteItem],
    known: &HashMap<EventLinkId, KnownLink>,
) -> Result<Vec<LinkRow>, Failure> {
    let keys = items.iter().filter_map(RemoteItem::ours);
    let keys = keys.filter(|key| key.occurrence.is_some() && known.contains_key(&key.link));
    let series: BTreeSet<EventLinkId> = keys.map(|key| key.link).collect();
    let series: Vec<EventLinkId> = series.into_iter().collect();
    let calendar = &running.calendar;
    let store = running.engine.store();
    Ok(store
        .links_with_times(calendar.tenant, calendar.id, &series)
        .await?)
}

fn read(item: &RemoteItem) -> Read<'_> {
    match item {
        RemoteItem::Upsert { event, .. } => Read::Live {
            id: &event.provider_id,
            etag: event.etag.as_deref(),
        },
        RemoteItem::Gone { .. } => Read::Gone,
    }
}

fn id(item: RemoteItem) -> String {
    match item {
        RemoteItem::Upsert { event, .. } => event.provider_id,
        RemoteItem::Gone { provider_id, .. } => provider_id,
    }
}
