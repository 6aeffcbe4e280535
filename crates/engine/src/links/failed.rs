//! Lets a link show that its push failed.

use jiff::SignedDuration;
use kalends_core::{sync::push::Refusal, time::EventLinkId};
use kalends_store::{ClaimedTask, Effects, LinkCommit, LinkStatus, StoreError, TimesWrite};

use super::news;
use crate::{
    Engine,
    runner::failure::{Class, Decision, Failure},
};

/// From which wait on people are told that a limit holds the link up.
const LONG_WAIT: SignedDuration = SignedDuration::from_mins(10);

/// Writes what people are told of a push that failed; the task comes back as was decided.
pub(crate) async fn failed(
    engine: &Engine,
    task: &ClaimedTask,
    (failure, decision): (&Failure, Decision),
) -> Result<(), StoreError> {
    let (Some(tenant), Ok(id)) = (task.tenant, task.key.parse::<EventLinkId>()) else {
        return Ok(());
    };
    let Some((status, reason)) = told(engine, failure, decision) else {
        return Ok(());
    };
    let row = match engine.store().event_link(tenant, id).await {
        Err(StoreError::NotFound { .. }) => return Ok(()),
        result => result?,
    };
    let before = &row.standing;
    let status = status.unwrap_or(before.status);
    let reason = reason.map(|reason| reason.code().to_owned());
    let mut save = row.to_save();
    save.standing.status = status;
    save.standing.reason = reason;
    save.standing.last_error = Some(failure.code.to_owned());
    save.standing.owed = true;
    if save.standing == *before {
        return Ok(());
    }
    let mut effects = Effects::none();
    let is_new = status != before.status || save.standing.reason != before.reason;
    let waits_for_its_person = failure.class == Class::Reauth;
    if is_new && !waits_for_its_person && matches!(status, LinkStatus::Failed | LinkStatus::Blocked) {
        let event = engine.store().event(tenant, row.event).await?;
        effects = effects.change(news::sync_failed((&event, &row), failure.code));
    }
    let commit = LinkCommit {
        save,
        planned_for: None,
        times: TimesWrite::default(),
        effects,
    };
    match engine.store().commit_link(tenant, commit).await {
        // Somebody else has the link, and shows how it stands; or it is gone.
        Err(StoreError::Fenced { .. } | StoreError::NotFound { .. }) => Ok(()),
        result => result.map(drop),
    }
}

/// The status, where it becomes another, and the reason; `None` when nobody need know.
fn told(
    engine: &Engine,
    failure: &Failure,
    decision: Decision,
) -> Option<(Option<LinkStatus>, Option<Refusal>)> {
    match (decision, failure.class) {
        (Decision::Dead { .. }, _) => Some((Some(LinkStatus::Failed), None)),
        (Decision::Again { at, .. }, Class::Postponed { .. }) => {
            let is_long = at.duration_since(engine.ambient().now()) >= LONG_WAIT;
            is_long.then_some((Some(LinkStatus::Blocked), Some(Refusal::UsageLimit)))
        }
        (Decision::Again { .. }, _) => Some((None, None)),
        (Decision::Ended, Class::Reauth) => {
            let reason = Refusal::of_code(failure.code).unwrap_or(Refusal::ReauthRequired);
            Some((Some(LinkStatus::Blocked), Some(reason)))
        }
        (Decision::Ended, _) => None,
    }
}
