//! The task that sends what is due.
//!
//! It wakes when something was written, when the clock was moved, when a message was made by hand, and when real
//! time has brought the next message near. It ends with the simulator and leaves what is pending where it is.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use kalends_egress::{
    BreakerPolicy, Call, ClientKey, Egress, EgressConfig, Repeat, Service, ServicePolicy, SetupError,
    Surroundings, Verdict,
};
use tokio::{
    sync::{Notify, oneshot},
    task::JoinSet,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{letter::Attempt, post_office::Letter};
use crate::state::Sim;

/// Messages that are sent at the same time.
const AT_ONCE: usize = 64;
/// As Google's sender calls itself.
const AGENT: &str = "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)";
/// How long a receiver has to answer, in real time.
const PATIENCE: Duration = Duration::from_secs(10);

/// Wakes the task, and tells who waits when it has nothing left to do.
#[derive(Debug)]
pub(crate) struct PushBell {
    notify: Notify,
    written: AtomicBool,
    /// Who waits; `None` once the task has ended.
    waiting: Mutex<Option<Vec<oneshot::Sender<()>>>>,
}

impl PushBell {
    /// There may be something to send.
    pub(crate) fn ring(&self) {
        self.notify.notify_one();
    }

    /// Something in the directory was written.
    pub(crate) fn written(&self) {
        self.written.store(true, Ordering::SeqCst);
        self.ring();
    }

    /// Waits until every message that is due has been tried and nothing is under way; returns at once when the
    /// simulator has stopped.
    pub(crate) async fn settled(&self) {
        let (tell, told) = oneshot::channel();
        match self.waiting().as_mut() {
            Some(waiting) => waiting.push(tell),
            None => return,
        }
        self.ring();
        // An error means that the task has ended, and then nothing will be sent any more.
        drop(told.await);
    }

    fn tell_waiting(&self) {
        for waiter in self.waiting().iter_mut().flat_map(|all| all.drain(..)) {
            // Who no longer waits need not be told.
            let _ = waiter.send(());
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Option<Vec<oneshot::Sender<()>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for PushBell {
    fn default() -> Self {
        Self {
            notify: Notify::new(),
            written: AtomicBool::new(false),
            waiting: Mutex::new(Some(Vec::new())),
        }
    }
}

/// Sends messages until `stop`; those under way are then given up.
pub(crate) async fn deliver(sim: Sim, egress: Egress, stop: CancellationToken) {
    let _ended = Ended(sim.clone());
    let mut under_way = JoinSet::new();
    let mut look_from = Instant::now();
    while !stop.is_cancelled() {
        let pause = look(&sim, &mut look_from);
        let now = sim.now();
        while under_way.len() < AT_ONCE {
            let Some(letter) = sim.push().take_due(now) else {
                break;
            };
            under_way.spawn(send(egress.clone(), letter, now));
        }
        let wait = until_next(&sim, now).into_iter().chain(pause).min();
        if under_way.is_empty() && pause.is_none() {
            sim.push_bell().tell_waiting();
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = sim.push_bell().notify.notified() => {}
            Some(sent) = under_way.join_next() => {
                if let Ok((seq, attempt)) = sent {
                    sim.push().end_attempt(seq, attempt, sim.now());
                }
            }
            () = sleep(wait.unwrap_or_default()), if wait.is_some() => {}
        }
    }
    under_way.shutdown().await;
}

/// Tells who waits, also when the task is aborted, that nothing will be sent any more.
struct Ended(Sim);

impl Drop for Ended {
    fn drop(&mut self) {
        *self.0.push_bell().waiting() = None;
    }
}

/// The way out for messages: any receiver on this machine, elsewhere https with a certificate that holds.
pub(crate) fn egress(sim: &Sim) -> Result<Egress, SetupError> {
    let clock = sim.clone();
    // Nothing here is retried by egress, so there is nothing to spread.
    let mut config = EgressConfig::new(Surroundings::new(move || clock.now(), || 0.0));
    AGENT.clone_into(&mut config.user_agent);
    config.other_services = ServicePolicy {
        attempt_timeout: PATIENCE,
        breaker: BreakerPolicy {
            failures: u32::MAX,
            ..BreakerPolicy::default()
        },
        ..ServicePolicy::default()
    };
    Egress::new(config)
}

/// Compares versions when something was written, but spends no more than a tenth of the time on it unless somebody
/// waits for the result. Tells when to look again.
fn look(sim: &Sim, look_from: &mut Instant) -> Option<Duration> {
    let bell = sim.push_bell();
    if !bell.written.load(Ordering::SeqCst) {
        return None;
    }
    let begun = Instant::now();
    if begun < *look_from && bell.waiting().as_ref().is_none_or(Vec::is_empty) {
        return Some(*look_from - begun);
    }
    bell.written.store(false, Ordering::SeqCst);
    {
        let directory = sim.directory();
        let gap = || u64::from(u16::from_be_bytes(sim.random()));
        sim.push().notice(&directory, sim.now(), gap);
    }
    let end = Instant::now();
    *look_from = end + (end - begun) * 10;
    None
}

/// Real time until the next message is due, if the simulator's clock runs on.
fn until_next(sim: &Sim, now: Timestamp) -> Option<Duration> {
    let due = sim.push().next_due()?;
    let wait = now.duration_until(due).max(SignedDuration::ZERO);
    let wait = Duration::try_from(wait).unwrap_or(Duration::MAX);
    // What is due already waits for its channel or for room, and the end of a try wakes the task.
    (!wait.is_zero()).then_some(wait.min(Duration::from_hours(1)))
}

async fn send(egress: Egress, letter: Letter, at: Timestamp) -> (u64, Attempt) {
    let (status, error) = match try_to_send(&egress, letter.headers, &letter.address).await {
        Ok(status) => (Some(status), None),
        Err(error) => (None, Some(error)),
    };
    let attempt = Attempt { at, status, error };
    (letter.seq, attempt)
}

async fn try_to_send(egress: &Egress, headers: http::HeaderMap, address: &str) -> Result<u16, String> {
    let request = http::Request::post(address)
        .header(http::header::CONTENT_LENGTH, 0)
        .header(http::header::ACCEPT, "*/*")
        .body(Bytes::new());
    let mut request = request.map_err(|error| error.to_string())?;
    request.headers_mut().extend(headers);
    let mut call = Call::new(Service("google-push"), ClientKey::default(), request);
    call.deadline = PATIENCE;
    call.repeat = Repeat::OnlyIfRefused;
    // Google's rules for tries are those of the post office; the stages of egress have no say.
    call.classify = |_| Verdict::Ok;
    match egress.send(call).await {
        Ok(answer) => Ok(answer.status.as_u16()),
        Err(error) => Err(told(&error)),
    }
}

/// The error with its causes.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
