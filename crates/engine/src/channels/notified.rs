//! A provider's message that something changed.

use std::sync::Arc;

use kalends_core::time::PushChannelId;
use kalends_store::StoreError;
use secrecy::SecretString;

use crate::Engine;

/// A message, in no provider's words.
#[derive(Clone, Debug)]
pub struct Notification {
    /// The channel that it claims to come by.
    pub channel: String,
    /// The proof that it does.
    pub secret: Option<SecretString>,
    /// The provider's word for what is watched.
    pub resource_id: Option<String>,
    /// What it says.
    pub what: What,
}

/// What a message says. Providers say nothing about what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The channel works.
    Opened,
    /// Something changed.
    Changed,
    /// What was watched is gone.
    Gone,
}

/// Why a message was not taken; it should be sent again.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotifiedError {
    /// Too many wait already.
    #[error("too many notifications at once")]
    Busy,
    /// It could not be made durable.
    #[error("the notification could not be stored")]
    Store(#[source] Arc<StoreError>),
}

/// Takes a message: when this returns, what follows from it is durable. One that proves nothing is dropped without a
/// trace and without a write, and its sender is not told.
pub async fn notified(engine: &Engine, notification: Notification) -> Result<(), NotifiedError> {
    // All our ids are UUIDs, so this is none of ours.
    let Ok(channel) = notification.channel.parse::<PushChannelId>() else {
        return Ok(());
    };
    engine.gatherer().submit(engine, channel, notification).await
}
