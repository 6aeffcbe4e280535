//! Google: OAuth settings and Google Calendar API v3.
//!
//! Events are pulled as masters and overrides (`singleEvents=false`) without an upper bound; Kalends expands them.
//! That keeps deltas small where a series is endless, and lets the covered window roll forward without asking anyone.
//!
//! To add a call: wire structs in `wire/`, pure mapping in `map/`, the question in a file of its own.

mod calendars;
mod channels;
mod events;
mod free_busy;
mod map;
pub mod oauth;
mod query;
mod refusal;
mod wire;
mod write;

use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt};
use kalends_core::{ambient::Ambient, provider::ProviderKind, sync::push::Outcome, time::Interval};
use kalends_egress::{BatchEndpoint, BreakerPolicy, Egress, Service, ServicePolicy, Window};
use url::Url;

use crate::provider::{
    Ask, CalendarBusy, CalendarRef, Capabilities, ChangePage, Channel, ChannelRef, Covers, EventOrder,
    NewChannel, Provider, ProviderError, PullFrom, RemoteCalendar, SingleItem, VersionPage, VersionsFrom,
    WatchTarget,
};

/// Google Calendar in policies, logs and metrics.
pub const CALENDAR_SERVICE: Service = Service("google-calendar");

/// Google's own address of the API.
pub const CALENDAR_URL: &str = "https://www.googleapis.com/calendar/v3";

/// The page size that suits most: some hundred kilobytes a page, so that a first sync shows progress and needs little
/// memory, yet 10,000 events take ten calls.
pub const PAGE_SIZE: u16 = 1000;

/// Where and how to ask Google Calendar.
#[derive(Clone, Debug)]
pub struct GoogleSettings {
    /// The API's own address, at Google [`CALENDAR_URL`].
    pub calendar_url: Url,
    /// The OAuth client that the tokens belong to; quotas are counted by it.
    pub client_id: String,
    /// Events asked for at a time, at most 2500. Google gives fewer when it likes.
    pub page_size: u16,
}

/// Google Calendar API v3.
#[derive(Clone, Debug)]
pub struct Google {
    settings: GoogleSettings,
    /// Where bulks of writes go; `None` where nobody knows.
    batch: Option<Arc<BatchEndpoint>>,
    egress: Egress,
    ambient: Ambient,
}

impl Google {
    /// An adapter that asks through `egress`, which must know the accounts' tokens.
    pub fn new(settings: GoogleSettings, egress: Egress, ambient: Ambient) -> Self {
        Self {
            batch: query::batch_endpoint(&settings.calendar_url).map(Arc::new),
            settings,
            egress,
            ambient,
        }
    }
}

impl Provider for Google {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Google
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            free_busy: true,
            incremental: true,
            writable: true,
            push: &[Covers::Calendar, Covers::CalendarList],
        }
    }

    fn calendars<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Vec<RemoteCalendar>, ProviderError>> {
        calendars::list(self, ask).boxed()
    }

    fn changes<'a>(
        &'a self,
        ask: &'a Ask,
        calendar: &'a CalendarRef,
        from: PullFrom,
    ) -> BoxFuture<'a, Result<ChangePage, ProviderError>> {
        events::changes(self, ask, calendar, from).boxed()
    }

    fn free_busy<'a>(
        &'a self,
        ask: &'a Ask,
        calendars: &'a [String],
        window: Interval,
    ) -> BoxFuture<'a, Result<Vec<CalendarBusy>, ProviderError>> {
        free_busy::ask(self, ask, calendars, window).boxed()
    }

    fn event<'a>(
        &'a self,
        ask: &'a Ask,
        calendar: &'a CalendarRef,
        provider_id: &'a str,
    ) -> BoxFuture<'a, Result<SingleItem, ProviderError>> {
        events::event(self, ask, calendar, provider_id).boxed()
    }

    fn versions<'a>(
        &'a self,
        ask: &'a Ask,
        calendar: &'a CalendarRef,
        from: VersionsFrom,
    ) -> BoxFuture<'a, Result<VersionPage, ProviderError>> {
        events::versions(self, ask, calendar, from).boxed()
    }

    fn watch<'a>(
        &'a self,
        ask: &'a Ask,
        target: &'a WatchTarget,
        new: &'a NewChannel,
    ) -> BoxFuture<'a, Result<Channel, ProviderError>> {
        channels::watch(self, ask, target, new).boxed()
    }

    fn stop<'a>(&'a self, ask: &'a Ask, channel: &'a ChannelRef) -> BoxFuture<'a, Result<(), ProviderError>> {
        channels::stop(self, ask, channel).boxed()
    }

    fn write<'a>(
        &'a self,
        ask: &'a Ask,
        calendar: &'a CalendarRef,
        order: EventOrder<'a>,
    ) -> BoxFuture<'a, Result<Outcome, ProviderError>> {
        write::take(self, ask, calendar, order).boxed()
    }
}

/// The default protection of Google Calendar, far below its quotas (600 requests a minute and user, 10,000 a minute
/// and project, by the Google Calendar API quota page).
pub fn calendar_policy() -> ServicePolicy {
    ServicePolicy {
        breaker: BreakerPolicy::default(),
        per_account: vec![Window::new(10, 10)],
        per_client: vec![Window::new(400, 100)],
        ..ServicePolicy::default()
    }
}
