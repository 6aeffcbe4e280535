//! Reads everything: each page is stored as it comes, the index is compiled on the way, the last page makes it count.

use kalends_core::{
    busy::{self, Builder, Month},
    sync::pull::is_cancelled_whole,
};
use kalends_providers::provider::{ChangePage, Fate, Next, PullFrom, Quarantined, RemoteItem};
use kalends_store::{EventUpsert, MonthsWrite, PullPage};

use super::{
    compile::{encoded, report},
    mass_deletion::Guard,
    ours::Ours,
    pass::{Ending, News, Running},
    quarantine::quarantined,
};
use crate::runner::failure::Failure;

/// Runs a full pass. `first` is its first page when that has come already.
pub(super) async fn full(running: &Running<'_>, first: Option<ChangePage>) -> Result<(), Failure> {
    let zone = &running.calendar.zone;
    let guard = Guard::before(running).await?;
    let mut builder = Builder::new(running.rules().await?, zone, running.window);
    let (mut left_out, mut ours) = (Vec::new(), Ours::default());
    let mut page = match first {
        Some(page) => page,
        None => {
            ask(
                running,
                PullFrom::Start {
                    not_before: running.window.start(),
                },
            )
            .await?
        }
    };
    loop {
        left_out.extend(ids_left_out(&page.quarantined));
        let items = ours.sift(running, page.items).await?.external;
        let mut stored = take(running, &mut builder, items, page.quarantined);
        match page.next {
            Next::Page(token) => {
                // The next page is on its way while this one is written; the transaction does not wait for it.
                let written = running.engine.store().store_page(&running.pass, stored);
                let (written, next) = tokio::join!(written, ask(running, PullFrom::Page(token)));
                written?;
                running.engine.runs().notify_waiters();
                page = next?;
            }
            Next::Done {
                cursor,
                refresh_after,
            } => {
                guard.check(running, &stored).await?;
                keep_left_out(running, &mut builder, &left_out, &stored).await?;
                let compiled = builder.finish();
                stored
                    .quarantined
                    .extend(report(&running.calendar, &compiled.faults));
                let months = busy::split(&compiled.busy, Month::touched_by(running.window));
                let ending = Ending {
                    page: stored,
                    cursor,
                    refresh_after,
                    covered: Some(running.window),
                    zone: page.zone,
                    months: MonthsWrite::All(encoded(&months)),
                    sightings: ours.sighted_in_all(running).await?,
                    news: News::Synced,
                };
                return running.finish(ending).await;
            }
        }
    }
}

/// A page token that is refused ends this attempt; the next one begins anew.
async fn ask(running: &Running<'_>, from: PullFrom) -> Result<ChangePage, Failure> {
    match running.subject.page(from).await {
        Ok(page) => Ok(page),
        Err(error) => Err(running.subject.account.failure(running.engine, error).await),
    }
}

/// What of a page is stored; the builder sees it on the way.
fn take(
    running: &Running<'_>,
    builder: &mut Builder,
    items: Vec<RemoteItem>,
    unreadable: Vec<Quarantined>,
) -> PullPage {
    let zone = &running.calendar.zone;
    let mut page = PullPage {
        quarantined: quarantined(running, unreadable),
        requests: 1,
        ..PullPage::default()
    };
    for item in items {
        match item {
            RemoteItem::Upsert { event, .. } if !is_cancelled_whole(&event) => {
                builder.add(event.clone());
                page.upserts.push(EventUpsert::new(event, zone));
            }
            RemoteItem::Upsert { event, .. } => forget(builder, &mut page, event.provider_id),
            RemoteItem::Gone { provider_id, .. } => forget(builder, &mut page, provider_id),
        }
    }
    page
}

/// An item may be listed and then be gone within one pass; the sweep would keep what the pass itself has stored.
fn forget(builder: &mut Builder, page: &mut PullPage, provider_id: String) {
    builder.remove(&provider_id);
    page.upserts
        .retain(|upsert| upsert.event().provider_id != provider_id);
    page.gone.push(provider_id);
}

fn ids_left_out(unreadable: &[Quarantined]) -> impl Iterator<Item = String> {
    let left_out = unreadable.iter().filter(|item| item.fate == Fate::LeftOut);
    left_out.filter_map(|item| item.provider_id.clone())
}

/// What was stored of unreadable items stays, so it goes on counting.
async fn keep_left_out(
    running: &Running<'_>,
    builder: &mut Builder,
    left_out: &[String],
    last_page: &PullPage,
) -> Result<(), Failure> {
    if left_out.is_empty() {
        return Ok(());
    }
    let calendar = &running.calendar;
    let kept = running
        .engine
        .store()
        .events_by_provider_id(calendar.tenant, calendar.id, left_out)
        .await?;
    for stored in kept {
        let restated = last_page
            .upserts
            .iter()
            .any(|upsert| upsert.event().provider_id == stored.event.provider_id);
        if !restated {
            builder.add(stored.event);
        }
    }
    Ok(())
}
