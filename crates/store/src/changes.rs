//! The tenant's feed: everything worth telling, numbered without gaps in the order of the commits.

use jiff::Timestamp;
use kalends_core::time::{TenantId, UserId};

use crate::{
    Store, StoreError,
    db::{Row, Tx, sql},
};

/// One entry of the feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its number, 1 for a tenant's first.
    pub seq: i64,
    /// What happened, such as `connection.created`.
    pub kind: String,
    /// Whom it concerns.
    pub user: Option<UserId>,
    /// The id of what changed.
    pub subject: String,
    /// Details.
    pub data: serde_json::Value,
    /// When it was committed.
    pub at: Timestamp,
}

/// An entry to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct NewChange {
    /// What happened, such as `connection.created`.
    pub kind: &'static str,
    /// Whom it concerns.
    pub user: Option<UserId>,
    /// The id of what changed.
    pub subject: String,
    /// Details.
    pub data: serde_json::Value,
}

/// A stretch of the feed.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangePage {
    /// The entries, oldest first.
    pub changes: Vec<Change>,
    /// The newest number given out.
    pub last_seq: i64,
    /// The oldest number still kept; `last_seq + 1` when none is. A reader who asks for what follows an older
    /// number than the one before it has missed entries.
    pub oldest_seq: i64,
}

impl Store {
    /// Up to `limit` entries after the number `after`.
    pub async fn changes(&self, tenant: TenantId, after: i64, limit: u32) -> Result<ChangePage, StoreError> {
        // The bounds are read first, and what is newer than they are is left for the next answer: entries that come or
        // go meanwhile then never look like a gap, and no entry is newer than the newest number.
        let bounds = sql(
            "SELECT last_seq, (SELECT MIN(seq) FROM changes WHERE tenant_id = $1) AS oldest_seq
             FROM tenants WHERE id = $2",
        )
        .bind(tenant)
        .bind(tenant);
        let bounds = self
            .db()
            .read_first(bounds)
            .await?
            .ok_or(StoreError::NotFound { what: "tenant" })?;
        let last_seq: i64 = bounds.get("last_seq")?;
        let select = sql("SELECT seq, kind, user_id, subject, data, at_us FROM changes
             WHERE tenant_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4")
        .bind(tenant)
        .bind(after)
        .bind(last_seq)
        .bind(limit);
        let rows = self.db().read(select).await?;
        Ok(ChangePage {
            changes: rows.iter().map(change).collect::<Result<_, _>>()?,
            last_seq,
            oldest_seq: bounds.get::<Option<i64>>("oldest_seq")?.unwrap_or(last_seq + 1),
        })
    }

    /// Deletes entries, of all tenants, that were committed before `before`; answers how many.
    pub async fn prune_changes(&self, before: Timestamp) -> Result<u64, StoreError> {
        let delete = sql("DELETE FROM changes WHERE at_us < $1").bind(before);
        self.db().execute(delete).await
    }
}

/// Gives the entries their numbers and writes them. The last thing that a transaction does: the tenant's row is
/// locked from here to the commit, which is what keeps the numbers without gaps and in order.
pub(crate) async fn append(
    tx: &mut Tx,
    tenant: TenantId,
    changes: &[NewChange],
    now: Timestamp,
) -> Result<(), StoreError> {
    if changes.is_empty() {
        return Ok(());
    }
    let allocate = sql("UPDATE tenants SET last_seq = last_seq + $1 WHERE id = $2 RETURNING last_seq")
        .bind(changes.len() as i64)
        .bind(tenant);
    let row = tx
        .read_first(allocate)
        .await?
        .ok_or(StoreError::NotFound { what: "tenant" })?;
    let first = row.get::<i64>("last_seq")? - changes.len() as i64 + 1;
    for (change, seq) in changes.iter().zip(first..) {
        let insert = sql(
            "INSERT INTO changes (tenant_id, seq, kind, user_id, subject, data, at_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(tenant)
        .bind(seq)
        .bind(change.kind)
        .bind(change.user.as_ref())
        .bind(&change.subject)
        .bind(change.data.to_string())
        .bind(now);
        tx.execute(insert).await?;
    }
    Ok(())
}

fn change(row: &Row) -> Result<Change, StoreError> {
    Ok(Change {
        seq: row.get("seq")?,
        kind: row.get("kind")?,
        user: row.optional_user("user_id")?,
        subject: row.get("subject")?,
        data: row.json("data")?,
        at: row.time("at_us")?,
    })
}
