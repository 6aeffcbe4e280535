//! Everything a running simulator knows, behind one cheap handle.
//!
//! Each part has its own lock, held only while a handler computes and never across an await. A panic while one is
//! held must not take the simulator down, so poisoned locks are used as they are.

use std::{
    net::SocketAddr,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderValue;
use jiff::Timestamp;
use kalends_core::ambient::Ambient;
use tokio_util::sync::CancellationToken;

use crate::{
    calls::CallLog,
    clock::SimClock,
    directory::Directory,
    faults::{Faults, stale_directory},
    google::Tokens,
    oauth::{Grants, OAuthClient, SignIns, SigningKeys},
    push::{PostOffice, PushBell},
    quota::Meter,
    recording::Recording,
};

/// The running simulator.
#[derive(Clone, Debug)]
pub(crate) struct Sim(Arc<Inner>);

/// Where the simulator is found.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    pub(crate) plain: SocketAddr,
    /// The TLS listener's.
    pub(crate) encrypted: Option<SocketAddr>,
    /// What the configuration says callers use, without a slash at the end.
    pub(crate) public: Option<String>,
    /// The TLS listener's chain as PEM.
    pub(crate) certificate: Option<String>,
}

impl Addresses {
    pub(crate) fn plain_url(&self) -> String {
        format!("http://{}", self.plain)
    }

    pub(crate) fn encrypted_url(&self) -> Option<String> {
        self.encrypted.map(|address| format!("https://{address}"))
    }
}

#[derive(Debug)]
struct Inner {
    addresses: Addresses,
    ambient: Ambient,
    clock: SimClock,
    clients: RwLock<Vec<Arc<OAuthClient>>>,
    sign_ins: Mutex<SignIns>,
    tokens: Tokens,
    signing: SigningKeys,
    directory: RwLock<Directory>,
    grants: Mutex<Grants>,
    recording: Option<Recording>,
    faults: Mutex<Faults>,
    calls: Mutex<CallLog>,
    push: Mutex<PostOffice>,
    push_bell: PushBell,
    stop: CancellationToken,
    meter: Mutex<Meter>,
}

impl Sim {
    pub(crate) fn new(
        addresses: Addresses,
        ambient: Ambient,
        clients: Vec<OAuthClient>,
        directory: Directory,
        recording: Option<Recording>,
    ) -> Self {
        Self(Arc::new(Inner {
            clock: SimClock::new(ambient.clone()),
            tokens: Tokens::new(ambient.bytes()),
            signing: SigningKeys::default(),
            directory: RwLock::new(directory),
            grants: Mutex::default(),
            recording,
            faults: Mutex::default(),
            calls: Mutex::default(),
            push: Mutex::default(),
            push_bell: PushBell::default(),
            stop: CancellationToken::new(),
            meter: Mutex::default(),
            addresses,
            ambient,
            clients: RwLock::new(clients.into_iter().map(Arc::new).collect()),
            sign_ins: Mutex::default(),
        }))
    }

    pub(crate) fn addresses(&self) -> &Addresses {
        &self.0.addresses
    }

    /// Where calls are recorded, if anywhere.
    pub(crate) fn recording(&self) -> Option<&Recording> {
        self.0.recording.as_ref()
    }

    pub(crate) fn clock(&self) -> &SimClock {
        &self.0.clock
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    pub(crate) fn signing(&self) -> &SigningKeys {
        &self.0.signing
    }

    pub(crate) fn client(&self, client_id: &str) -> Option<Arc<OAuthClient>> {
        let clients = self.0.clients.read().unwrap_or_else(PoisonError::into_inner);
        clients
            .iter()
            .find(|client| client.client_id == client_id)
            .cloned()
    }

    pub(crate) fn clients(&self) -> Vec<Arc<OAuthClient>> {
        let clients = self.0.clients.read().unwrap_or_else(PoisonError::into_inner);
        clients.clone()
    }

    /// Registers a client, in the place of the one with its id.
    pub(crate) fn put_client(&self, client: OAuthClient) {
        let mut clients = self.0.clients.write().unwrap_or_else(PoisonError::into_inner);
        match clients.iter_mut().find(|old| old.client_id == client.client_id) {
            Some(old) => *old = Arc::new(client),
            None => clients.push(Arc::new(client)),
        }
    }

    pub(crate) fn sign_ins(&self) -> MutexGuard<'_, SignIns> {
        self.0.sign_ins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A browser chooses an account; answers the cookie for it.
    pub(crate) fn sign_in(&self, email: &str) -> Option<HeaderValue> {
        let session = self.secret::<18>("");
        self.sign_ins().sign_in(session, email, self.now())
    }

    /// An unguessable string: `prefix` and `N` random bytes.
    pub(crate) fn secret<const N: usize>(&self, prefix: &str) -> String {
        format!("{prefix}{}", URL_SAFE_NO_PAD.encode(self.0.ambient.bytes::<N>()))
    }

    /// `N` random bytes.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        self.0.ambient.bytes()
    }

    /// For reading: the present, or what a fault wants this request to see.
    pub(crate) fn directory(&self) -> Reading<'_> {
        match stale_directory() {
            Some(past) => Reading::Past(past),
            None => Reading::Present(self.0.directory.read().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    /// For writing; channels are told of what has changed when the guard is dropped.
    pub(crate) fn directory_mut(&self) -> Writing<'_> {
        Writing {
            guard: self.0.directory.write().unwrap_or_else(PoisonError::into_inner),
            bell: &self.0.push_bell,
        }
    }

    pub(crate) fn grants(&self) -> MutexGuard<'_, Grants> {
        self.0.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.0.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn meter(&self) -> MutexGuard<'_, Meter> {
        self.0.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn calls(&self) -> MutexGuard<'_, CallLog> {
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Channels and messages; never taken before the directory is.
    pub(crate) fn push(&self) -> MutexGuard<'_, PostOffice> {
        self.0.push.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Cancelled when the simulator ends.
    pub(crate) fn stop(&self) -> &CancellationToken {
        &self.0.stop
    }

    pub(crate) fn push_bell(&self) -> &PushBell {
        &self.0.push_bell
    }
}

/// The directory while it is read.
#[derive(Debug)]
pub(crate) enum Reading<'a> {
    Present(RwLockReadGuard<'a, Directory>),
    Past(Arc<Directory>),
}

impl Deref for Reading<'_> {
    type Target = Directory;

    fn deref(&self) -> &Directory {
        match self {
            Self::Present(guard) => guard,
            Self::Past(directory) => directory,
        }
    }
}

/// The directory while it is written.
#[derive(Debug)]
pub(crate) struct Writing<'a> {
    guard: RwLockWriteGuard<'a, Directory>,
    bell: &'a PushBell,
}

impl Deref for Writing<'_> {
    type Target = Directory;

    fn deref(&self) -> &Directory {
        &self.guard
    }
}

impl DerefMut for Writing<'_> {
    fn deref_mut(&mut self) -> &mut Directory {
        &mut self.guard
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.bell.written();
    }
}
