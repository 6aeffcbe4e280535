//! Kalends' way: a connected calendar, and the task that pulls it.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use kalends_bench::kalends::{Connected, EMAIL, Kalends, ambient};
use kalends_core::{
    busy::{BusyMonth, Month},
    time::{UserId, Zone},
};
use kalends_engine::{
    connections::{self, Wait},
    runner::Runner,
};
use kalends_store::{IndexOf, SyncOutcome, SyncRunFilter, UserProfile};

use crate::pages::Pages;

/// A product with one calendar that has not been read yet.
pub(crate) struct Side {
    kalends: Kalends,
    runner: Runner,
    connected: Connected,
}

impl Side {
    pub(crate) async fn on(database: &str, pages: &Pages) -> anyhow::Result<Self> {
        let kalends = Kalends::on(database, pages.url(), ambient()?).await?;
        let user = UserId::new("teacher")?;
        // As the pages state it: another one would mean a listing and a second compilation.
        let zone = Zone::UTC;
        let profile = UserProfile {
            display_name: None,
            zone: zone.clone(),
        };
        kalends.store.put_user(kalends.tenant, &user, &profile).await?;
        let connected = kalends.connect(&user, (EMAIL, pages.token()), &zone).await?;
        Ok(Self {
            runner: Runner::new(kalends.engine.clone()),
            kalends,
            connected,
        })
    }

    /// Asks for a sync and runs its task to the end: claim, pages, rows, index, cursor, audit, news.
    pub(crate) async fn sync(&self) -> anyhow::Result<Duration> {
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
        let run = runs.first().context("a run")?;
        ensure!(run.outcome == SyncOutcome::Succeeded, "{run:?}");
        Ok(took)
    }

    /// How many events the first sync stored; it must have compiled the index too.
    pub(crate) async fn check_first_sync(&self) -> anyhow::Result<u64> {
        let Kalends { store, tenant, .. } = &self.kalends;
        let all = [self.connected.calendar];
        let index = store
            .busy_index(*tenant, IndexOf::Calendars(&all), 0..=i32::MAX)
            .await?;
        let index = index.first().context("an index")?;
        let covered = index.covered.context("the window that the index answers for")?;
        let mut busy = Vec::new();
        for month in &index.months {
            let known = Month::from_number(month.month).context("a month")?;
            BusyMonth::decode_into(known, &month.runs, &mut busy)?;
        }
        let busy_us: i64 = busy.iter().map(|span| span.len_us()).sum();
        ensure!(
            busy_us > covered.len_us() / 4,
            "the index knows of {busy_us} busy microseconds in {covered:?}"
        );
        let filter = SyncRunFilter {
            connection: self.connected.connection,
            calendar: None,
            before: None,
            limit: 1,
        };
        let runs = store.sync_runs(*tenant, filter).await?;
        let run = runs.first().context("a run")?;
        ensure!(run.counts.quarantined == 0, "{run:?}");
        Ok(run.counts.created)
    }

    pub(crate) async fn close(self) {
        self.kalends.store.close().await;
    }
}
