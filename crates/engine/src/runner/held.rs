//! The claims of this process, which one heartbeat keeps: from the claim until the task's end is durable.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use kalends_core::time::TaskId;
use kalends_store::Lease;
use tokio_util::sync::CancellationToken;

use crate::Engine;

/// How long a claim lasts unless it is extended.
pub(super) const LEASE: Duration = Duration::from_secs(30);
/// How often all of them are extended.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// The claims, each with a token that is cancelled when another worker has the task.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    claims: Arc<Mutex<HashMap<TaskId, (Lease, CancellationToken)>>>,
}

impl Held {
    /// A task was claimed.
    pub(super) fn add(&self, lease: Lease) {
        self.with(|claims| claims.insert(lease.task, (lease, CancellationToken::new())));
    }

    /// The token of a claim; that of a claim which this process no longer has is cancelled.
    pub(super) fn lost(&self, lease: Lease) -> CancellationToken {
        let held = self.with(|claims| {
            claims
                .get(&lease.task)
                .filter(|(held, _)| *held == lease)
                .cloned()
        });
        held.map_or_else(
            || {
                let lost = CancellationToken::new();
                lost.cancel();
                lost
            },
            |(_, lost)| lost,
        )
    }

    /// The task's end is durable, or the claim is left to run out.
    pub(super) fn remove(&self, lease: Lease) {
        self.with(|claims| {
            if claims.get(&lease.task).is_some_and(|(held, _)| *held == lease) {
                claims.remove(&lease.task);
            }
        });
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.with(|claims| claims.len())
    }

    fn leases(&self) -> Vec<Lease> {
        self.with(|claims| claims.values().map(|(lease, _)| *lease).collect())
    }

    fn with<T>(&self, what: impl FnOnce(&mut HashMap<TaskId, (Lease, CancellationToken)>) -> T) -> T {
        what(&mut self.claims.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Extends all claims until dropped, and stops the work on those that are lost. A database that is away for a moment is
/// no reason to stop.
pub(super) async fn keep(engine: &Engine, held: &Held) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        let leases = held.leases();
        if leases.is_empty() {
            continue;
        }
        match engine.store().extend_tasks(&leases, LEASE).await {
            Ok(lost) => {
                for lease in lost {
                    held.lost(lease).cancel();
                }
            }
            Err(error) => tracing::warn!(%error, "the claims of tasks were not extended"),
        }
    }
}
