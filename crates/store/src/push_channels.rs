//! Push channels: what providers have been asked to tell, each under an id that is never used again.
//!
//! ```text
//! opening -> live -> stopping -> ended      opening -> refused | failed   (the provider knows nothing of it)
//!        \---------> stopping               (nobody knows what became of the question, or nobody wants it any more)
//! ```
//!
//! A row is kept until its channel has expired, so that late messages are known and a channel that was opened unseen can
//! still be stopped. Subjects are not references: channels outlive the rows of their users.

mod heard;
mod owed;
mod read;
mod settle;

use jiff::Timestamp;
use kalends_core::time::{CalendarId, ConnectionId, PushChannelId, TenantId};

pub(crate) use self::settle::stop_all;
pub use self::{
    heard::{Heard, HeardBatch},
    settle::{ChannelEnd, NewPushChannel, OpenedChannel},
};
use crate::db::words;

/// What a channel tells about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChannelSubject {
    /// Whose it is.
    pub tenant: TenantId,
    /// The account that asked.
    pub connection: ConnectionId,
    /// The calendar whose events are watched; `None` for the list of the account's calendars.
    pub calendar: Option<CalendarId>,
}

/// One push channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushChannel {
    /// Its id, here and at the provider.
    pub id: PushChannelId,
    /// What it tells about.
    pub subject: ChannelSubject,
    /// SHA-256 of the secret that its messages carry.
    pub secret_hash: [u8; 32],
    /// The provider's word for what is watched, once known.
    pub resource_id: Option<String>,
    /// Where it is in its life.
    pub state: ChannelState,
    /// Why it is not live, as a stable code.
    pub reason: Option<String>,
    /// When it was asked for.
    pub opened_at: Timestamp,
    /// When the provider ends it; before its answer, the latest that this can be.
    pub expires_at: Timestamp,
    /// When it is to be replaced.
    pub renew_at: Option<Timestamp>,
    /// When a message came last, to the minute.
    pub last_message_at: Option<Timestamp>,
    /// Changes in a row that a poll found and no message had told.
    pub missed: u32,
}

/// Where a channel is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChannelState {
    /// The provider has been asked, or is about to be.
    Opening,
    /// It tells.
    Live,
    /// It is no longer wanted and may still tell.
    Stopping,
    /// It was stopped.
    Ended,
    /// The provider does not open it for this subject.
    Refused,
    /// It was not opened this time.
    Failed,
}

words! {
    ChannelState {
        Opening = "opening", Live = "live", Stopping = "stopping", Ended = "ended", Refused = "refused",
        Failed = "failed",
    }
}
