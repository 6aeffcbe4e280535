//! The control plane: what a test or a demo tells the simulator beside Google's own interface.
//!
//! [`Control`] is the whole of it for callers in the same process; the routes under `/_sim` say the same as JSON.
//! A new knob is a method here (or in a file below) and a route in [`http`].

mod audit;
mod clients;
mod events;
mod fill;
mod groups;
mod http;
mod push;
mod quotas;
mod sharing;
mod snapshot;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::{
    RecordedCall,
    directory::Calendar,
    events::ripen_all,
    faults::{Fault, FaultError},
    google::expand,
    oauth::{ClientError, OAuthClient, new_tokens},
    snapshot::SnapshotError,
    state::Sim,
    world::{self, WorldError},
};

pub(crate) use self::audit::audit;
pub(crate) use self::events::{clear_mail, conferences, mail, set_conferences};
pub(crate) use self::http::{
    add_fault, add_user, call_record, calls, certificate, clear_calls, clear_faults, clock,
    expire_sync_tokens, expire_tokens, faults, fill, issue_tokens, put_calendar, put_world, set_clock, users,
    world,
};
pub(crate) use self::push::{
    add_push_fault, clear_push_faults, expire_channel, push_channels, push_deliveries, push_faults,
    release_pushes, send_push, settle_pushes,
};
pub(crate) use self::snapshot::{load_snapshot, save_snapshot};
pub(crate) use groups::{groups, put_group};
pub(crate) use quotas::{clear_meter, meter, put_quotas, quotas};

pub use audit::{Audit, AuditOrder, BelievedEvent, Difference, DifferentEvent, Window};
pub(crate) use clients::{clients, put_client, rotate_keys};

pub use clients::{AudienceKind, ClientOrder};
pub use fill::FillOrder;
pub use sharing::SharingOrder;

/// Moves the clock, hands out tokens, makes trouble, and tells what happened.
#[derive(Clone, Debug)]
pub struct Control {
    sim: Sim,
}

/// Tokens without a consent page.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedTokens {
    /// Serves for an hour of the simulator's clock.
    pub access_token: String,
    /// Serves until it is revoked or idle for six months.
    pub refresh_token: String,
}

impl std::fmt::Debug for IssuedTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedTokens").finish_non_exhaustive()
    }
}

