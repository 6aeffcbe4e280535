//! What people see of a calendar's push channel.

use jiff::Timestamp;
use kalends_core::{provider::ProviderKind, time::PushChannelId};
use kalends_store::{ChannelState, PushChannel};

use super::{
    Covers,
    alive::{Health, health, is_live},
};
use crate::Engine;

/// How a calendar's changes come to be known besides polling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushStatus {
    /// Whether its provider tells.
    pub state: PushState,
    /// Why not, as a stable code.
    pub reason: Option<String>,
    /// The channel.
    pub channel: Option<PushChannelId>,
    /// When it ends unless it is replaced, which happens before.
    pub expires_at: Option<Timestamp>,
    /// When it last told something, to the minute.
    pub last_message_at: Option<Timestamp>,
}

/// Whether a calendar's provider tells of changes. In every state but `Live` polls are all there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushState {
    /// It does.
    Live,
    /// It is being asked to.
    Opening,
    /// Nobody wants it to, or it cannot.
    Off,
    /// It refuses; it is asked again after a day.
    Refused,
    /// It does not although it should; it is asked again.
    Unavailable,
}

/// Whose status it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StatusOf {
    pub(crate) provider: ProviderKind,
    /// Whether the calendar counts and is there.
    pub(crate) watched: bool,
}

/// The status of a calendar by its channels that have not ended, oldest first.
pub(crate) fn status(engine: &Engine, of: StatusOf, channels: &[&PushChannel]) -> PushStatus {
    let now = engine.ambient().now();
    let adapter = engine.provider(of.provider);
    let supported = adapter.is_some_and(|adapter| adapter.capabilities().push.contains(&Covers::Calendar));
    if !supported {
        return none(PushState::Off, Some("push_not_supported"));
    }
    if !of.watched {
        return none(PushState::Off, Some("not_selected"));
    }
    if let Some(live) = channels.iter().rev().find(|channel| is_live(channel, now)) {
        let (state, reason) = match health(live, now) {
            Health::Well => (PushState::Live, None),
            Health::Unheard => (PushState::Unavailable, Some("no_message")),
            Health::Silent => (PushState::Unavailable, Some("silent")),
        };
        return PushStatus {
            channel: Some(live.id),
            expires_at: Some(live.expires_at),
            last_message_at: live.last_message_at,
            ..none(state, reason)
        };
    }
    if engine.settings().push.is_none() {
        return none(PushState::Off, Some("no_public_url"));
    }
    let Some(newest) = channels.last() else {
        return none(PushState::Off, None);
    };
    let reason = newest.reason.as_deref();
    match newest.state {
        ChannelState::Opening => none(PushState::Opening, None),
        ChannelState::Refused => none(PushState::Refused, reason),
        ChannelState::Live => none(PushState::Unavailable, Some("expired")),
        ChannelState::Failed | ChannelState::Stopping | ChannelState::Ended => {
            none(PushState::Unavailable, reason)
        }
    }
}

fn none(state: PushState, reason: Option<&str>) -> PushStatus {
    PushStatus {
        state,
        reason: reason.map(str::to_owned),
        channel: None,
        expires_at: None,
        last_message_at: None,
    }
}
