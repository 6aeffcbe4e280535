//! A connected calendar, and the task that pulls it.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use kalends_bench::kalends::{Connected, EMAIL, Kalends, ambient};
use kalends_core::time::{UserId, Zone};
use kalends_engine::{
    connections::{self, Wait},
    runner::Runner,
};
use kalends_store::{SyncOutcome, SyncRun, SyncRunFilter, UserProfile};

use crate::remote::Remote;

pub(crate) struct Side {
    kalends: Kalends,
    runner: Runner,
    connected: Connected,
}

impl Side {
    /// A product with one calendar that has not been read yet.
    pub(crate) async fn on(database: &str, remote: &Remote) -> anyhow::Result<Self> {
        let kalends = Kalends::on(database, remote.url(), ambient()?).await?;
        let user = UserId::new("teacher")?;
        let profile = UserProfile {
            display_name: None,
            zone: Zone::UTC,
        };
        kalends.store.put_user(kalends.tenant, &user, &profile).await?;
        let connected = kalends.connect(&user, (EMAIL, "token"), &Zone::UTC).await?;
        Ok(Self {
            runner: Runner::new(kalends.engine.clone()),
            kalends,
            connected,
        })
    }

    /// Asks for a sync and runs its task to the end; answers how long that took, and the run.
    pub(crate) async fn sync(&self) -> anyhow::Result<(Duration, SyncRun)> {
        let Kalends { engine, tenant, .. } = &self.kalends;
        let began = Instant::now();
        connections::sync(engine, *tenant, self.connected.connection, Wait::No).await?;
        self.runner.drain().await?;
        let took = began.elapsed();
        let filter = SyncRunFilter {
            connection: self.connected.connection,
            calendar: Some(self.connected.calendar),
            before: None,
            limit: 1,
        };
        let runs = self.kalends.store.sync_runs(*tenant, filter).await?;
        let run = runs.into_iter().next().context("a run")?;
        ensure!(run.outcome == SyncOutcome::Succeeded, "{run:?}");
        Ok((took, run))
    }

    /// Lets the next sync read everything.
    pub(crate) async fn forget_cursor(&self) -> anyhow::Result<()> {
        let Kalends { store, tenant, .. } = &self.kalends;
        Ok(store.forget_cursor(*tenant, self.connected.calendar).await?)
    }

    pub(crate) async fn close(self) {
        self.kalends.store.close().await;
    }
}
