//! What many messages together make true, in one commit.

use jiff::Timestamp;
use kalends_core::time::{CalendarId, PushChannelId, TenantId};

use crate::{
    NewTask, Store, StoreError, TaskLane,
    db::{Tx, sql},
    tasks,
};

/// A message that is worth a write.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The channel that it came by.
    pub channel: PushChannelId,
    /// The provider's word for what is watched, when the row does not have it.
    pub resource_id: Option<String>,
}

/// What follows from messages that came at about the same time, of all tenants.
#[derive(Debug, Default)]
pub struct HeardBatch {
    /// The channels that are to be known as alive.
    pub heard: Vec<Heard>,
    /// The work that the messages ask for.
    pub tasks: Vec<(TenantId, NewTask)>,
}

impl Store {
    /// Makes the work that messages ask for durable, all of it by one commit.
    pub async fn commit_heard(&self, batch: HeardBatch) -> Result<(), StoreError> {
        let mut sealed = Vec::with_capacity(batch.tasks.len());
        for (tenant, task) in batch.tasks {
            sealed.push(self.seal_task(Some(tenant), task).await?);
        }
        tasks::in_order(&mut sealed);
        let now = self.now();
        if batch.heard.is_empty() {
            return self.commit_tasks(sealed, now).await;
        }
        let mut tx = self.begin().await?;
        mark_alive(&mut tx, &batch.heard, now).await?;
        let has_tasks = !sealed.is_empty();
        tasks::upsert_all(&mut tx, sealed, now).await?;
        tx.commit().await?;
        if has_tasks {
            self.tasks_committed();
        }
        Ok(())
    }

    /// Those of the keys, of any tenant, for which a task of this kind waits that begins at `at` at the latest and is at
    /// least as urgent: it covers what is asked for, since it reads whatever is true when it begins.
    pub async fn keys_with_task_by(
        &self,
        kind: &str,
        keys: &[String],
        (at, lane): (Timestamp, TaskLane),
    ) -> Result<Vec<String>, StoreError> {
        let select = sql("SELECT key FROM tasks WHERE kind = ")
            .push_bind(kind)
            .push(" AND state = 'waiting' AND due_us <= ")
            .push_bind(at)
            .push(" AND lane <= ")
            .push_bind(lane.number())
            .push(" AND key IN ")
            .push_list(keys)
            .keep_prepared();
        let rows = self.db().read(select).await?;
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// A poll found a change of the calendar that no message has told since `since`. Answers how many in a row its live
    /// channel has missed, 0 when there is none or it did tell.
    pub async fn count_missed_push(
        &self,
        tenant: TenantId,
        calendar: CalendarId,
        since: Timestamp,
    ) -> Result<u32, StoreError> {
        let update = sql("UPDATE push_channels SET missed = missed + 1
             WHERE tenant_id = $1 AND calendar_id = $2 AND state = 'live' AND opened_us < $3
                 AND (last_message_us IS NULL OR last_message_us < $3) RETURNING missed")
        .bind(tenant)
        .bind(calendar)
        .bind(since);
        let rows = self.db().write_returning(update).await?;
        rows.first().map_or(Ok(0), |row| row.count("missed"))
    }
}

/// Channels in the order of their ids, which is the one in which rows are locked.
async fn mark_alive(tx: &mut Tx, heard: &[Heard], now: Timestamp) -> Result<(), StoreError> {
    let mut ids: Vec<PushChannelId> = heard.iter().map(|heard| heard.channel).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(());
    }
    let lock = sql("SELECT id FROM push_channels WHERE id IN ")
        .push_list(ids.iter().copied())
        .push(" ORDER BY id")
        .push(tx.locked())
        .keep_prepared();
    tx.read(lock).await?;
    let alive = sql("UPDATE push_channels SET missed = 0, last_message_us = ")
        .push_bind(now)
        .push(" WHERE id IN ")
        .push_list(ids)
        .keep_prepared();
    tx.execute(alive).await?;
    for Heard { channel, resource_id } in heard {
        let Some(resource_id) = resource_id else { continue };
        let learn = sql("UPDATE push_channels SET resource_id = $1 WHERE id = $2 AND resource_id IS NULL")
            .bind(resource_id)
            .bind(*channel);
        tx.execute(learn).await?;
    }
    Ok(())
}
