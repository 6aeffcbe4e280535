//! Task: compiles a calendar's stored events anew, without asking its provider.

use jiff::{SignedDuration, Timestamp};
use kalends_core::{busy::Month, sync::coverage, time::Interval};
use kalends_store::{Calendar, ClaimedTask, Effects, MonthsCommit, MonthsWrite, StoreError};

use super::{
    compile::{Overlay, compile},
    subject::{calendar, days, in_force, with_roll},
};
use crate::{
    Engine,
    connections::Trigger,
    runner::{
        failure::{Class, Failure},
        task,
    },
    settings::InForce,
};

/// Compiles every month of the covered window by the rules that are in force now, after moving the window on, or out
/// to what the task wants. A calendar that was never read is left alone: its first pass does all this.
pub(crate) async fn recompile(engine: &Engine, task: &ClaimedTask) -> Result<(), Failure> {
    let Some(mut calendar) = calendar(engine, task).await? else {
        return Ok(());
    };
    let Some(covered) = calendar.sync.covered else {
        return Ok(());
    };
    let settings = in_force(engine, &calendar).await?;
    let now = engine.ambient().now();
    if reaches_further_back(&settings, covered, now) {
        // Its provider may be away for long; what is stored moves on meanwhile.
        calendar = read_anew(engine, &calendar, now).await?;
    }
    let until = task
        .payload
        .get("until")
        .and_then(|until| until.as_str()?.parse().ok());
    let window = coverage::rolled(covered, now, days(&settings), until).unwrap_or(covered);
    let months: Vec<Month> = Month::touched_by(window).collect();
    let rules = settings.read.busy;
    let (compiled, _) = compile(engine, (&calendar, rules), (window, &months), Overlay::default()).await?;
    let commit = MonthsCommit {
        pass: calendar.sync.pass,
        covered: with_roll(&settings, window),
        months: MonthsWrite::All(compiled),
        effects: Effects::none().task(task::conflicts(calendar.tenant, &calendar.user, now)),
    };
    match engine
        .store()
        .commit_months(calendar.tenant, calendar.id, commit)
        .await
    {
        // A pass is under way, perhaps by the old rules.
        Err(error @ StoreError::Fenced { .. }) => {
            Err(Failure::new(Class::Transient, "pass_under_way", error))
        }
        result => Ok(result?),
    }
}

/// Whether the window begins earlier than what was ever asked of the provider, by a day or more.
fn reaches_further_back(settings: &InForce, covered: Interval, now: Timestamp) -> bool {
    const DAY: SignedDuration = SignedDuration::from_hours(24);
    let wanted = coverage::window(now, days(settings), None);
    wanted.is_some_and(|wanted| covered.start().duration_since(wanted.start()) >= DAY)
}

/// Gives up the cursor and asks for a full pass; answers with the calendar as it then is.
async fn read_anew(engine: &Engine, calendar: &Calendar, now: Timestamp) -> Result<Calendar, Failure> {
    let (store, tenant, id) = (engine.store(), calendar.tenant, calendar.id);
    store.forget_cursor(tenant, id).await?;
    let pull = task::pull(calendar.connection, id, Trigger::Selected, now);
    store.enqueue(tenant, vec![pull]).await?;
    Ok(store.calendar(tenant, id).await?)
}
