//! Google's JSON in Kalends' words: pure functions, each with its table of tests.

mod calendar;
mod event;
mod time;

pub(super) use calendar::calendar;
pub(super) use event::{MARKER, guesses_zone, item, ours};
pub(super) use time::stated_time;
