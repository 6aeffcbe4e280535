//! Published iCalendar feeds.
//!
//! A feed is one calendar, read whole each time its text changes: there is no way to ask for what changed. Every
//! request goes through the guard, since a person typed the address. The address itself is the credential.

mod cursor;
mod feed;
mod fetch;
mod interval;

use std::time::Duration;

use futures::future::{BoxFuture, FutureExt, ready};
use kalends_core::{provider::ProviderKind, time::Interval};
use kalends_egress::{BreakerPolicy, Egress, Service, ServicePolicy, Window};

use crate::provider::{
    AccessRole, Ask, CalendarBusy, CalendarRef, Capabilities, ChangePage, Provider, ProviderError, PullFrom,
    RemoteCalendar,
};

/// Feeds in policies, logs and metrics.
pub const SERVICE: Service = Service("ics");

/// The id of the one calendar that a feed is.
pub const FEED: &str = "feed";

/// Published iCalendar feeds.
#[derive(Clone, Debug)]
pub struct Ics {
    egress: Egress,
}

impl Ics {
    /// An adapter that asks through `egress`.
    pub fn new(egress: Egress) -> Self {
        Self { egress }
    }
}

impl Provider for Ics {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Ics
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            free_busy: false,
            incremental: false,
            writable: false,
            push: &[],
        }
    }

    fn calendars<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Vec<RemoteCalendar>, ProviderError>> {
        async move {
            let about = feed::about(&self.egress, ask).await?;
            Ok(vec![RemoteCalendar {
                provider_id: FEED.to_owned(),
                name: about.name,
                zone: about.zone,
                role: AccessRole::Read,
                primary: true,
                color: None,
                can_create_meet: false,
            }])
        }
        .boxed()
    }

    fn changes<'a>(
        &'a self,
        ask: &'a Ask,
        calendar: &'a CalendarRef,
        from: PullFrom,
    ) -> BoxFuture<'a, Result<ChangePage, ProviderError>> {
        feed::changes(&self.egress, ask, calendar, from).boxed()
    }

    fn free_busy<'a>(
        &'a self,
        _ask: &'a Ask,
        _calendars: &'a [String],
        _window: Interval,
    ) -> BoxFuture<'a, Result<Vec<CalendarBusy>, ProviderError>> {
        ready(Err(ProviderError::Unsupported {
            what: "be asked for busy time alone",
        }))
        .boxed()
    }
}

/// The default protection of the hosts of feeds: a feed is asked for every quarter of an hour at most, so the window
/// only catches runaway loops.
pub fn policy() -> ServicePolicy {
    ServicePolicy {
        breaker: BreakerPolicy {
            recovery: Duration::from_mins(1),
            ..BreakerPolicy::default()
        },
        per_account: vec![Window::new(10, 60)],
        per_client: vec![Window::new(600, 60)],
        ..ServicePolicy::default()
    }
}
