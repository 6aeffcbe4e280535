//! The handle that every capability works with.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::SignedDuration;
use kalends_core::{ambient::Ambient, provider::ProviderKind, time::Zone};
use kalends_egress::Window;
use kalends_providers::{Provider, oauth::OAuthClient};
use kalends_store::Store;
use tokio::{sync::Notify, time::Instant};
use url::Origin;

use crate::{
    channels::{Gatherer, PushSettings},
    events::Bulks,
    keys::KeyCache,
    load::Pace,
    prefetch::Asked,
    tokens::Tokens,
};

/// Everything that a use case needs; cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    owner: String,
    keys: KeyCache,
    pace: Pace,
    asked: Asked,
    gatherer: Gatherer,
    runs: Notify,
    worker_freed: Notify,
    turned: Mutex<Option<Instant>>,
}

/// What an [`Engine`] is made of.
pub struct Parts {
    /// The rows.
    pub store: Store,
    /// The adapters, one a kind.
    pub providers: BTreeMap<ProviderKind, Arc<dyn Provider>>,
    /// The source of access tokens that the adapters' egress was given.
    pub tokens: Tokens,
    /// Time and randomness.
    pub ambient: Ambient,
    /// What the operator decides.
    pub settings: EngineSettings,
}

/// What the operator decides about the engine.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// Origins that a person may be sent back to after connecting, for every tenant.
    pub return_origins: Vec<Origin>,
    /// Time between two pulls of a calendar whose user set none.
    pub poll_interval: SignedDuration,
    /// Tasks that one process runs at a time.
    pub workers: usize,
    /// How often calendars are held against their provider.
    pub audits: Audits,
    /// The windows that each provider sets for all calls of one OAuth client; polling keeps within them.
    pub budgets: BTreeMap<ProviderKind, Vec<Window>>,
    /// Whether calendars of users who are asked about are pulled before they are too old.
    pub prefetch: bool,
    /// How many of a person's events are pushed at a time.
    pub bulks: Bulks,
    /// In whose days the daily jobs are done.
    pub zone: Zone,
    /// How providers tell of changes; `None` leaves everything to polls.
    pub push: Option<PushSettings>,
}

/// How often calendars are held against their provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audits {
    /// From one audit of a calendar to the next.
    pub every: SignedDuration,
    /// Most audits of all calendars in an hour; each takes three requests, and one more for every 2,500 items. 0 turns
    /// them off.
    pub per_hour: u32,
}

impl Default for Audits {
    /// Each calendar once a week, 120 an hour.
    fn default() -> Self {
        Self {
            every: SignedDuration::from_hours(24 * 7),
            per_hour: 120,
        }
    }
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            return_origins: Vec::new(),
            poll_interval: SignedDuration::from_mins(15),
            workers: 8,
            audits: Audits::default(),
            budgets: BTreeMap::new(),
            prefetch: true,
            bulks: Bulks::default(),
            zone: Zone::UTC,
            push: None,
        }
    }
}

impl Engine {
    /// Puts the parts together. Nothing runs until a [`Runner`](crate::runner::Runner) does.
    pub fn new(parts: Parts) -> Self {
        Self {
            inner: Arc::new(Inner {
                owner: parts.ambient.uuid().to_string(),
                keys: KeyCache::default(),
                pace: Pace::default(),
                asked: Asked::default(),
                gatherer: Gatherer::default(),
                runs: Notify::new(),
                worker_freed: Notify::new(),
                turned: Mutex::default(),
                parts,
            }),
        }
    }

    /// Waits until no access token is being renewed: between a provider's answer and our row a process must not end.
    pub async fn renewals_ended(&self) {
        self.tokens().renewals_ended().await;
    }

    /// Time and randomness.
    pub fn ambient(&self) -> &Ambient {
        &self.inner.parts.ambient
    }

    /// What the operator decided.
    pub fn settings(&self) -> &EngineSettings {
        &self.inner.parts.settings
    }

    /// The providers that a person can be offered: those with an adapter and, where people sign in, a client.
    pub fn offered_providers(&self) -> impl Iterator<Item = ProviderKind> {
        self.adapters()
            .filter(|kind| !kind.uses_oauth() || self.oauth(*kind).is_some())
    }

    /// The providers with an adapter.
    pub(crate) fn adapters(&self) -> impl Iterator<Item = ProviderKind> {
        self.inner.parts.providers.keys().copied()
    }

    /// The providers that have an adapter.
    pub(crate) fn providers(&self) -> impl Iterator<Item = ProviderKind> {
        self.inner.parts.providers.keys().copied()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.parts.store
    }

    pub(crate) fn provider(&self, kind: ProviderKind) -> Option<&Arc<dyn Provider>> {
        self.inner.parts.providers.get(&kind)
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.inner.parts.tokens
    }

    pub(crate) fn oauth(&self, kind: ProviderKind) -> Option<&OAuthClient> {
        self.inner.parts.tokens.client(kind)
    }

    pub(crate) fn keys(&self) -> &KeyCache {
        &self.inner.keys
    }

    /// What was asked about lately.
    pub(crate) fn asked(&self) -> &Asked {
        &self.inner.asked
    }

    /// How fast calendars may be polled.
    pub(crate) fn pace(&self) -> &Pace {
        &self.inner.pace
    }

    /// Where providers' messages come together.
    pub(crate) fn gatherer(&self) -> &Gatherer {
        &self.inner.gatherer
    }

    /// Told whenever a pass of this process has moved on or ended.
    pub(crate) fn runs(&self) -> &Notify {
        &self.inner.runs
    }

    /// Told whenever a task of this process has ended.
    pub(crate) fn worker_freed(&self) -> &Notify {
        &self.inner.worker_freed
    }

    /// Notes that the runner's loop goes on.
    pub(crate) fn turn(&self) {
        *self.inner.turned.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// When the runner's loop last went on; `None` while none runs in this process.
    pub(crate) fn last_turn(&self) -> Option<Instant> {
        *self.inner.turned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Names this process in the rows that it leases.
    pub(crate) fn owner(&self) -> &str {
        &self.inner.owner
    }

    /// A random number in `[0, 1)`, to spread what would otherwise happen together.
    pub(crate) fn dice(&self) -> f64 {
        f64::from(u32::from_le_bytes(self.ambient().bytes())) / (f64::from(u32::MAX) + 1.0)
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}
