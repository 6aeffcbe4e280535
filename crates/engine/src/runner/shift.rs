//! One run of the loop's workers: claims come in, workers take them one after the other, their ends go out in batches.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use kalends_store::{ClaimedTask, Ending, StoreError, TaskEnd};
use tokio::{
    sync::mpsc::{UnboundedSender, unbounded_channel},
    task::JoinSet,
    time::Instant,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    floor::Floor,
    held::{self, Held},
    settle, work,
};
use crate::Engine;

/// How long the loop sleeps at most: the safety net below notifications.
const NAP: Duration = Duration::from_secs(5);
/// How long it sleeps when something is due that others are already at.
const BREATH: Duration = Duration::from_millis(100);
/// How long it sleeps at most while claimed tasks wait for a worker.
const WATCH: Duration = Duration::from_secs(1);

/// The workers of a process.
pub(super) struct Shift {
    hands: Hands,
    workers: TaskTracker,
    /// Who writes the ends, until all senders are gone; ended with the shift's future when that is dropped.
    settling: JoinSet<()>,
    /// Who keeps the claims, and who hears of tasks that other processes enqueue.
    keeping: JoinSet<()>,
}

/// What each worker needs.
#[derive(Clone)]
struct Hands {
    engine: Engine,
    floor: Arc<Mutex<Floor<ClaimedTask>>>,
    held: Held,
    ends: UnboundedSender<TaskEnd>,
    give_back: CancellationToken,
}

impl Shift {
    /// Workers that have nothing to do yet.
    pub(super) fn begin(engine: &Engine, give_back: &CancellationToken) -> Self {
        let (ends, received) = unbounded_channel();
        let hands = Hands {
            engine: engine.clone(),
            floor: Arc::new(Mutex::new(Floor::new(engine.settings().workers))),
            held: Held::default(),
            ends,
            give_back: give_back.clone(),
        };
        let (mut settling, mut keeping) = (JoinSet::new(), JoinSet::new());
        let (settler, settled) = (engine.clone(), hands.held.clone());
        settling.spawn(async move { settle::all(&settler, &settled, received).await });
        let (keeper, kept) = (engine.clone(), hands.held.clone());
        keeping.spawn(async move { held::keep(&keeper, &kept).await });
        let listener = engine.clone();
        keeping.spawn(async move { hear(&listener).await });
        Self {
            hands,
            workers: TaskTracker::new(),
            settling,
            keeping,
        }
    }

    /// Claims what there is room for, lets workers begin, and says how long there is nothing else to begin. While
    /// nothing is due nothing is written.
    pub(super) async fn fill(&self) -> Result<Duration, StoreError> {
        let hands = &self.hands;
        hands.release(&hands.floor(|floor| floor.impatient(Instant::now())));
        let Some(wanted) = hands.floor(|floor| floor.wanted(hands.held.count())) else {
            return Ok(self.nap(NAP));
        };
        let due = hands.engine.store().next_task_due_in(wanted.lanes).await?;
        let now = hands.engine.ambient().now();
        let wait = due.map_or(NAP, |due| {
            due.duration_since(now).try_into().unwrap_or(Duration::ZERO)
        });
        if !wait.is_zero() {
            return Ok(self.nap(wait));
        }
        let mut turns = hands.floor(|floor| floor.turns());
        let claimed = work::claim(&hands.engine, wanted, &mut turns).await?;
        if claimed.is_empty() {
            return Ok(BREATH);
        }
        hands.floor(|floor| {
            floor.claimed(&turns);
            let now = Instant::now();
            for task in claimed {
                hands.held.add(task.lease);
                floor.add((task.lane, task.group.clone()), task, now);
            }
        });
        while let Some(task) = hands.floor(Floor::start) {
            self.workers.spawn(hands.clone().work(task));
        }
        Ok(Duration::ZERO)
    }

    /// Gives back what has not begun, and waits until the rest has ended and its end is durable.
    pub(super) async fn end(mut self) {
        self.hands.release(&self.hands.floor(Floor::close));
        self.workers.close();
        self.workers.wait().await;
        drop(self.hands);
        while self.settling.join_next().await.is_some() {}
        self.keeping.shutdown().await;
    }

    fn nap(&self, wait: Duration) -> Duration {
        let most = if self.hands.floor(|floor| floor.has_waiting()) {
            WATCH
        } else {
            NAP
        };
        wait.min(most)
    }
}

impl Hands {
    /// A worker: runs the task, then those that wait, until there is none for its place.
    async fn work(self, first: ClaimedTask) {
        let mut next = Some(first);
        while let Some(task) = next {
            let lost = self.held.lost(task.lease);
            let working = work::work(&self.engine, &task, &lost);
            let end = match self.give_back.run_until_cancelled(working).await {
                Some(end) => end,
                None => Some(released(&task)),
            };
            match end {
                Some(end) => self.settle(end),
                None => self.held.remove(task.lease),
            }
            next = self.floor(|floor| {
                floor.end(task.lane, &task.group);
                floor.start()
            });
            self.engine.worker_freed().notify_one();
        }
    }

    fn release(&self, tasks: &[ClaimedTask]) {
        for task in tasks {
            self.settle(released(task));
        }
    }

    fn settle(&self, end: TaskEnd) {
        let lease = end.lease;
        if self.ends.send(end).is_err() {
            self.held.remove(lease);
        }
    }

    fn floor<T>(&self, what: impl FnOnce(&mut Floor<ClaimedTask>) -> T) -> T {
        what(&mut self.floor.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Hears of tasks of other processes for as long as the database is there; the loop looks by itself meanwhile.
async fn hear(engine: &Engine) {
    loop {
        if let Err(error) = engine.store().hear_of_tasks().await {
            tracing::warn!(%error, "tasks of other processes are found by looking for them");
        }
        tokio::time::sleep(NAP).await;
    }
}

fn released(task: &ClaimedTask) -> TaskEnd {
    TaskEnd {
        lease: task.lease,
        ending: Ending::Released,
    }
}
