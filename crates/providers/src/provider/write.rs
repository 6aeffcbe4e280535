//! One step of writing an event.

use kalends_core::{
    event::Invitations,
    sync::push::{LinkKey, Step},
};

/// A step to take, with what belongs to it.
#[derive(Clone, Copy, Debug)]
pub struct EventOrder<'a> {
    /// The step; one that asks for nothing is not to be given.
    pub step: &'a Step,
    /// Whose event it is.
    pub key: LinkKey,
    /// Whether the provider tells attendees.
    pub invitations: Invitations,
}
