//! Connected accounts: what they are, ending them, and syncing them on request.

mod account;
mod consent;
mod disconnect;
mod event_counts;
mod get;
mod keep_alive;
mod list;
mod revoke;
mod run_row;
mod sync;
mod sync_runs;
mod trouble;
mod want;

use jiff::Timestamp;
use kalends_core::{
    provider::{Feature, ProviderKind},
    time::{CalendarId, ConnectionId, SyncRunId, UserId},
};
use kalends_store::StoreError;

use crate::{page::BadCursor, settings::SettingsError};

pub(crate) use account::LiveAccount;
pub use disconnect::disconnect;
pub(crate) use disconnect::disconnect_all;
pub use event_counts::{EventCounts, event_counts};
pub use get::get;
pub(crate) use get::{may_read, may_write, view};
pub(crate) use keep_alive::keep_alive;
pub use list::list;
pub(crate) use revoke::revoke;
pub use sync::{LONGEST_WAIT, SyncAnswer, Wait, sync, sync_user};
pub use sync_runs::sync_runs;
pub(crate) use trouble::{degrade, require_reauth};
pub(crate) use want::{Want, want};

/// One account that a user has connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// Whose account it is.
    pub user: UserId,
    /// Where it is.
    pub provider: ProviderKind,
    /// What people know it by, such as its address. Never logged.
    pub account: String,
    /// Whether it works.
    pub state: State,
    /// What the person was asked to allow.
    pub features: Vec<Feature>,
    /// Those of the features that they have not allowed.
    pub needs_consent: Vec<Feature>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Whether a connection works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It does.
    Active,
    /// It has trouble that may pass; it is tried further.
    Degraded {
        /// Stable code.
        reason: String,
    },
    /// The grant is dead: only the person can connect again.
    ReauthRequired {
        /// Stable code.
        reason: String,
        /// When it was found dead.
        revoked_at: Option<Timestamp>,
    },
    /// It was ended; its secrets and events are deleted.
    Disconnected,
}

/// One pass over one calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncRun {
    /// Its id.
    pub id: SyncRunId,
    /// Which calendar.
    pub calendar: CalendarId,
    /// Whether it read everything or what changed.
    pub kind: RunKind,
    /// Why it ran.
    pub trigger: Trigger,
    /// How it went.
    pub outcome: Outcome,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What it did.
    pub counts: RunCounts,
}

/// Whether a pass reads everything or what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKind {
    /// Everything.
    Full,
    /// What changed since the pass before.
    Delta,
}

/// Why a pass ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Its time had come.
    Poll,
    /// Somebody asked for it.
    Request,
    /// A question wanted fresher data.
    Live,
    /// The calendar was selected or its account connected.
    Selected,
    /// The provider told us that something changed.
    Push,
}

/// How a pass went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is under way.
    Running,
    /// It reached its end.
    Completed,
    /// It did not.
    Failed {
        /// Stable code.
        error: String,
    },
    /// Its worker was lost, or a newer pass overtook it.
    Interrupted,
}

/// What a pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunCounts {
    /// Events that are new.
    pub created: u64,
    /// Events that differ from before.
    pub updated: u64,
    /// Events that are gone.
    pub deleted: u64,
    /// Items that could not be read.
    pub quarantined: u64,
    /// Pages read.
    pub pages: u64,
    /// Requests made.
    pub requests: u64,
}

/// Why nothing could be done with a connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The tenant has no such connection.
    #[error("no such connection")]
    NotFound,
    /// The tenant has no such user.
    #[error("no such user")]
    UnknownUser,
    /// It was disconnected, or the person must connect it again first.
    #[error("the account is not connected; it must be connected again first")]
    NotConnected,
    /// The user has turned syncing off.
    #[error("syncing is turned off in the user's settings (sync.syncEnabled)")]
    SyncDisabled,
    /// The cursor is none of this list.
    #[error(transparent)]
    BadCursor(#[from] BadCursor),
    /// The user's settings cannot be read.
    #[error(transparent)]
    Settings(SettingsError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SettingsError> for ConnectionError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::UnknownUser => Self::UnknownUser,
            SettingsError::Store(error) => Self::Store(error),
            error => Self::Settings(error),
        }
    }
}

/// A missing row, in this capability's words.
fn missing(error: StoreError) -> ConnectionError {
    match error {
        StoreError::NotFound { .. } => ConnectionError::NotFound,
        error => ConnectionError::Store(error),
    }
}
