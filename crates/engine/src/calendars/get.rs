//! Reads a calendar.

use kalends_core::{
    provider::ProviderKind,
    time::{CalendarId, TenantId},
};

use super::{Calendar, CalendarError, Progress, SyncState, SyncStatus, missing};
use kalends_store::PushChannel;

use crate::{
    Engine,
    channels::{StatusOf, status},
};

/// The calendar of that id.
pub async fn get(engine: &Engine, tenant: TenantId, id: CalendarId) -> Result<Calendar, CalendarError> {
    let row = engine.store().calendar(tenant, id).await.map_err(missing)?;
    let connection = engine.store().connection(tenant, row.connection).await?;
    let channels = engine.store().push_channels_of_calendars(tenant, &[id]).await?;
    Ok(view(engine, row, connection.provider, &channels))
}

/// A calendar as people see it. Others' channels may be among the channels.
pub(super) fn view(
    engine: &Engine,
    row: kalends_store::Calendar,
    provider: ProviderKind,
    channels: &[PushChannel],
) -> Calendar {
    let own: Vec<&PushChannel> = channels
        .iter()
        .filter(|channel| channel.subject.calendar == Some(row.id))
        .collect();
    let of = StatusOf {
        provider,
        watched: row.selected && row.lost_at.is_none(),
    };
    let push = status(engine, of, &own);
    let sync = row.sync;
    Calendar {
        id: row.id,
        connection: row.connection,
        user: row.user,
        provider,
        name: row.name,
        time_zone: row.zone,
        color: row.color,
        access_role: row.access_role,
        primary: row.primary,
        free_busy_only: row.capabilities.free_busy_only,
        can_write: row.capabilities.can_write,
        can_create_meet: row.capabilities.can_create_meet,
        selected: row.selected,
        write_target: row.write_target,
        lost_at: row.lost_at,
        push,
        sync: SyncState {
            status: match sync.status {
                kalends_store::SyncStatus::Idle => SyncStatus::Idle,
                kalends_store::SyncStatus::Syncing => SyncStatus::Syncing,
                kalends_store::SyncStatus::Error => SyncStatus::Error,
            },
            last_synced_at: sync.last_synced_at,
            last_error: sync.last_error,
            retry_count: sync.retry_count,
            next_retry_at: sync.next_retry_at,
            covered: sync.covered,
            overdue_since: sync.overdue_since,
            quarantined: sync.quarantined,
            audited_at: sync.audited_at,
            drift: sync.drift,
            progress: sync.progress.map(|progress| Progress {
                pages: progress.pages.into(),
                items: progress.items.into(),
                started_at: Some(progress.started_at),
            }),
        },
    }
}
