//! One step of writing an event.

use kalends_core::{
    event::Invitations,
    sync::push::{LinkKey, MeetingLink, Step},
};

/// A step to take, with what belongs to it.
///
/// Steps in the lane `Backfill` are a bulk: those that are taken at nearly the same time travel together, where the
/// provider takes several in one request. Each has its own answer all the same.
#[derive(Clone, Copy, Debug)]
pub struct EventOrder<'a> {
    /// The step; one that asks for nothing is not to be given.
    pub step: &'a Step,
    /// Whose event it is.
    pub key: LinkKey,
    /// How often a meeting link was asked for before: [`LinkState::meeting_link`](kalends_core::sync::push::LinkState).
    pub meeting_link: MeetingLink,
    /// Whether the provider tells attendees.
    pub invitations: Invitations,
}
