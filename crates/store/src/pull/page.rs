//! One page of a pass.

use std::collections::HashMap;

use kalends_core::time::ExternalEventId;

use super::{Pass, PullCounts, PullPage, QuarantinedItem};
use crate::{
    EventUpsert, Store, StoreError,
    db::{Sql, Tx, sql},
    external_events::{CHANGED, COLUMN_NAMES, CONTENT_COLUMNS, CREATED, EventRow, PROVIDER_ID, columns},
    sync_runs,
};

/// Ids of one statement.
const IDS: usize = 500;

/// A page turned into rows, so that nothing is left to compute inside the transaction.
pub(super) struct PreparedPage {
    rows: Vec<EventRow>,
    gone: Vec<String>,
    quarantined: Vec<QuarantinedItem>,
    requests: u32,
    items: u32,
}

/// What a page has become.
#[derive(Clone, Copy)]
pub(crate) struct WrittenPage {
    pub(crate) counts: PullCounts,
    pub(crate) requests: u32,
}

impl Store {
    /// Stores a page that is not the last. Fenced when a newer pass has begun.
    pub async fn store_page(&self, pass: &Pass, page: PullPage) -> Result<PullCounts, StoreError> {
        let page = self.prepare_page(page);
        let mut tx = self.begin().await?;
        let progress = sql(
            "UPDATE calendars SET pass_pages = pass_pages + 1, pass_items = pass_items + $1
             WHERE tenant_id = $2 AND id = $3 AND pass = $4",
        )
        .bind(page.items)
        .bind(pass.tenant)
        .bind(pass.calendar)
        .bind(pass.number);
        if tx.execute(progress).await? == 0 {
            return Err(StoreError::Fenced { what: "pass" });
        }
        let written = self.write_page(&mut tx, pass, page).await?;
        sync_runs::count(&mut tx, pass, written).await?;
        tx.commit().await?;
        Ok(written.counts)
    }

    pub(super) fn prepare_page(&self, page: PullPage) -> PreparedPage {
        let items = page.upserts.len() + page.gone.len() + page.quarantined.len();
        let rows = latest_by_id(page.upserts)
            .into_iter()
            .map(|upsert| columns(ExternalEventId::new(self.ambient()), upsert))
            .collect();
        PreparedPage {
            rows,
            gone: page.gone,
            quarantined: page.quarantined,
            requests: page.requests,
            items: u32::try_from(items).unwrap_or(u32::MAX),
        }
    }

    /// Writes the page; the calendar's row is locked by its pass number.
    pub(super) async fn write_page(
        &self,
        tx: &mut Tx,
        pass: &Pass,
        page: PreparedPage,
    ) -> Result<WrittenPage, StoreError> {
        let mut counts = PullCounts {
            quarantined: page.quarantined.len() as u64,
            ..delete_gone(tx, pass, &page.gone).await?
        };
        self.release_quarantined(tx, pass, &page.rows).await?;
        let mut rows = page.rows.into_iter();
        while rows.len() > 0 {
            let next = rows.len().min(IDS);
            let stored = is_any_stored(tx, pass, &rows.as_slice()[..next]).await?;
            let mut chunk = rows.by_ref().take(next);
            while chunk.len() > 0 {
                let some = chunk.by_ref().take(tx.rows_at_once());
                if stored {
                    counts = counts.plus(upsert_rows(tx, pass, some).await?);
                } else {
                    counts.created += insert_rows(tx, pass, some).await?;
                }
            }
        }
        self.quarantine(tx, pass, &page.quarantined).await?;
        Ok(WrittenPage {
            counts,
            requests: page.requests,
        })
    }

    /// Items that can be read again leave the quarantine.
    async fn release_quarantined(
        &self,
        tx: &mut Tx,
        pass: &Pass,
        rows: &[EventRow],
    ) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let any = sql("SELECT 1 FROM quarantined_items WHERE tenant_id = $1 AND calendar_id = $2 LIMIT 1")
            .bind(pass.tenant)
            .bind(pass.calendar);
        if tx.read_first(any).await?.is_none() {
            return Ok(());
        }
        for chunk in rows.chunks(IDS) {
            let delete = sql("DELETE FROM quarantined_items WHERE tenant_id = ")
                .push_bind(pass.tenant)
                .push(" AND calendar_id = ")
                .push_bind(pass.calendar)
                .push(" AND provider_id IN ")
                .push_list(chunk.iter().map(|row| row[PROVIDER_ID].clone()));
            tx.execute(delete).await?;
        }
        Ok(())
    }

    /// Notes items that could not be read; what was stored of them survives a full pass.
    async fn quarantine(
        &self,
        tx: &mut Tx,
        pass: &Pass,
        items: &[QuarantinedItem],
    ) -> Result<(), StoreError> {
        let now = self.now();
        for item in items {
            let insert = sql(
                "INSERT INTO quarantined_items (calendar_id, provider_id, tenant_id, reason, generation,
                     first_seen_us, last_seen_us, attempts, retry_us)
                 VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8)
                 ON CONFLICT (calendar_id, provider_id) DO UPDATE SET reason = excluded.reason,
                     generation = excluded.generation, last_seen_us = excluded.last_seen_us,
                     attempts = excluded.attempts, retry_us = excluded.retry_us",
            )
            .bind(pass.calendar)
            .bind(&item.provider_id)
            .bind(pass.tenant)
            .bind(&item.reason)
            .bind(pass.generation)
            .bind(now)
            .bind(item.attempts)
            .bind(item.retry_at);
            tx.execute(insert).await?;
        }
        for chunk in items.chunks(IDS) {
            let keep = sql("UPDATE external_events SET generation = ")
                .push_bind(pass.generation)
                .push(" WHERE tenant_id = ")
                .push_bind(pass.tenant)
                .push(" AND calendar_id = ")
                .push_bind(pass.calendar)
                .push(" AND provider_id IN ")
                .push_list(chunk.iter().map(|item| &item.provider_id));
            tx.execute(keep).await?;
        }
        Ok(())
    }
}

