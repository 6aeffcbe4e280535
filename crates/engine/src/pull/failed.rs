//! Lets a calendar and its connection show that a pass failed.

use jiff::Timestamp;
use kalends_store::{Calendar, Effects, Pass, PassFailure, StoreError};

use crate::{
    Engine, changes, connections,
    runner::{
        failure::{Class, Failure},
        task,
    },
};

/// Failures in a row from which a connection is shown as troubled.
const TROUBLED: u32 = 3;

/// Closes the failed pass, and lets follow what must: another listing when the calendar is not found, a troubled
/// connection when the trouble lasts, the person's help when credentials stay refused. `retry_at` is `None` when the
/// task is not tried again by itself.
pub(crate) async fn failed(
    engine: &Engine,
    failure: &Failure,
    retry_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let Some(pass) = failure.pass.as_deref() else {
        return Ok(());
    };
    let calendar = match engine.store().calendar(pass.tenant, pass.calendar).await {
        // Deleted with its user meanwhile.
        Err(StoreError::NotFound { .. }) => return Ok(()),
        result => result?,
    };
    match close(engine, pass, &calendar, failure, retry_at).await {
        // A newer pass shows its own end, and a deselected calendar shows none.
        Err(StoreError::Fenced { .. }) => return Ok(()),
        result => result?,
    }
    engine.runs().notify_waiters();
    let (tenant, connection) = (pass.tenant, pass.connection);
    match failure.class {
        Class::Transient if calendar.sync.retry_count + 1 >= TROUBLED && !failure.is_of_our_database() => {
            connections::degrade(engine, tenant, connection, failure.code).await
        }
        Class::Rejected if failure.code == "reauth_required" && retry_at.is_none() => {
            connections::require_reauth(engine, tenant, connection, "credentials_refused").await
        }
        _ => Ok(()),
    }
}

async fn close(
    engine: &Engine,
    pass: &Pass,
    calendar: &Calendar,
    failure: &Failure,
    retry_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let mut effects = Effects::none();
    let postponed = matches!(failure.class, Class::Postponed { .. }) && failure.suspected.is_none();
    if calendar.sync.last_error.is_none() && !postponed {
        let news =
            changes::calendar_sync_failed(&calendar.user, calendar.connection, calendar.id, failure.code);
        effects = effects.change(news);
    }
    if failure.code == "calendar_not_found" {
        effects = effects.task(task::discover(calendar.connection, engine.ambient().now()));
    }
    let failure = PassFailure {
        error: failure.code.to_owned(),
        retry_at,
        requests: 1,
        suspected: failure.suspected,
        effects,
    };
    engine.store().fail_pass(pass, failure).await
}
