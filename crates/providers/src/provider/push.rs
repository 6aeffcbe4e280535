//! Push channels: a provider's promise to tell us when something changes.
//!
//! What one channel covers is the provider's business, said by [`Capabilities::push`](super::Capabilities::push): Google
//! has channels for the events of one calendar and for the list of calendars; a provider whose channels cover something
//! else, such as a mailbox, adds a variant here, and the compiler names the places that must know it.

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use url::Url;

use super::CalendarRef;

/// What a channel can cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covers {
    /// The events of one calendar.
    Calendar,
    /// Which calendars the account has, and what it may do in them.
    CalendarList,
}

/// What is to be watched.
#[derive(Clone, Debug)]
pub enum WatchTarget {
    /// See [`Covers::Calendar`].
    Calendar(CalendarRef),
    /// See [`Covers::CalendarList`].
    CalendarList,
}

/// A channel that is asked for.
#[derive(Clone, Debug)]
pub struct NewChannel {
    /// Our name for it, never used before: providers refuse to take a name twice, even after its end.
    pub id: String,
    /// Where messages go.
    pub address: Url,
    /// What messages carry as proof of where they come from.
    pub secret: SecretString,
    /// How long it is to live; the provider may make it shorter.
    pub lifetime: SignedDuration,
}

/// A channel that the provider opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The provider's word for what is watched; the same for all channels that watch it.
    pub resource_id: String,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// Names a channel that is to be stopped.
#[derive(Clone, Debug)]
pub struct ChannelRef {
    /// [`NewChannel::id`].
    pub id: String,
    /// [`Channel::resource_id`].
    pub resource_id: String,
}

/// Why a provider opens no channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchRefusal {
    /// It does not send to our address: not https, a bad certificate, a domain that it does not accept.
    Address,
    /// It has no channels for this, as Google for calendars of holidays and birthdays.
    Subject,
}
