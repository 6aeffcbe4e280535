//! Whether this process can do its part, and what is missing when it cannot.

use std::{fmt, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use kalends_egress::Counting;
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{Engine, replicas::Role};

/// How long the rows may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// A runner's loop that has not turned for so long hangs; while there is nothing to do it turns every five seconds.
const STALLED: Duration = Duration::from_mins(1);

/// What a process knows of itself; cheap to clone.
#[derive(Clone)]
pub struct Process {
    /// What it does.
    pub role: Role,
    /// Cancelled once it is to end.
    pub stop: CancellationToken,
    /// How many replicas there are.
    pub replicas: watch::Receiver<u32>,
    calls: Arc<dyn Fn() -> BoxFuture<'static, Counting> + Send + Sync>,
}

/// What is well and what is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// What the process does.
    pub role: Role,
    /// Whether it is about to end.
    pub is_draining: bool,
    /// How many replicas there are.
    pub replicas: u32,
    /// Whether the database answers.
    pub database: Health,
    /// Whether its tables are those of this version.
    pub migrations: Health,
    /// Whether the key ring opens what is stored.
    pub key_ring: Health,
    /// Whether tasks are taken.
    pub tasks: Health,
    /// Who counts the calls to providers.
    pub calls: Counting,
}

/// How one part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It works.
    Good,
    /// It does not.
    Bad,
    /// It could not be asked, because another part does not work.
    Unknown,
    /// It is not this process's part.
    Elsewhere,
}

impl Readiness {
    /// Whether the process can do its part. One that counts its calls alone can.
    pub fn is_ready(&self) -> bool {
        let parts = [self.database, self.migrations, self.key_ring, self.tasks];
        !self.is_draining
            && parts
                .iter()
                .all(|part| matches!(part, Health::Good | Health::Elsewhere))
    }
}

impl Process {
    /// A process of that role, which counts its calls apart.
    pub fn new(role: Role, stop: CancellationToken, replicas: watch::Receiver<u32>) -> Self {
        Self {
            role,
            stop,
            replicas,
            calls: Arc::new(|| Box::pin(async { Counting::Apart })),
        }
    }

    /// The same, with the one to ask who counts the calls.
    #[must_use]
    pub fn counting(self, calls: impl Fn() -> BoxFuture<'static, Counting> + Send + Sync + 'static) -> Self {
        Self {
            calls: Arc::new(calls),
            ..self
        }
    }
}

/// One that answers requests by itself, as in tests.
impl Default for Process {
    fn default() -> Self {
        Self::new(
            Role::Api,
            CancellationToken::new(),
            watch::Sender::new(1).subscribe(),
        )
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process")
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// Looks at everything that the process needs.
pub async fn read(engine: &Engine, process: &Process) -> Readiness {
    let [database, migrations, key_ring] = tokio::time::timeout(PATIENCE, rows(engine)).await.unwrap_or([
        Health::Bad,
        Health::Unknown,
        Health::Unknown,
    ]);
    let calls = (process.calls)().await;
    Readiness {
        role: process.role,
        is_draining: process.stop.is_cancelled(),
        replicas: *process.replicas.borrow(),
        database,
        migrations,
        key_ring,
        tasks: tasks(engine, process.role),
        calls,
    }
}

/// Database, migrations and key ring.
async fn rows(engine: &Engine) -> [Health; 3] {
    let store = engine.store();
    if let Err(error) = store.ping().await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the database does not answer"
        );
        return [Health::Bad, Health::Unknown, Health::Unknown];
    }
    if !store.is_migrated().await.unwrap_or(false) {
        return [Health::Good, Health::Bad, Health::Unknown];
    }
    let opens = store.opens_secrets().await;
    let key_ring = match opens {
        Ok(true) => Health::Good,
        Ok(false) => Health::Bad,
        Err(_) => Health::Unknown,
    };
    [Health::Good, Health::Good, key_ring]
}

fn tasks(engine: &Engine, role: Role) -> Health {
    if !role.runs_tasks() {
        return Health::Elsewhere;
    }
    let turned = engine.last_turn();
    let turns = turned.is_some_and(|turned| Instant::now().duration_since(turned) < STALLED);
    if turns { Health::Good } else { Health::Bad }
}
