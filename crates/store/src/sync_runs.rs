//! Sync runs: one audit row for each pass.

use jiff::Timestamp;
use kalends_core::time::{CalendarId, ConnectionId, SyncRunId, TenantId};

use crate::{
    Pass, PassKind, PullCounts, Store, StoreError, Trigger,
    db::{Row, Sql, Tx, sql, words},
    pull::WrittenPage,
};

const COLUMNS: &str = "SELECT id, calendar_id, connection_id, kind, trigger_kind, outcome, error, started_us,
    finished_us, created_count, updated_count, deleted_count, quarantined_count, pages, requests FROM sync_runs";

/// One pass over a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncRun {
    /// Its id.
    pub id: SyncRunId,
    /// The calendar.
    pub calendar: CalendarId,
    /// The calendar's connection.
    pub connection: ConnectionId,
    /// Full or delta.
    pub kind: PassKind,
    /// Why it took place.
    pub trigger: Trigger,
    /// How it ended.
    pub outcome: SyncOutcome,
    /// The code of its failure.
    pub error: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What it did.
    pub counts: PullCounts,
    /// Pages that it stored.
    pub pages: u32,
    /// Requests that it made.
    pub requests: u32,
}

/// How a pass ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SyncOutcome {
    /// It has not ended.
    Running,
    /// All is stored.
    Succeeded,
    /// It gave up, with a reason.
    Failed,
    /// Its worker was lost, or it was overtaken.
    Interrupted,
}

/// Which runs to list.
#[derive(Clone, Copy, Debug)]
pub struct SyncRunFilter {
    /// The connection whose calendars' runs are listed.
    pub connection: ConnectionId,
    /// Only this calendar's.
    pub calendar: Option<CalendarId>,
    /// Only those before this one.
    pub before: Option<SyncRunId>,
    /// Most of them.
    pub limit: u32,
}

words! {
    SyncOutcome {
        Running = "running", Succeeded = "succeeded", Failed = "failed", Interrupted = "interrupted",
    }
}

impl Store {
    /// One run.
    pub async fn sync_run(&self, tenant: TenantId, id: SyncRunId) -> Result<SyncRun, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND id = ")
            .push_bind(id);
        let row = self.db().read_first(select).await?;
        sync_run(&row.ok_or(StoreError::NotFound { what: "sync run" })?)
    }

    /// A connection's runs, newest first.
    pub async fn sync_runs(
        &self,
        tenant: TenantId,
        filter: SyncRunFilter,
    ) -> Result<Vec<SyncRun>, StoreError> {
        let mut select = sql(COLUMNS)
            .push(" WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND connection_id = ")
            .push_bind(filter.connection);
        if let Some(calendar) = filter.calendar {
            select = select.push(" AND calendar_id = ").push_bind(calendar);
        }
        if let Some(before) = filter.before {
            select = select.push(" AND id < ").push_bind(before);
        }
        let select = select.push(" ORDER BY id DESC LIMIT ").push_bind(filter.limit);
        self.db().read(select).await?.iter().map(sync_run).collect()
    }

    /// Deletes runs, of all tenants, that began before `before`; answers how many.
    pub async fn prune_sync_runs(&self, before: Timestamp) -> Result<u64, StoreError> {
        let delete = sql("DELETE FROM sync_runs WHERE started_us < $1 AND outcome <> 'running'").bind(before);
        self.db().execute(delete).await
    }
}

/// Counts a page in the run of its pass.
pub(crate) async fn count(tx: &mut Tx, pass: &Pass, page: WrittenPage) -> Result<(), StoreError> {
    let update = of(sql("UPDATE sync_runs SET "), pass, page);
    tx.execute(update).await.map(drop)
}

/// Closes a pass's run as succeeded, with its last page.
pub(crate) async fn close(
    tx: &mut Tx,
    pass: &Pass,
    page: WrittenPage,
    now: Timestamp,
) -> Result<SyncRun, StoreError> {
    let update = sql("UPDATE sync_runs SET outcome = 'succeeded', finished_us = ")
        .push_bind(now)
        .push(", ");
    let update = of(update, pass, page).push(
        " RETURNING id, calendar_id, connection_id, kind, trigger_kind, outcome, error, started_us, finished_us,
             created_count, updated_count, deleted_count, quarantined_count, pages, requests",
    );
    let row = tx.read_first(update).await?;
    sync_run(&row.ok_or(StoreError::NotFound { what: "sync run" })?)
}

/// Adds what a page changes of its pass's run.
fn of(update: Sql, pass: &Pass, page: WrittenPage) -> Sql {
    let PullCounts {
        created,
        updated,
        deleted,
        quarantined,
    } = page.counts;
    update
        .push("created_count = created_count + ")
        .push_bind(created as i64)
        .push(", updated_count = updated_count + ")
        .push_bind(updated as i64)
        .push(", deleted_count = deleted_count + ")
        .push_bind(deleted as i64)
        .push(", quarantined_count = quarantined_count + ")
        .push_bind(quarantined as i64)
        .push(", pages = pages + 1, requests = requests + ")
        .push_bind(page.requests)
        .push(" WHERE id = ")
        .push_bind(pass.run)
        .push(" AND tenant_id = ")
        .push_bind(pass.tenant)
}

fn sync_run(row: &Row) -> Result<SyncRun, StoreError> {
    Ok(SyncRun {
        id: row.id("id", SyncRunId)?,
        calendar: row.id("calendar_id", CalendarId)?,
        connection: row.id("connection_id", ConnectionId)?,
        kind: row.word("kind")?,
        trigger: row.word("trigger_kind")?,
        outcome: row.word("outcome")?,
        error: row.get("error")?,
        started_at: row.time("started_us")?,
        finished_at: row.optional_time("finished_us")?,
        counts: PullCounts {
            created: row.count("created_count")?,
            updated: row.count("updated_count")?,
            deleted: row.count("deleted_count")?,
            quarantined: row.count("quarantined_count")?,
        },
        pages: row.count("pages")?,
        requests: row.count("requests")?,
    })
}