/// Whether any of the items is stored. In a first sync none is, and plain inserts need no answer for each row.
async fn is_any_stored(tx: &mut Tx, pass: &Pass, rows: &[EventRow]) -> Result<bool, StoreError> {
    let any = sql("SELECT 1 FROM external_events WHERE tenant_id = ")
        .push_bind(pass.tenant)
        .push(" AND calendar_id = ")
        .push_bind(pass.calendar)
        .push(" AND provider_id IN ")
        .push_list(rows.iter().map(|row| row[PROVIDER_ID].clone()))
        .push(" LIMIT 1");
    let is_full = rows.len() == IDS;
    let any = if is_full { any.keep_prepared() } else { any };
    Ok(tx.read_first(any).await?.is_some())
}

/// Writes rows of items that are not stored, which the lock on the calendar's row keeps so; answers how many.
async fn insert_rows(
    tx: &mut Tx,
    pass: &Pass,
    rows: impl ExactSizeIterator<Item = EventRow>,
) -> Result<u64, StoreError> {
    let is_full = rows.len() == tx.rows_at_once();
    let insert = into_events(pass, rows);
    tx.execute(if is_full { insert.keep_prepared() } else { insert })
        .await
}

/// Writes rows whether they are stored or not. One that has nothing new and has been seen in this generation is not
/// written at all.
async fn upsert_rows(
    tx: &mut Tx,
    pass: &Pass,
    rows: impl ExactSizeIterator<Item = EventRow>,
) -> Result<PullCounts, StoreError> {
    let is_full = rows.len() == tx.rows_at_once();
    let mut upsert = into_events(pass, rows).push(
        " ON CONFLICT (calendar_id, provider_id) DO UPDATE SET generation = excluded.generation,
          last_write = CASE WHEN external_events.content_hash = excluded.content_hash THEN 0 ELSE 1 END",
    );
    for column in CONTENT_COLUMNS {
        upsert = upsert.push(", ").push(column).push(" = excluded.").push(column);
    }
    let upsert = upsert.push(
        " WHERE external_events.content_hash <> excluded.content_hash
              OR external_events.generation <> excluded.generation
          RETURNING last_write",
    );
    let mut counts = PullCounts::default();
    for row in tx
        .read(if is_full { upsert.keep_prepared() } else { upsert })
        .await?
    {
        match row.get::<i64>("last_write")? {
            CREATED => counts.created += 1,
            CHANGED => counts.updated += 1,
            _ => {}
        }
    }
    Ok(counts)
}

/// What all rows share is bound once: each value less is felt in a bulk statement. The `WHERE` tells SQLite that an
/// `ON` after it begins no join.
fn into_events(pass: &Pass, rows: impl Iterator<Item = EventRow>) -> Sql {
    sql("INSERT INTO external_events (")
        .push(COLUMN_NAMES)
        .push(") SELECT ")
        .push_bind(pass.tenant)
        .push(", ")
        .push_bind(pass.calendar)
        .push(", ")
        .push_bind(pass.generation)
        .push(", ")
        .push_bind(CREATED)
        .push(", own.* FROM (")
        .push_rows(rows)
        .push(") AS own WHERE TRUE")
}

async fn delete_gone(tx: &mut Tx, pass: &Pass, gone: &[String]) -> Result<PullCounts, StoreError> {
    let mut counts = PullCounts::default();
    for chunk in gone.chunks(IDS) {
        for column in [" AND provider_id IN ", " AND series_master IN "] {
            let delete = sql("DELETE FROM external_events WHERE tenant_id = ")
                .push_bind(pass.tenant)
                .push(" AND calendar_id = ")
                .push_bind(pass.calendar)
                .push(column)
                .push_list(chunk);
            counts.deleted += tx.execute(delete).await?;
        }
        let release = sql("DELETE FROM quarantined_items WHERE tenant_id = ")
            .push_bind(pass.tenant)
            .push(" AND calendar_id = ")
            .push_bind(pass.calendar)
            .push(" AND provider_id IN ")
            .push_list(chunk);
        tx.execute(release).await?;
    }
    Ok(counts)
}

/// Of items with the same provider id the last; a statement cannot write a row twice.
fn latest_by_id(upserts: Vec<EventUpsert>) -> Vec<EventUpsert> {
    let mut places: HashMap<String, usize> = HashMap::with_capacity(upserts.len());
    let mut latest: Vec<EventUpsert> = Vec::with_capacity(upserts.len());
    for upsert in upserts {
        if let Some(&place) = places.get(&upsert.event.provider_id) {
            latest[place] = upsert;
        } else {
            places.insert(upsert.event.provider_id.clone(), latest.len());
            latest.push(upsert);
        }
    }
    latest
}
