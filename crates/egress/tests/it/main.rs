//! The whole stack against real servers on loopback.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod server;

mod batches;
mod concurrency;
mod failures;
mod logs;
mod tokens;
mod transport;
mod user_urls;
