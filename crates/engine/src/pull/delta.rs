//! Reads what changed since the cursor and writes it, with the months that it touches, in one transaction.

use std::collections::BTreeSet;

use kalends_core::{
    busy::Month,
    external_event::{ExternalEvent, SeriesRole},
    sync::{
        pull::{Incoming, Plan, plan},
        push::Sighting,
    },
    time::EventLinkId,
};
use kalends_providers::provider::{ChangePage, Next, ProviderError, PullFrom, Quarantined, RemoteItem};
use kalends_store::{EventUpsert, MonthsWrite, PullPage};

use super::{
    compile::{Overlay, compile},
    ours::{Ours, Sifted},
    pass::{Ending, News, Running},
    quarantine::{self, quarantined},
};
use crate::runner::failure::Failure;

/// Most changed items that are held until the end of the pass; with more, everything is read anew.
const MOST_ITEMS: usize = 10_000;

/// How a delta pass ended.
pub(super) enum DeltaEnd {
    /// What changed is stored.
    Stored,
    /// The cursor is no longer good, or too much has changed; nothing is stored.
    Unusable,
}

/// What changed, all pages together.
#[derive(Default)]
struct Gathered {
    items: Vec<Incoming>,
    unreadable: Vec<Quarantined>,
    ours: Ours,
    requests: u32,
}

impl Gathered {
    /// Adds items. Our own events go from what is stored, should one have come there before its link knew it.
    async fn add(&mut self, running: &Running<'_>, items: Vec<RemoteItem>) -> Result<(), Failure> {
        let Sifted { external, own } = self.ours.sift(running, items).await?;
        self.items.extend(external.into_iter().map(incoming));
        let own = own.into_iter();
        self.items
            .extend(own.map(|provider_id| Incoming::Gone { provider_id }));
        Ok(())
    }
}

/// What is written at the end.
struct Written {
    page: PullPage,
    months: MonthsWrite,
    sightings: Vec<(EventLinkId, Sighting)>,
    news: News,
}

/// Runs a delta pass from its first page on.
pub(super) async fn delta(running: &Running<'_>, first: ChangePage) -> Result<DeltaEnd, Failure> {
    let mut gathered = Gathered::default();
    let mut page = first;
    loop {
        gathered.requests += 1;
        gathered.add(running, page.items).await?;
        gathered.unreadable.extend(page.quarantined);
        if gathered.items.len() > MOST_ITEMS {
            return Ok(DeltaEnd::Unusable);
        }
        match page.next {
            Next::Page(token) => match running.subject.page(PullFrom::Page(token)).await {
                Ok(next) => page = next,
                Err(ProviderError::CursorInvalid) => return Ok(DeltaEnd::Unusable),
                Err(error) => return Err(running.subject.account.failure(running.engine, error).await),
            },
            Next::Done {
                cursor,
                refresh_after,
            } => {
                let zone = page.zone;
                let written = write(running, gathered).await?;
                let ending = Ending {
                    page: written.page,
                    zone,
                    cursor,
                    refresh_after,
                    covered: None,
                    months: written.months,
                    sightings: written.sightings,
                    news: written.news,
                };
                running.finish(ending).await?;
                return Ok(DeltaEnd::Stored);
            }
        }
    }
}

/// Plans what came against what is stored, and compiles the months that differ.
async fn write(running: &Running<'_>, mut gathered: Gathered) -> Result<Written, Failure> {
    let calendar = &running.calendar;
    let named = gathered.items.iter().map(Incoming::provider_id);
    let named = named.chain(
        gathered
            .unreadable
            .iter()
            .filter_map(|item| item.provider_id.as_deref()),
    );
    let retried = quarantine::retry(running, &named.collect()).await?;
    gathered.add(running, retried.items).await?;
    let Gathered {
        items,
        unreadable,
        ours,
        requests,
    } = gathered;
    let sightings = ours.sighted();
    let mut page = PullPage {
        quarantined: quarantined(running, unreadable),
        requests: requests + retried.requests,
        ..PullPage::default()
    };
    page.quarantined.extend(retried.unreadable);
    if calendar.sync.quarantined > 0 {
        page.gone = quarantine::gone(&items);
    }
    let stored = related(running, &items).await?;
    let Plan {
        upserts,
        gone,
        touched,
    } = plan(items, &stored, &calendar.zone, running.window);
    if upserts.is_empty() && gone.is_empty() {
        return Ok(Written {
            page,
            months: MonthsWrite::Keep,
            sightings,
            news: News::None,
        });
    }
    let months: BTreeSet<Month> = touched.into_iter().flat_map(Month::touched_by).collect();
    let months: Vec<Month> = months.into_iter().collect();
    let overlay = Overlay {
        upserts: &upserts,
        gone: &gone,
    };
    let rules = running.rules().await?;
    let (compiled, cut_short) = compile(
        running.engine,
        (calendar, rules),
        (running.window, &months),
        overlay,
    )
    .await?;
    page.upserts = upserts
        .into_iter()
        .map(|event| EventUpsert::new(event, &calendar.zone))
        .collect();
    page.gone.extend(gone);
    page.quarantined.extend(cut_short);
    Ok(Written {
        page,
        months: MonthsWrite::Some(compiled),
        sightings,
        news: News::Synced,
    })
}

/// The stored items that a plan compares with: those named, their masters, and the overrides of named masters.
async fn related(running: &Running<'_>, items: &[Incoming]) -> Result<Vec<ExternalEvent>, Failure> {
    let calendar = &running.calendar;
    let mut ids = BTreeSet::new();
    for item in items {
        if let Incoming::Upsert(event) = item
            && let SeriesRole::Override { master, .. } = &event.role
        {
            ids.insert(master.clone());
        }
        ids.insert(item.provider_id().to_owned());
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = ids.into_iter().collect();
    let store = running.engine.store();
    let mut stored = store
        .events_by_provider_id(calendar.tenant, calendar.id, &ids)
        .await?;
    stored.extend(store.overrides_of(calendar.tenant, calendar.id, &ids).await?);
    stored.sort_unstable_by_key(|stored| stored.id);
    stored.dedup_by_key(|stored| stored.id);
    Ok(stored.into_iter().map(|stored| stored.event).collect())
}

fn incoming(item: RemoteItem) -> Incoming {
    match item {
        RemoteItem::Upsert { event, .. } => Incoming::Upsert(event),
        RemoteItem::Gone { provider_id, .. } => Incoming::Gone { provider_id },
    }
}
