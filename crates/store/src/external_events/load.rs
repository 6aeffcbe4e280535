//! Loading what a stretch of a calendar's time is compiled from.

use std::collections::BTreeSet;

use kalends_core::{
    external_event::SeriesRole,
    time::{CalendarId, ExternalEventId, Interval, TenantId},
};

use super::{
    StoredEvent,
    columns::{SELECT, SELECT_WITHOUT_TEXTS, stored, stored_without_texts},
    longest_us,
};
use crate::{
    Store, StoreError,
    db::{Sql, sql},
};

/// Events of at most 31 days, which are found by when they start. Written as in the index of the others.
const SHORT: &str = " AND NOT (e.span_end_us / 2 - e.span_start_us / 2 > 1339200000000)";
/// The others, series above all, which have an index of their own.
const LONG: &str = " AND e.span_end_us / 2 - e.span_start_us / 2 > 1339200000000";
/// How long before a window a short event may start that touches it, and a little more, for the halves.
const SHORT_US: i64 = 2 * 1_339_200_000_000 + 2;
/// Most ids in one `IN`.
const CHUNK: usize = 500;

impl Store {
    /// Everything that a calendar's busy time inside the window is compiled from: the events that can touch it, the
    /// masters of the overrides among them, and the overrides that replace or remove an occurrence inside it.
    /// Each item once, ordered by provider id, without its texts and versions.
    pub async fn events_touching(
        &self,
        tenant: TenantId,
        calendar: CalendarId,
        window: Interval,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        // Two looks at indexes, so that what is stored far from the window is not gone through.
        let within = |select: Sql| {
            select
                .push(" AND e.span_end_us >= ")
                .push_bind(window.start_us())
                .push(" AND e.span_start_us < ")
                .push_bind(window.end_us())
        };
        let timed = || of_calendar(SELECT_WITHOUT_TEXTS, tenant, calendar);
        let short = within(timed().push(SHORT))
            .push(" AND e.span_start_us >= ")
            .push_bind(window.start_us().saturating_sub(SHORT_US));
        let mut events = self.load_without_texts(short).await?;
        let long = within(timed().push(LONG));
        events.extend(self.load_without_texts(long).await?);

        // An occurrence that began before the window may reach into it, and so may its removal.
        let masters = events
            .iter()
            .filter(|found| matches!(found.event.role, SeriesRole::Master { .. }));
        if let Some(longest) = masters.map(|found| longest_us(&found.event)).max() {
            let replacing = timed()
                .push(" AND e.original_us >= ")
                .push_bind(window.start_us().saturating_sub(longest))
                .push(" AND e.original_us < ")
                .push_bind(window.end_us());
            events.extend(self.load_without_texts(replacing).await?);
        }

        let known: BTreeSet<&str> = events
            .iter()
            .map(|found| found.event.provider_id.as_str())
            .collect();
        let missing: BTreeSet<String> = events
            .iter()
            .filter_map(|found| match &found.event.role {
                SeriesRole::Override { master, .. } if !known.contains(master.as_str()) => {
                    Some(master.clone())
                }
                _ => None,
            })
            .collect();
        let missing: Vec<String> = missing.into_iter().collect();
        for chunk in missing.chunks(CHUNK) {
            let masters = timed().push(" AND e.provider_id IN ").push_list(chunk);
            events.extend(self.load_without_texts(masters).await?);
        }

        events.sort_by(|a, b| a.event.provider_id.cmp(&b.event.provider_id));
        events.dedup_by(|a, b| a.id == b.id);
        Ok(events)
    }

    /// Those of the provider's items that are stored, in no particular order.
    pub async fn events_by_provider_id(
        &self,
        tenant: TenantId,
        calendar: CalendarId,
        provider_ids: &[String],
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let mut events = Vec::new();
        for chunk in provider_ids.chunks(CHUNK) {
            let select = of_calendar(SELECT, tenant, calendar)
                .push(" AND e.provider_id IN ")
                .push_list(chunk);
            events.extend(self.load(select).await?);
        }
        Ok(events)
    }

    /// Those of the named events that are in one of the calendars and can touch the window, in no particular order.
    pub async fn events_among(
        &self,
        tenant: TenantId,
        calendars: &[CalendarId],
        (ids, window): (&[ExternalEventId], Interval),
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let mut events = Vec::new();
        for chunk in ids.chunks(CHUNK) {
            let select = sql(SELECT)
                .push(" FROM external_events e WHERE e.tenant_id = ")
                .push_bind(tenant)
                .push(" AND e.calendar_id IN ")
                .push_list(calendars.iter().copied())
                .push(" AND e.span_end_us >= ")
                .push_bind(window.start_us())
                .push(" AND e.span_start_us < ")
                .push_bind(window.end_us())
                .push(" AND e.id IN ")
                .push_list(chunk.iter().copied());
            events.extend(self.load(select).await?);
        }
        Ok(events)
    }

    /// The stored overrides of these masters, in no particular order.
    pub async fn overrides_of(
        &self,
        tenant: TenantId,
        calendar: CalendarId,
        masters: &[String],
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let mut events = Vec::new();
        for chunk in masters.chunks(CHUNK) {
            let select = of_calendar(SELECT, tenant, calendar)
                .push(" AND e.series_master IN ")
                .push_list(chunk);
            events.extend(self.load(select).await?);
        }
        Ok(events)
    }

    async fn load_without_texts(&self, select: Sql) -> Result<Vec<StoredEvent>, StoreError> {
        let rows = self.db().read(select).await?;
        rows.iter().map(stored_without_texts).collect()
    }

    async fn load(&self, select: Sql) -> Result<Vec<StoredEvent>, StoreError> {
        self.db().read(select).await?.iter().map(stored).collect()
    }
}

fn of_calendar(columns: &'static str, tenant: TenantId, calendar: CalendarId) -> Sql {
    sql(columns)
        .push(" FROM external_events e WHERE e.tenant_id = ")
        .push_bind(tenant)
        .push(" AND e.calendar_id = ")
        .push_bind(calendar)
}
