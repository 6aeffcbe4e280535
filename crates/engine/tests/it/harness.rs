//! What the tests stand on.

mod events;
mod scripted;
mod simulated;
mod world;

pub(crate) use events::{cancelled, moved, series, single};
pub(crate) use scripted::Scripted;
pub(crate) use simulated::{Decision, READ, Simulated};
pub(crate) use world::{CALENDAR, World, interval, remote};
