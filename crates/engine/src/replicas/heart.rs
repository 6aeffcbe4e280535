//! A process's sign of life, and the count of those who give one.

use std::time::Duration;

use kalends_store::{Beat, StoreError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::Role;
use crate::Engine;

/// From one beat to the next.
const BEAT: Duration = Duration::from_secs(5);
/// How long a process counts that no longer beats.
const ALIVE: Duration = Duration::from_secs(15);

/// Beats for one process and tells how many replicas there are.
#[derive(Debug)]
pub struct Heart {
    engine: Engine,
    role: Role,
    live: watch::Sender<u32>,
}

impl Heart {
    /// A heart that does not beat yet; until it does there is one replica.
    pub fn new(engine: Engine, role: Role) -> Self {
        Self {
            engine,
            role,
            live: watch::Sender::new(1),
        }
    }

    /// How many replicas there are, as of the last beat.
    pub fn live(&self) -> watch::Receiver<u32> {
        self.live.subscribe()
    }

    /// Beats once, and answers how many replicas there are.
    pub async fn beat(&self) -> Result<u32, StoreError> {
        let beat = Beat {
            id: self.engine.owner(),
            role: self.role.as_str(),
            alive_for: ALIVE,
        };
        let live = self.engine.store().beat(beat).await?.max(1);
        self.live.send_if_modified(|known| {
            let differs = *known != live;
            if differs {
                tracing::info!(replicas = live, "the number of replicas has changed");
                *known = live;
            }
            differs
        });
        Ok(live)
    }

    /// Beats until told to stop, and then says that this process ends. While the database is away the last count holds.
    pub async fn run(self, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(BEAT)).await.is_some() {
            if let Err(error) = self.beat().await {
                tracing::warn!(%error, "this replica could not say that it lives");
            }
        }
        if let Err(error) = self.engine.store().leave(self.engine.owner()).await {
            tracing::warn!(%error, "this replica could not say that it ends; it counts a while longer");
        }
    }
}
