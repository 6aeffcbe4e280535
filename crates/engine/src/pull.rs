//! Provider to store: one pass over one calendar at a time.
//!
//! ```text
//! cursor?  none -> full pass: read everything, page by page; the last page sweeps what was not seen
//!          some -> delta pass: read what changed, plan it against what is stored, write it at once
//!                  refused, too much, or answered with everything -> forget the cursor, full pass
//! ```
//!
//! Two rules keep the busy index true under crashes. A full pass that failed has no cursor to return to, so it runs
//! again from its beginning, and its end writes every month. A delta pass writes nothing before its end, which writes
//! rows, months and cursor in one transaction; so what is stored is always what was compiled.
//!
//! [`recompile`] compiles stored events anew without asking anybody: after a change of rules or zone, and to move the
//! covered window on.

mod compile;
mod delta;
mod failed;
mod full;
mod mass_deletion;
mod ours;
mod pass;
mod quarantine;
mod recompile;
pub(crate) mod request;
mod schedule;
pub(crate) mod subject;

use kalends_providers::provider::{ChangePage, Cursor, Listing, ProviderError, PullFrom};
use kalends_store::{ClaimedTask, PassKind};

pub(crate) use self::{compile::around, failed::failed, recompile::recompile};
use self::{
    delta::DeltaEnd,
    pass::Running,
    subject::{Subject, window},
};
use crate::{Engine, connections::Trigger, runner::failure::Failure};

/// Task: one pass over a calendar, as it is owed now; a calendar that is not to be pulled is left alone.
pub(crate) async fn pull(engine: &Engine, task: &ClaimedTask) -> Result<(), Failure> {
    let Some(subject) = Subject::load(engine, task).await? else {
        return Ok(());
    };
    if !subject.account.may_read {
        return without_consent(engine, task, &subject).await;
    }
    let ended = match subject.calendar.sync.cursor.clone() {
        None => full_pass(engine, task, &subject, None).await,
        Some(cursor) => since(engine, task, &subject, Cursor(cursor)).await,
    };
    engine.runs().notify_waiters();
    ended?;
    subject.account.recovered(engine).await?;
    Ok(())
}

/// Shows that the calendar cannot be asked until its person allows it: once, and to everybody who waits for a pass.
/// What is stored of it grows old.
async fn without_consent(engine: &Engine, task: &ClaimedTask, subject: &Subject) -> Result<(), Failure> {
    const CODE: &str = ProviderError::MissingScope.code();
    let is_shown = subject.calendar.sync.last_error.as_deref() == Some(CODE);
    if is_shown && subject.trigger == Trigger::Poll {
        return Ok(());
    }
    let failure = Failure::of_provider(ProviderError::MissingScope, subject.loaded_at);
    match Running::begin(engine, task, subject, PassKind::Delta).await? {
        Some(running) => Err(running.failed(failure)),
        None => Ok(()),
    }
}

/// Asks what changed since the cursor; the answer says which kind of pass it is.
async fn since(
    engine: &Engine,
    task: &ClaimedTask,
    subject: &Subject,
    cursor: Cursor,
) -> Result<(), Failure> {
    let not_before = window(&subject.settings, subject.loaded_at, None)?.start();
    let from = PullFrom::Cursor { cursor, not_before };
    let first = match subject.page(from).await {
        Ok(page) if page.listing == Listing::Delta => return delta_pass(engine, task, subject, page).await,
        Ok(page) => Some(page),
        Err(ProviderError::CursorInvalid) => None,
        Err(error) => {
            let failure = subject.account.failure(engine, error).await;
            return match Running::begin(engine, task, subject, PassKind::Delta).await? {
                Some(running) => Err(running.failed(failure)),
                None => Ok(()),
            };
        }
    };
    read_anew(engine, task, subject, first).await
}

async fn delta_pass(
    engine: &Engine,
    task: &ClaimedTask,
    subject: &Subject,
    first: ChangePage,
) -> Result<(), Failure> {
    let Some(running) = Running::begin(engine, task, subject, PassKind::Delta).await? else {
        return Ok(());
    };
    match delta::delta(&running, first)
        .await
        .map_err(|failure| running.failed(failure))?
    {
        DeltaEnd::Stored => Ok(()),
        DeltaEnd::Unusable => read_anew(engine, task, subject, None).await,
    }
}

/// Gives up the cursor, so that nothing but a full pass that ends well can follow, and begins one.
async fn read_anew(
    engine: &Engine,
    task: &ClaimedTask,
    subject: &Subject,
    first: Option<ChangePage>,
) -> Result<(), Failure> {
    engine
        .store()
        .forget_cursor(subject.calendar.tenant, subject.calendar.id)
        .await?;
    full_pass(engine, task, subject, first).await
}

async fn full_pass(
    engine: &Engine,
    task: &ClaimedTask,
    subject: &Subject,
    first: Option<ChangePage>,
) -> Result<(), Failure> {
    let Some(running) = Running::begin(engine, task, subject, PassKind::Full).await? else {
        return Ok(());
    };
    full::full(&running, first)
        .await
        .map_err(|failure| running.failed(failure))
}
