//! Who decides: the shared store while it is there, else this process with its share.
//!
//! When the store goes away, each replica goes on with its part of every window, its own earlier calls counted. What the
//! others used of a window before is not known to it, so for the length of that window it makes no more calls than it made
//! in the one before: all together stay within what was granted then. Calls that a person waits for besides have their
//! part of the fifth that was left to them. The same holds for some seconds after the store is back, until every replica
//! has told it what it missed. Only a replica that alone cannot reach the store comes on top of the others.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;

use super::{
    budget::{Budget, Demand, Moment},
    local::{Alone, Local},
    shared::{Decision, Shared},
};
use crate::clock::after;

/// The counts of all budgets.
#[derive(Debug)]
pub(super) struct Windows {
    local: Local,
    shared: Option<Arc<Shared>>,
    replicas: AtomicU32,
}

/// Who counts the calls that budgets limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Each process its own: it was told of no shared store. Budgets are divided by the replicas.
    Apart,
    /// All together, in the shared store.
    Together,
    /// Each its own for now, because the shared store does not answer, or has not been asked yet. Budgets are divided.
    Away,
}

/// A call that counts as under way until this is dropped.
#[derive(Debug)]
pub struct UnderWay {
    windows: Arc<Windows>,
    /// Those that limit how many calls are under way.
    budgets: Vec<Budget>,
    /// The call's name in the shared store.
    name: Option<Arc<str>>,
}

impl Windows {
    pub(super) fn new(shared: Option<Shared>) -> Self {
        Self {
            local: Local::default(),
            shared: shared.map(Arc::new),
            replicas: AtomicU32::new(1),
        }
    }

    /// How many replicas divide the budgets where they cannot count together.
    pub(super) fn set_replicas(&self, replicas: u32) {
        self.replicas.store(replicas.max(1), Ordering::Relaxed);
    }

    /// Who counts now.
    pub(crate) fn counting(&self) -> Counting {
        match &self.shared {
            None => Counting::Apart,
            Some(shared) if shared.was_there() => Counting::Together,
            Some(_) => Counting::Away,
        }
    }

    /// Asks the shared store to count, so that [`Windows::counting`] is true of now.
    pub(crate) async fn look(&self, now: Timestamp) {
        if let Some(shared) = &self.shared
            && let Err(error) = shared.ping().await
        {
            shared.lost(&error, now);
        } else if let Some(shared) = &self.shared {
            shared.is_there(&self.local, now).await;
        }
    }

    /// Charges one call to all budgets, or to none and tells from when it is worth asking again.
    pub(super) async fn take(
        self: &Arc<Self>,
        demands: &[Demand<'_>],
        moment: Moment,
    ) -> Result<UnderWay, Timestamp> {
        let replicas = self.replicas.load(Ordering::Relaxed);
        if let Some(shared) = &self.shared
            && shared.is_there(&self.local, moment.now).await
        {
            let parts = self.local.parts(demands, moment.now)?;
            if let Some(since) = shared.settling_since(moment.now) {
                let since = Some(since);
                self.local.check(demands, moment, Alone { replicas, since })?;
            }
            match shared.take(demands, &parts, moment).await {
                Ok(Decision::Granted(granted)) => {
                    self.local.mirror(demands, moment.now, replicas);
                    return Ok(self.under_way(demands, Some(granted.name)));
                }
                Ok(Decision::Wait(wait)) => return Err(after(moment.now, wait)),
                Err(error) => shared.lost(&error, moment.now),
            }
        }
        let since = self.shared.as_ref().and_then(|shared| shared.lost_at());
        let alone = Alone { replicas, since };
        self.local.take(demands, moment, alone, self.shared.is_none())?;
        Ok(self.under_way(demands, None))
    }

    /// Lets nothing of this budget pass for a while.
    pub(super) async fn close(&self, budget: &Budget, wait: Duration, now: Timestamp) {
        self.local.close(budget, after(now, wait), now);
        if let Some(shared) = &self.shared
            && shared.is_there(&self.local, now).await
            && let Err(error) = shared.close(budget, wait, now).await
        {
            shared.lost(&error, now);
        }
    }

    /// Learns that the service refused a call of this budget for being one too many.
    pub(super) fn refused(&self, budget: &Budget, now: Timestamp) {
        self.local.refused(budget, now);
    }

    /// Learns that the service took a call.
    pub(super) fn served(&self, demands: &[Demand<'_>]) {
        self.local.served(demands);
    }

    fn under_way(self: &Arc<Self>, demands: &[Demand<'_>], name: Option<Arc<str>>) -> UnderWay {
        let limited = demands.iter().filter(|demand| demand.at_once.is_some());
        UnderWay {
            windows: Arc::clone(self),
            budgets: limited.map(|demand| demand.budget.clone()).collect(),
            name,
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if self.budgets.is_empty() {
            return;
        }
        self.windows.local.end(self.budgets.iter());
        let (Some(shared), Some(name)) = (&self.windows.shared, self.name.take()) else {
            return;
        };
        // Where it is not told, the call's place is free again when its time is over.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (shared, budgets) = (Arc::clone(shared), std::mem::take(&mut self.budgets));
            runtime.spawn(async move { shared.end(&budgets, &name).await });
        }
    }
}
