//! Kalends: its queue and its runner, with a kind of task that is done as soon as it runs.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use kalends_bench::kalends::ambient;
use kalends_core::time::TenantId;
use kalends_engine::{
    Engine, EngineSettings, Parts,
    runner::Runner,
    tenants::{self, NewTenant},
    tokens::Tokens,
};
use kalends_store::{KeyRing, NewTask, Store, StoreConfig, TaskLane};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const WORKERS: usize = 20;
const AT_ONCE: usize = 1_000;
/// Connections that the tasks belong to.
const GROUPS: usize = 100;
/// All workers do tasks of this lane, and nothing else is in it.
const LANE: TaskLane = TaskLane::Interactive;

/// A store and a runner that waits for tasks.
pub(crate) struct Side {
    store: Store,
    tenant: TenantId,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl Side {
    pub(crate) async fn start_on(database: &str) -> anyhow::Result<Self> {
        let ambient = ambient()?;
        let ring = KeyRing::parse(&KeyRing::generate("bench", &ambient))?;
        let store = Store::connect(&StoreConfig::new(database), ring, ambient.clone()).await?;
        store.migrate().await?;
        let engine = Engine::new(Parts {
            store: store.clone(),
            providers: BTreeMap::new(),
            tokens: Tokens::new(store.clone(), Vec::new(), ambient.clone()),
            ambient,
            settings: EngineSettings {
                workers: WORKERS,
                ..EngineSettings::default()
            },
        });
        let new = NewTenant {
            name: "Lyceum".to_owned(),
            return_origins: Vec::new(),
        };
        let tenant = tenants::create(&engine, new).await?.id;
        let stop = CancellationToken::new();
        let (runner, token) = (Runner::new(engine), stop.clone());
        let running = tokio::spawn(async move { runner.run(token).await });
        Ok(Self {
            store,
            tenant,
            stop,
            running,
        })
    }

    /// How long it takes from the first call until all are done.
    pub(crate) async fn add_and_do(&self, count: usize) -> anyhow::Result<Duration> {
        let began = Instant::now();
        for first in (0..count).step_by(AT_ONCE) {
            let some = first..count.min(first + AT_ONCE);
            self.store.enqueue(self.tenant, some.map(task).collect()).await?;
        }
        // A task's row is there until its end is durable.
        while self.store.next_task_due_in(&[LANE]).await?.is_some() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(began.elapsed())
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.running.await {
            eprintln!("the runner stopped: {error}");
        }
        self.store.close().await;
    }
}

fn task(number: usize) -> NewTask {
    NewTask {
        // A retired kind: its tasks are done as soon as they run.
        kind: "nothing",
        key: number.to_string(),
        lane: LANE,
        group: format!("connection-{}", number % GROUPS),
        run_at: jiff::Timestamp::UNIX_EPOCH,
        payload: serde_json::Value::Null,
        secret: None,
    }
}
