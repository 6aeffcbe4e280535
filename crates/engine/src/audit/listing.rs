//! The versions of all that a provider lists.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use kalends_core::sync::drift::Version;
use kalends_providers::provider::VersionsFrom;
use kalends_store::Calendar;

use crate::{
    Engine,
    connections::LiveAccount,
    pull::subject,
    runner::failure::{Class, Failure},
};

/// How long the provider may take for one page.
const ANSWER: Duration = Duration::from_mins(1);
/// Most pages before a listing is taken for endless.
const MOST_PAGES: u32 = 1_000;

/// What was listed.
pub(super) struct Listing {
    pub(super) versions: BTreeMap<String, Version>,
    pub(super) requests: u32,
}

/// Reads all pages of what does not end before `not_before`.
pub(super) async fn read(
    engine: &Engine,
    account: &LiveAccount,
    calendar: &Calendar,
    not_before: Timestamp,
) -> Result<Listing, Failure> {
    let calendar = subject::reference(calendar);
    let mut listing = Listing {
        versions: BTreeMap::new(),
        requests: 0,
    };
    let mut from = VersionsFrom::Start { not_before };
    while listing.requests < MOST_PAGES {
        listing.requests += 1;
        let ask = account.ask(ANSWER);
        let page = match account.provider.versions(&ask, &calendar, from).await {
            Ok(page) => page,
            Err(error) => return Err(account.failure(engine, error).await),
        };
        let items = page.items.into_iter();
        listing
            .versions
            .extend(items.map(|item| (item.provider_id, item.etag)));
        match page.next {
            Some(next) => from = VersionsFrom::Page(next),
            None => return Ok(listing),
        }
    }
    let cause = "the listing of versions does not end";
    Err(Failure::new(Class::Rejected, "provider_unreadable", cause))
}
