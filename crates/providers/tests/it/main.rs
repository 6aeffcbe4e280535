//! The adapters against servers that answer what each test tells them to, over real sockets and the whole egress stack.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod canned;
mod google;
mod ics;
mod oauth;
mod simulated;
mod world;
