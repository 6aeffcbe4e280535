//! Push notifications: channels that a caller opens with a `watch` method, and the messages sent over them.
//!
//! A channel remembers the version of its resource that it told last. Whatever changed the resource (the API, the
//! control plane, the page) is found by comparing versions, in [`post_office`]; [`delivery`] sends what is due.
//! [`channel`] is the state, [`letter`] a message and what became of it, [`trouble`] what goes wrong on demand.
//! The rules are those of Google's push guides for Calendar and Drive, which share one channel platform.

mod channel;
mod delivery;
mod letter;
mod post_office;
mod request;
mod resource;
mod stop;
mod trouble;
mod watch;

pub use channel::Forgery;
pub use letter::{Attempt, Delivery, Outcome, PushState, Way};
pub use post_office::{ChannelShown, PushOrder};
pub use trouble::{PushFault, PushTrouble};

pub(crate) use delivery::{PushBell, deliver, egress};
pub(crate) use post_office::{PostOffice, SavedPostOffice};
pub(crate) use stop::stop;
pub(crate) use watch::{watch_acl, watch_calendar_list, watch_events, watch_settings};
