//! Whether a calendar may be asked, by our own rows alone.

use kalends_core::{
    sync::push::{Refusal, Step},
    two_way::Direction,
};
use kalends_store::{ClaimedTask, ConnectionState, StoreError};

use super::subject::Subject;
use crate::{
    Engine,
    connections::{self, LiveAccount},
    runner::failure::Failure,
};

/// The account behind a link's calendar, or why it is not to be asked.
pub(super) async fn account(
    engine: &Engine,
    task: &ClaimedTask,
    subject: &Subject,
) -> Result<Result<LiveAccount, Refusal>, Failure> {
    let calendar = &subject.calendar;
    let connection = match engine
        .store()
        .connection(calendar.tenant, calendar.connection)
        .await
    {
        Err(StoreError::NotFound { .. }) => return Ok(Err(Refusal::NotConnected)),
        result => result?,
    };
    let refusal = match connection.state {
        ConnectionState::Disconnected => Some(Refusal::NotConnected),
        ConnectionState::ReauthRequired => Some(Refusal::ReauthRequired),
        ConnectionState::Active | ConnectionState::Degraded => None,
    };
    let refusal = refusal
        .or(calendar.lost_at.is_some().then_some(Refusal::CalendarLost))
        .or((!subject.settings.sync.sync_enabled).then_some(Refusal::SyncDisabled));
    if let Some(refusal) = refusal {
        return Ok(Err(refusal));
    }
    let account = LiveAccount::of(engine, connection, task.lane).await?;
    Ok(account.ok_or(Refusal::NotConnected))
}

/// Why nothing may be written, if so.
pub(super) fn writing(engine: &Engine, subject: &Subject, account: &LiveAccount) -> Option<Refusal> {
    let settings = &subject.settings;
    if settings.sync.direction == Direction::FromProvider {
        Some(Refusal::FromProviderOnly)
    } else if !settings.write.enabled {
        Some(Refusal::WritingDisabled)
    } else if !connections::may_write(engine, &account.connection) {
        Some(Refusal::NeedsConsent)
    } else if !subject.calendar.capabilities.can_write {
        Some(Refusal::ReadOnly)
    } else {
        None
    }
}

/// Whether a step changes something at the provider.
pub(super) const fn writes(step: &Step) -> bool {
    matches!(
        step,
        Step::Create { .. } | Step::Patch { .. } | Step::Delete { .. }
    )
}
