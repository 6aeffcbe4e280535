//! Writing months of the busy index.

use std::collections::BTreeMap;

use kalends_core::time::{CalendarId, TenantId};

use super::{Covered, EncodedMonth, MonthsWrite};
use crate::{
    Effects, Store, StoreError,
    db::{Tx, Value, sql},
};

/// A recompilation outside of a pass, such as rolling the covered window forward.
#[derive(Debug)]
pub struct MonthsCommit {
    /// [`crate::CalendarSync::pass`] as it was before the events were read. When a pass has begun since, or is under
    /// way, the commit is fenced.
    pub pass: i64,
    /// The window that the months answer for.
    pub covered: Covered,
    /// The recompiled months.
    pub months: MonthsWrite,
    /// News, the next recompilation.
    pub effects: Effects,
}

impl Store {
    /// Stores months that were recompiled from stored events.
    pub async fn commit_months(
        &self,
        tenant: TenantId,
        calendar: CalendarId,
        commit: MonthsCommit,
    ) -> Result<(), StoreError> {
        let effects = self.prepare(tenant, commit.effects).await?;
        let update = sql(
            "UPDATE calendars SET covered_from_us = $1, covered_until_us = $2, updated_us = $3,
                 roll_us = $7
             WHERE tenant_id = $4 AND id = $5 AND pass = $6 AND pass_kind IS NULL AND as_of_us IS NOT NULL",
        )
        .bind(commit.covered.window.start_us())
        .bind(commit.covered.window.end_us())
        .bind(self.now())
        .bind(tenant)
        .bind(calendar)
        .bind(commit.pass)
        .bind(commit.covered.rolls_at);
        let mut tx = self.begin().await?;
        if tx.execute(update).await? == 0 {
            return Err(StoreError::Fenced { what: "pass" });
        }
        write_months(&mut tx, tenant, calendar, commit.months).await?;
        self.commit_with(tx, effects).await
    }
}

/// Writes the months; the calendar's row is locked by the caller.
pub(super) async fn write_months(
    tx: &mut Tx,
    tenant: TenantId,
    calendar: CalendarId,
    write: MonthsWrite,
) -> Result<(), StoreError> {
    let months = match write {
        MonthsWrite::Keep => return Ok(()),
        MonthsWrite::Some(months) => months,
        MonthsWrite::All(months) => {
            let mut delete = sql("DELETE FROM busy_months WHERE tenant_id = ")
                .push_bind(tenant)
                .push(" AND calendar_id = ")
                .push_bind(calendar);
            if !months.is_empty() {
                delete = delete
                    .push(" AND month NOT IN ")
                    .push_list(months.iter().map(|month| month.month));
            }
            tx.execute(delete).await?;
            months
        }
    };
    if months.is_empty() {
        return Ok(());
    }
    // Of a month given twice the later counts; a statement cannot write a row twice.
    let months: BTreeMap<i32, Vec<u8>> = months
        .into_iter()
        .map(|EncodedMonth { month, runs }| (month, runs))
        .collect();
    let rows = months.into_iter().map(|(month, runs)| {
        [
            calendar.into(),
            month.into(),
            tenant.into(),
            Value::from(runs),
            Value::from(1_i64),
        ]
    });
    let upsert = sql("INSERT INTO busy_months (calendar_id, month, tenant_id, runs, version) ")
        .push_rows(rows)
        .push(
            " ON CONFLICT (calendar_id, month) DO UPDATE SET runs = excluded.runs,
              version = busy_months.version + 1
              WHERE busy_months.runs <> excluded.runs",
        );
    tx.execute(upsert).await.map(drop)
}
