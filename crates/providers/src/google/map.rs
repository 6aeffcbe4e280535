//! Google's JSON in Kalends' words: pure functions, each with its table of tests.

mod calendar;
mod event;
mod time;

pub(super) use calendar::calendar;
pub(super) use event::{guesses_zone, item};
pub(super) use time::stated_time;
