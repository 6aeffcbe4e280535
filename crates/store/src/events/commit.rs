//! The one write of an event: its row, what it is found by, its links, and what follows.

use jiff::Timestamp;
use kalends_core::{
    event::{Event, EventKey},
    time::{EventId, TenantId},
};

use super::{EventCommit, EventRow, EventWrite, form};
use crate::{
    Claiming, Effects, Store, StoreError,
    claims::{self, Taken},
    db::{Tx, Value, Word as _, sql},
    event_edits, event_links, holds,
};

impl Store {
    /// Writes an event with its links, tasks and news; answers the event as it is now.
    ///
    /// [`StoreError::Conflict`] when the key is taken or the event has changed since it was read, [`StoreError::Fenced`] when the
    /// saved link has, or when the hold or claims have run out, [`StoreError::NotFree`] when time is demanded that is not free; nothing is
    /// written then.
    pub async fn commit_event(&self, tenant: TenantId, commit: EventCommit) -> Result<EventRow, StoreError> {
        // On the heap: it is as large as all of its statements, and part of whoever waits for it.
        Box::pin(self.commit_all(tenant, commit)).await
    }

    async fn commit_all(&self, tenant: TenantId, commit: EventCommit) -> Result<EventRow, StoreError> {
        let id = commit.write.id();
        self.commit_events(tenant, vec![commit]).await?;
        self.event(tenant, id).await
    }

    /// Writes several events in this order, all or none, as [`Store::commit_event`] does one.
    pub async fn commit_events(
        &self,
        tenant: TenantId,
        mut commits: Vec<EventCommit>,
    ) -> Result<(), StoreError> {
        let mut effects = Effects::none();
        for commit in &mut commits {
            effects = effects.and(std::mem::take(&mut commit.effects));
        }
        let effects = self.prepare(tenant, effects).await?;
        let now = self.now();
        let mut tx = self.begin().await?;
        for commit in commits {
            // Boxed: a commit is large, and everybody who waits for this would be as large.
            Box::pin(apply(&mut tx, tenant, commit, now)).await?;
        }
        self.commit_with(tx, effects).await
    }
}

/// Writes an event and its links.
async fn apply(tx: &mut Tx, tenant: TenantId, commit: EventCommit, now: Timestamp) -> Result<(), StoreError> {
    let id = commit.write.id();
    let moved = commit.edit.as_ref().is_some_and(event_edits::moves);
    let taken = take(tx, tenant, (&commit.write, commit.claiming), now).await?;
    write(tx, tenant, (commit.write, moved), now).await?;
    if let Some(taken) = taken {
        taken.write(tx).await?;
    }
    if let Some(hold) = commit.hold {
        holds::write(tx, (tenant, id), hold, now).await?;
    }
    for link in commit.new_links {
        event_links::insert(tx, (tenant, id), link, now).await?;
    }
    event_links::owe(tx, (tenant, id), &commit.shown, &commit.removed, now).await?;
    if let Some(save) = commit.saved {
        event_links::save(tx, tenant, save, now).await?;
    }
    if let Some(edit) = commit.edit {
        event_edits::write(tx, (tenant, id), edit, now).await?;
    }
    Ok(())
}

