//! The handle on all rows.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use kalends_core::ambient::Ambient;
use secrecy::SecretString;
use tokio::sync::Notify;

use crate::{
    KeyRing, StoreError,
    db::{Db, Tx},
    seal::DataKeys,
};

/// Where the database is and how it may be used.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// `sqlite:FILE` or `postgres://...`; may hold a password.
    pub url: SecretString,
    /// Most connections that read on SQLite, which has one more that writes; most of all on PostgreSQL.
    pub max_connections: u32,
    /// How long a call waits for a free connection.
    pub acquire_timeout: Duration,
}

/// Every table, every query; cheap to clone. Methods are beside the tables that they serve.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    ring: KeyRing,
    data_keys: DataKeys,
    ambient: Ambient,
    tasks_changed: Notify,
    telling: Arc<AtomicBool>,
}

impl StoreConfig {
    /// The usual settings for a database.
    pub fn new(url: impl Into<SecretString>) -> Self {
        Self {
            url: url.into(),
            max_connections: 8,
            acquire_timeout: Duration::from_secs(10),
        }
    }
}

impl Store {
    /// Connects to the database, creating a SQLite file that does not exist yet; its tables are made by
    /// [`Store::migrate`].
    pub async fn connect(config: &StoreConfig, ring: KeyRing, ambient: Ambient) -> Result<Self, StoreError> {
        Ok(Self {
            inner: Arc::new(Inner {
                db: Db::open(config).await?,
                ring,
                data_keys: DataKeys::default(),
                ambient,
                tasks_changed: Notify::new(),
                telling: Arc::default(),
            }),
        })
    }

    /// Applies the migrations that are missing. Replicas that start together take turns.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.db().migrate().await
    }

    /// How many migrations have not been applied.
    pub async fn pending_migrations(&self) -> Result<usize, StoreError> {
        self.db().pending_migrations().await
    }

    /// Whether every migration has been applied.
    pub async fn is_migrated(&self) -> Result<bool, StoreError> {
        self.db().is_migrated().await
    }

    /// How far the database's clock is ahead of ours, which half of the time that the question takes leaves unsure.
    /// Zero on SQLite, which runs by ours.
    pub async fn clock_ahead(&self) -> Result<SignedDuration, StoreError> {
        let before = self.now().as_microsecond();
        let Some(theirs) = self.db().clock().await? else {
            return Ok(SignedDuration::ZERO);
        };
        let ours = i64::midpoint(before, self.now().as_microsecond());
        Ok(SignedDuration::from_micros(
            theirs.as_microsecond().saturating_sub(ours),
        ))
    }

    /// How many transactions are worth having under way at a time: on SQLite each waits for the one before.
    pub fn commits_at_once(&self) -> usize {
        match self.db() {
            Db::Sqlite { .. } => 1,
            Db::Postgres(_) => 2,
        }
    }

    /// Succeeds when the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.db().ping().await
    }

    /// Ends all connections after what is under way.
    pub async fn close(&self) {
        self.db().close().await;
    }

    /// Told whenever tasks were committed, by this process, or by others while [`Store::hear_of_tasks`] runs; holds one permit, so that a runner that was busy meanwhile
    /// is not left asleep.
    pub fn tasks_changed(&self) -> &Notify {
        &self.inner.tasks_changed
    }

    /// Whether a message about tasks is on its way to other processes.
    pub(crate) fn telling(&self) -> &Arc<AtomicBool> {
        &self.inner.telling
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }

    pub(crate) fn ring(&self) -> &KeyRing {
        &self.inner.ring
    }

    pub(crate) fn data_keys(&self) -> &DataKeys {
        &self.inner.data_keys
    }

    pub(crate) fn ambient(&self) -> &Ambient {
        &self.inner.ambient
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.ambient.now()
    }

    pub(crate) async fn begin(&self) -> Result<Tx, StoreError> {
        self.db().begin().await
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}
