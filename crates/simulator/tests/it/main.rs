//! The simulator over real HTTP on loopback: each test starts its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod events;
mod harness;
mod oauth;
mod smoke;