/// Writes the event; `moved` says that a person moved it on their calendar, and that this stays.
async fn write(
    tx: &mut Tx,
    tenant: TenantId,
    (write, moved): (EventWrite, bool),
    now: Timestamp,
) -> Result<(), StoreError> {
    match write {
        EventWrite::Insert { id, key, event } => {
            let insert = sql(
                "INSERT INTO events (id, tenant_id, key, version, status, content, start_us, end_us, desired_us,
                     created_us, updated_us)
                 VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
            )
            .bind(id)
            .bind(tenant)
            .bind(key.as_ref().map(EventKey::as_str))
            .bind(event.status.word())
            .bind(form::to_text(&event)?)
            .bind(event.reach().start_us)
            .bind(event.reach().end_us.unwrap_or(i64::MAX))
            .bind(now)
            .bind(now)
            .bind(now);
            if tx.execute(insert).await? == 0 {
                return Err(StoreError::Conflict { what: "event" });
            }
            index(tx, tenant, id, &event).await
        }
        EventWrite::Update {
            id,
            version,
            key,
            event,
            desired_at,
        } => {
            let update = sql(
                "UPDATE events SET key = $1, version = version + 1, status = $2, content = $3, start_us = $4,
                     end_us = $5, desired_us = $6, updated_us = $7,
                     moved_by_person = CASE WHEN $11 THEN TRUE
                         WHEN start_us = $4 AND end_us = $5 THEN moved_by_person ELSE FALSE END
                 WHERE tenant_id = $8 AND id = $9 AND version = $10",
            )
            .bind(key.as_ref().map(EventKey::as_str))
            .bind(event.status.word())
            .bind(form::to_text(&event)?)
            .bind(event.reach().start_us)
            .bind(event.reach().end_us.unwrap_or(i64::MAX))
            .bind(desired_at)
            .bind(now)
            .bind(tenant)
            .bind(id)
            .bind(version)
            .bind(moved);
            if tx.execute(update).await? == 0 {
                return Err(StoreError::Conflict { what: "event" });
            }
            for delete in [
                "DELETE FROM event_people WHERE tenant_id = $1 AND event_id = $2",
                "DELETE FROM event_metadata WHERE tenant_id = $1 AND event_id = $2",
            ] {
                tx.execute(sql(delete).bind(tenant).bind(id)).await?;
            }
            index(tx, tenant, id, &event).await
        }
        EventWrite::Keep { id, version } => lock(tx, tenant, (id, version)).await,
    }
}

/// The claims that the event is to have; `None` when nothing is said of the event or its claims.
async fn take(
    tx: &mut Tx,
    tenant: TenantId,
    (write, claiming): (&EventWrite, Claiming),
    now: Timestamp,
) -> Result<Option<Taken>, StoreError> {
    let taken = match write {
        EventWrite::Insert { id, event, .. } => {
            claims::take(tx, (tenant, *id, true), event, (claiming, now)).await?
        }
        EventWrite::Update { id, event, .. } => {
            claims::take(tx, (tenant, *id, false), event, (claiming, now)).await?
        }
        EventWrite::Keep { .. } if matches!(claiming, Claiming::Kept) => return Ok(None),
        EventWrite::Keep { id, version } => {
            let select = sql("SELECT version, content FROM events WHERE tenant_id = $1 AND id = $2");
            let row = tx.read_first(select.bind(tenant).bind(*id)).await?;
            let row = row.ok_or(StoreError::NotFound { what: "event" })?;
            if row.get::<i64>("version")? != *version {
                return Err(StoreError::Conflict { what: "event" });
            }
            let event = super::content(&row)?;
            claims::take(tx, (tenant, *id, false), &event, (claiming, now)).await?
        }
    };
    Ok(Some(taken))
}

/// Keeps an event as it was read until the transaction ends.
pub(crate) async fn lock(
    tx: &mut Tx,
    tenant: TenantId,
    (id, version): (EventId, i64),
) -> Result<(), StoreError> {
    let lock = sql("SELECT version FROM events WHERE tenant_id = $1 AND id = $2")
        .bind(tenant)
        .bind(id);
    let row = tx.read_first(lock.push(tx.locked())).await?;
    let row = row.ok_or(StoreError::NotFound { what: "event" })?;
    if row.get::<i64>("version")? != version {
        return Err(StoreError::Conflict { what: "event" });
    }
    Ok(())
}

/// What the event is found by.
async fn index(tx: &mut Tx, tenant: TenantId, id: EventId, event: &Event) -> Result<(), StoreError> {
    let people = event
        .people
        .iter()
        .map(|person| [Value::from(id), tenant.into(), (&person.user).into()]);
    if !event.people.is_empty() {
        tx.execute(sql("INSERT INTO event_people (event_id, tenant_id, user_id) ").push_rows(people))
            .await?;
    }
    let metadata = event
        .metadata
        .iter()
        .map(|(name, value)| [Value::from(id), tenant.into(), name.into(), value.into()]);
    if !event.metadata.is_empty() {
        let insert = sql("INSERT INTO event_metadata (event_id, tenant_id, name, value) ");
        tx.execute(insert.push_rows(metadata)).await?;
    }
    Ok(())
}