/// Why an order cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Only Google is simulated so far.
    #[error("provider must be \"google\", not \"{provider}\"")]
    Provider {
        /// The provider as given.
        provider: String,
    },
    /// No scope of Google's.
    #[error(
        "\"{scope}\" is not a scope of Google's, such as https://www.googleapis.com/auth/calendar.readonly"
    )]
    Scope {
        /// The scope as given.
        scope: String,
    },
    /// A client that is not registered.
    #[error("the OAuth client \"{client}\" is not registered")]
    Client {
        /// The client id as given.
        client: String,
    },
    /// A person or calendar that does not exist.
    #[error("there is no \"{id}\"")]
    Unknown {
        /// The address or id as given.
        id: String,
    },
    /// What a world would not take either.
    #[error(transparent)]
    World(#[from] WorldError),
    /// A snapshot that cannot be used.
    #[error("the snapshot cannot be used")]
    Snapshot(#[from] SnapshotError),
    /// Limits that make no sense.
    #[error("the quotas are not understood: {message}")]
    Quotas {
        /// What is wrong with them.
        message: String,
    },
    /// A fault that makes no sense.
    #[error(transparent)]
    Fault(#[from] FaultError),
    /// A client that Google would not register.
    #[error(transparent)]
    Registration(#[from] ClientError),
    /// A signing key could not be made.
    #[error("a signing key could not be made")]
    Keys(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A value that makes no sense.
    #[error("{field}: {expected}")]
    Value {
        /// The member of the order.
        field: &'static str,
        /// What would be right.
        expected: &'static str,
    },
}

impl Control {
    pub(crate) fn new(sim: Sim) -> Self {
        Self { sim }
    }

    /// The simulator's present.
    pub fn now(&self) -> Timestamp {
        self.sim.now()
    }

    /// Jumps to an instant; time runs on from there.
    pub fn set_clock(&self, now: Timestamp) {
        self.sim.clock().set(now);
        ripen_all(&self.sim);
        self.sim.push_bell().ring();
    }

    /// Moves the clock on.
    pub fn advance(&self, by: SignedDuration) {
        self.sim.clock().advance(by);
        ripen_all(&self.sim);
        self.sim.push_bell().ring();
    }

    /// Tokens of an account for the demo's client, as if it had consented to these scopes; an unknown account is made.
    pub fn issue_tokens(&self, email: &str, scopes: &[&str]) -> Result<IssuedTokens, ControlError> {
        self.issue_tokens_for(OAuthClient::DEMO_ID, email, scopes)
    }

    /// The same for another client.
    pub fn issue_tokens_for(
        &self,
        client_id: &str,
        email: &str,
        scopes: &[&str],
    ) -> Result<IssuedTokens, ControlError> {
        let sim = &self.sim;
        let client = sim.client(client_id).ok_or_else(|| ControlError::Client {
            client: client_id.to_owned(),
        })?;
        let full = |scope: &&str| {
            expand(scope)
                .or_else(|| expand(&format!("https://www.googleapis.com/auth/{scope}")))
                .ok_or_else(|| ControlError::Scope {
                    scope: (*scope).to_owned(),
                })
        };
        let scopes = scopes.iter().map(full).collect::<Result<_, _>>()?;
        let now = sim.now();
        let account: Arc<str> = {
            let mut directory = sim.directory_mut();
            world::ensure_user(&mut directory, email, now)?;
            directory.user(email).map_or(email, |user| &user.email).into()
        };
        let new = new_tokens(sim);
        let issued = sim.grants().issue(account, &client, scopes, new, now);
        Ok(IssuedTokens {
            access_token: issued.access_token,
            refresh_token: issued.refresh_token.unwrap_or_default(),
        })
    }

    /// Ends the access tokens of one account, or of all; refresh tokens stay good. Tells how many.
    pub fn expire_access_tokens(&self, email: Option<&str>) -> usize {
        self.sim.grants().expire_access(email)
    }

    /// Makes the sync tokens of one calendar invalid, or all of them; the next delta answers 410.
    pub fn expire_sync_tokens(&self, calendar: Option<&str>) -> Result<(), ControlError> {
        let mut directory = self.sim.directory_mut();
        if let Some(id) = calendar {
            let unknown = || ControlError::Unknown { id: id.to_owned() };
            directory
                .calendar_mut(id)
                .ok_or_else(unknown)?
                .expire_sync_tokens();
        } else {
            directory.calendars_mut().for_each(Calendar::expire_sync_tokens);
            directory.users_mut().for_each(|user| user.list_epoch += 1);
        }
        Ok(())
    }

    /// Puts a fault in force.
    pub fn add_fault(&self, fault: Fault) -> Result<(), ControlError> {
        Ok(self.sim.faults().add(fault)?)
    }

    /// The faults in force, with what is left of their counts.
    pub fn faults(&self) -> Vec<Fault> {
        self.sim.faults().all().cloned().collect()
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.sim.faults().clear();
    }

    /// The recorded calls after `seq` (0 for all that are kept), oldest first.
    pub fn calls_after(&self, seq: u64) -> Vec<RecordedCall> {
        self.sim.calls().after(seq)
    }

    /// From now on the record keeps the bodies of requests, without their secrets, or keeps none.
    pub fn record_bodies(&self, record: bool) {
        self.sim.calls().record_bodies(record);
    }

    /// Forgets the recorded calls.
    pub fn clear_calls(&self) {
        self.sim.calls().clear();
    }

    /// Replaces the whole world by a world file's text. Tokens stay, as far as their accounts do.
    pub fn load_world(&self, text: &[u8]) -> Result<(), ControlError> {
        let directory = world::load(text, self.sim.now())?;
        *self.sim.directory_mut() = directory;
        Ok(())
    }

    /// The world as a world file's text.
    pub fn save_world(&self) -> Result<String, ControlError> {
        let document = world::save(&self.sim.directory())?;
        Ok(serde_json::to_string_pretty(&document).map_err(WorldError::from)?)
    }
}
