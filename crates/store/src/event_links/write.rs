//! Writing links.

use jiff::Timestamp;
use kalends_core::{
    sync::push::Provided,
    time::{EventId, EventLinkId, TenantId},
};

use super::{LinkAim, LinkCommit, LinkRow, LinkSave, LinkStanding, form, times};
use crate::{
    NewLink, Store, StoreError,
    db::{Tx, Word as _, sql},
};

impl Store {
    /// Saves a link with what follows; answers it as it is now. [`StoreError::Fenced`] when its row has been written since it
    /// was read: nothing is written then.
    pub async fn commit_link(&self, tenant: TenantId, commit: LinkCommit) -> Result<LinkRow, StoreError> {
        let effects = self.prepare(tenant, commit.effects).await?;
        let now = self.now();
        let id = commit.save.id;
        let mut tx = self.begin().await?;
        save(&mut tx, tenant, commit.save, now).await?;
        times::write(&mut tx, (tenant, id), commit.times, now).await?;
        if let Some(version) = commit.planned_for {
            let stays_owed = sql(
                "UPDATE event_links SET owed = TRUE, status = 'pending' WHERE tenant_id = $1 AND id = $2 AND EXISTS
                     (SELECT 1 FROM events e WHERE e.id = event_links.event_id AND e.version <> $3)",
            )
            .bind(tenant)
            .bind(id)
            .bind(version);
            tx.execute(stays_owed).await?;
        }
        self.commit_with(tx, effects).await?;
        self.event_link(tenant, id).await
    }
}

/// Makes a link that has sent nothing.
pub(crate) async fn insert(
    tx: &mut Tx,
    (tenant, event): (TenantId, EventId),
    link: NewLink,
    now: Timestamp,
) -> Result<(), StoreError> {
    let insert = sql(
        "INSERT INTO event_links (id, tenant_id, event_id, user_id, calendar_id, place, generation, deleting, held,
             meeting_link, meeting, answers, removing, off, sightings, looked, owed, status, revision, created_us,
             updated_us)
         VALUES ($1, $2, $3, $4, $5, $6, 0, FALSE, '', 'possible', 'absent', '{}', FALSE, FALSE, 0, 0, TRUE, 'pending', 1,
             $7, $8)",
    )
    .bind(link.id)
    .bind(tenant)
    .bind(event)
    .bind(&link.user)
    .bind(link.calendar)
    .bind(&link.place)
    .bind(now)
    .bind(now);
    tx.execute(insert).await?;
    Ok(())
}

/// Makes links of an event owed: those that are to show it, and those whose event is to go.
pub(crate) async fn owe(
    tx: &mut Tx,
    (tenant, event): (TenantId, EventId),
    shown: &[EventLinkId],
    removed: &[EventLinkId],
    now: Timestamp,
) -> Result<(), StoreError> {
    for (links, removing) in [(shown, false), (removed, true)] {
        if links.is_empty() {
            continue;
        }
        let update = sql("UPDATE event_links SET owed = ")
            .push_bind(true)
            .push(", status = 'pending', reason = NULL, last_error = NULL, revision = revision + 1, removing = ")
            .push_bind(removing)
            .push(", updated_us = ")
            .push_bind(now)
            .push(" WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND event_id = ")
            .push_bind(event)
            .push(" AND id IN ")
            .push_list(links.iter().copied());
        tx.execute(update).await?;
    }
    Ok(())
}

/// Writes what a link became; fenced when its row has been written since it was read.
pub(crate) async fn save(
    tx: &mut Tx,
    tenant: TenantId,
    link: LinkSave,
    now: Timestamp,
) -> Result<(), StoreError> {
    let standing = &link.standing;
    let LinkStanding { state, made, .. } = standing;
    let provided = state.provided.as_ref();
    let synced = state.synced.as_ref();
    let text = |content: Option<&_>| content.map(form::content_text).transpose();
    let (meeting, meeting_url) = form::meeting_columns(&made.meeting);
    let update = sql(
        "UPDATE event_links SET generation = $1, provider_id = $2, etag = $3, provider_updated_us = $4, sent = $5,
             shown = $6, unanswered = $7, deleting = $8, held = $9, meeting_link = $10, page = $11, meeting = $12,
             meeting_url = $13, answers = $14, removing = $15, off = $16, looked = $17,
             stray = CASE WHEN stray = $18 THEN NULL ELSE stray END, owed = ($19 OR sightings > $28),
             status = $20, reason = $21, last_error = $22, synced_us = $23, updated_us = $24,
             sighted_times = CASE WHEN sighted_times = $29 THEN '' ELSE sighted_times END, revision = revision + 1
         WHERE tenant_id = $25 AND id = $26 AND revision = $27",
    )
    .bind(state.key.generation)
    .bind(provided.map(|provided| provided.id.as_str()))
    .bind(provided.map(|provided| provided.etag.as_str()))
    .bind(provided.and_then(|provided: &Provided| provided.updated))
    .bind(text(synced.map(|synced| &synced.sent))?)
    .bind(text(synced.map(|synced| &synced.shown))?)
    .bind(form::contents_text(&state.unanswered.writes)?)
    .bind(state.unanswered.delete)
    .bind(form::fields_text(&state.held))
    .bind(state.meeting_link.word())
    .bind(made.page.as_deref())
    .bind(meeting)
    .bind(meeting_url)
    .bind(form::answers_text(&made.answers))
    .bind(standing.aim != LinkAim::Shown)
    .bind(standing.aim == LinkAim::Off)
    .bind(standing.looked)
    .bind(link.deleted_stray.as_deref())
    .bind(standing.owed)
    .bind(standing.status.word())
    .bind(standing.reason.as_deref())
    .bind(standing.last_error.as_deref())
    .bind(standing.synced_at)
    .bind(now)
    .bind(tenant)
    .bind(link.id)
    .bind(link.revision)
    .bind(standing.looked)
    .bind((!link.seen_times.is_empty()).then(|| form::sighted_text(&link.seen_times)));
    match tx.execute(update).await? {
        0 => Err(StoreError::Fenced { what: "link" }),
        _ => Ok(()),
    }
}
