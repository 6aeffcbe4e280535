//! Push channels in: providers tell us that something changed, and a pull finds out what.
//!
//! ```text
//! watch    opens a subject's channel, replaces it before it expires, or lets it go: whatever the rows say is wanted
//! notified a message: proven, coalesced with others, durable before it is answered
//! unwatch  stops a channel that is no longer wanted
//! ```
//!
//! A channel's row comes before the question, because the first message may come before the answer. Ids are never used
//! twice and rows never overwritten, because nobody can list the channels that a provider has. A new channel is live
//! before the old one is stopped; what the old one still says is ignored, since the new one begins with a pull.
//!
//! Push is a hint, never the truth: messages are lost, late, repeated and forged. Polls go on, tell when a channel that
//! should have spoken has not, and are all there is where no channel can be had; [`PushStatus`] says so.

mod alive;
mod gather;
mod judge;
mod notified;
mod open;
mod status;
mod stop;
mod subject;
mod unwatch;
mod watch;

use jiff::SignedDuration;
use kalends_providers::provider::Covers;
use url::Url;

pub(crate) use self::{
    alive::{missed, news},
    gather::Gatherer,
    status::{StatusOf, status},
    stop::{StopError, stop_before_revoking},
    subject::{covers, watch_of_calendar, watches_of_account, without_task},
    unwatch::unwatch,
    watch::watch,
};
pub use self::{
    notified::{Notification, NotifiedError, What, notified},
    status::{PushState, PushStatus},
};

/// How long channels are asked to live: Google's default, which it has never been seen to shorten.
const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How providers reach us.
#[derive(Clone, Debug)]
pub struct PushSettings {
    /// Where messages arrive; the provider's name is put behind it. Ends with a slash.
    pub url: Url,
    /// The shortest time between two pulls of a calendar that messages ask for: what comes in a burst is pulled once.
    pub pause: SignedDuration,
}
