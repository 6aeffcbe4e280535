//! What follows from a commit: background work and news for the tenant, written in its transaction.

use kalends_core::time::TenantId;

use crate::{
    ConflictWrite, NewChange, NewTask, Store, StoreError, changes, conflicts,
    db::Tx,
    tasks::{self, SealedTask},
};

/// Tasks and changes that are committed together with what causes them, or not at all.
#[derive(Debug, Default)]
pub struct Effects {
    /// Work to be done.
    pub tasks: Vec<NewTask>,
    /// News for the tenant's feed, in this order.
    pub changes: Vec<NewChange>,
    /// Conflicts that are settled by it, each refused as a [`StoreError::Conflict`] when it has changed since it was read.
    pub settled: Vec<ConflictWrite>,
}

/// Effects whose secrets are sealed, so that nothing is left to compute inside the transaction.
pub(crate) struct PreparedEffects {
    tenant: TenantId,
    tasks: Vec<SealedTask>,
    changes: Vec<NewChange>,
    settled: Vec<ConflictWrite>,
}

impl Effects {
    /// No effects.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a task.
    #[must_use]
    pub fn task(mut self, task: NewTask) -> Self {
        self.tasks.push(task);
        self
    }

    /// Adds what others are.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.tasks.extend(others.tasks);
        self.changes.extend(others.changes);
        self.settled.extend(others.settled);
        self
    }

    /// Adds a change.
    #[must_use]
    pub fn change(mut self, change: NewChange) -> Self {
        self.changes.push(change);
        self
    }
}

impl Store {
    /// Commits tasks and changes that belong to no other write.
    pub async fn commit_effects(&self, tenant: TenantId, effects: Effects) -> Result<(), StoreError> {
        let effects = self.prepare(tenant, effects).await?;
        let tx = self.begin().await?;
        self.commit_with(tx, effects).await
    }

    /// Makes the effects ready; to be called before the transaction begins.
    pub(crate) async fn prepare(
        &self,
        tenant: TenantId,
        effects: Effects,
    ) -> Result<PreparedEffects, StoreError> {
        let mut sealed = Vec::with_capacity(effects.tasks.len());
        for task in effects.tasks {
            sealed.push(self.seal_task(Some(tenant), task).await?);
        }
        tasks::in_order(&mut sealed);
        Ok(PreparedEffects {
            tenant,
            tasks: sealed,
            changes: effects.changes,
            settled: effects.settled,
        })
    }

    /// Writes the effects and commits. Changes come last, because their number keeps the tenant's other writers
    /// waiting until the commit.
    pub(crate) async fn commit_with(&self, mut tx: Tx, effects: PreparedEffects) -> Result<(), StoreError> {
        let now = self.now();
        let has_tasks = !effects.tasks.is_empty();
        conflicts::settle(&mut tx, effects.tenant, effects.settled, now).await?;
        tasks::upsert_all(&mut tx, effects.tasks, now).await?;
        changes::append(&mut tx, effects.tenant, &effects.changes, now).await?;
        tx.commit().await?;
        if has_tasks {
            self.tasks_committed();
        }
        Ok(())
    }
}
