//! What a full pass has named so far, and what it has not.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kalends_core::time::{CalendarId, TenantId};

use super::{Pass, PullPage};
use crate::{
    Store, StoreError,
    db::{Sql, sql},
};

/// Ids of one statement.
const IDS: usize = 500;

/// Which events of a calendar count: those that a full pass has to name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Those that end after this instant. Cancelled occurrences have no end and never count.
    pub ending_after: Timestamp,
}

/// The stored events that count, by whether the pass has named them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Named on an earlier page of the pass, and not on its last.
    pub earlier: u64,
    /// Named neither on an earlier page nor on the last.
    pub missing: u64,
    /// Those of the missing that [`crate::SuspectedDeletion`] missed too.
    pub missing_again: u64,
}

impl Store {
    /// How many of a calendar's stored events count.
    pub async fn count_events(
        &self,
        tenant: TenantId,
        calendar: CalendarId,
        stored: Stored,
    ) -> Result<u64, StoreError> {
        let select = sql("SELECT COUNT(*) AS events FROM external_events
             WHERE tenant_id = $1 AND calendar_id = $2 AND span_end_us > $3")
        .bind(tenant)
        .bind(calendar)
        .bind(stored.ending_after);
        let row = self.db().read_first(select).await?;
        row.map_or(Ok(0), |row| row.count("events"))
    }

    /// What a full pass has named when `last` is its last page, which is not stored yet. `suspect` is the generation of
    /// a pass that was not believed.
    pub async fn seen_by_pass(
        &self,
        pass: &Pass,
        last: &PullPage,
        (stored, suspect): (Stored, Option<i64>),
    ) -> Result<Seen, StoreError> {
        let counted = |ids: Option<&[&str]>| {
            let select = sql("SELECT COUNT(*) FILTER (WHERE generation = ")
                .push_bind(pass.generation)
                .push(") AS earlier, COUNT(*) FILTER (WHERE generation < ")
                .push_bind(pass.generation)
                .push(") AS missing, COUNT(*) FILTER (WHERE generation < ")
                .push_bind(suspect.unwrap_or(i64::MIN))
                .push(") AS missing_again FROM external_events WHERE tenant_id = ")
                .push_bind(pass.tenant)
                .push(" AND calendar_id = ")
                .push_bind(pass.calendar)
                .push(" AND span_end_us > ")
                .push_bind(stored.ending_after);
            match ids {
                Some(ids) => select.push(" AND provider_id IN ").push_list(ids.iter().copied()),
                None => select,
            }
        };
        let mut seen = self.seen(counted(None)).await?;
        let of_last: BTreeSet<&str> = last
            .upserts
            .iter()
            .map(|upsert| upsert.event.provider_id.as_str())
            .chain(last.gone.iter().map(String::as_str))
            .chain(last.quarantined.iter().map(|item| item.provider_id.as_str()))
            .collect();
        let of_last: Vec<&str> = of_last.into_iter().collect();
        for ids in of_last.chunks(IDS) {
            let named = self.seen(counted(Some(ids))).await?;
            seen.earlier = seen.earlier.saturating_sub(named.earlier);
            seen.missing = seen.missing.saturating_sub(named.missing);
            seen.missing_again = seen.missing_again.saturating_sub(named.missing_again);
        }
        Ok(seen)
    }

    async fn seen(&self, select: Sql) -> Result<Seen, StoreError> {
        let Some(row) = self.db().read_first(select).await? else {
            return Ok(Seen::default());
        };
        Ok(Seen {
            earlier: row.count("earlier")?,
            missing: row.count("missing")?,
            missing_again: row.count("missing_again")?,
        })
    }
}
