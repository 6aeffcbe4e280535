//! The built binary, as people start it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod demo;
mod drain;
mod ics_expand;
mod killed;
mod owner;
mod process;
mod refresh;
mod replicas;
mod serve;
mod simulate;
mod simulator_recipe;
mod slots;
mod sources;
