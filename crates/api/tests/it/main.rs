//! The HTTP API from outside: requests in, bodies out.

#![expect(
    clippy::unwrap_used,
    reason = "tests fail by panics, in their own functions too"
)]

mod calendars;
mod conflicts;
mod connect;
mod connections;
mod conventions;
mod events;
mod feeds;
mod holds;
mod idempotency;
mod nonsense;
mod openapi;
mod push;
mod readiness;
mod reading;
mod reading_explain;
mod reading_slots;
mod story;
mod tasks;
mod tenants;
mod unchanged;
mod users;
