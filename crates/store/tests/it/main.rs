//! The store against real databases. Every test runs on SQLite and, when `KALENDS_TEST_POSTGRES_URL` names a server,
//! on PostgreSQL; [`harness::both`] makes the two.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod harness;

mod accounts;
mod busy_index;
mod changes;
mod claims;
mod connections;
mod events;
mod idempotency_keys;
mod isolation;
mod leaving;
mod migrations;
mod pull;
mod pull_faults;
mod push_channels;
mod replicas;
mod schedules;
mod sealing;
mod tasks;
mod tasks_batches;
mod tasks_race;
mod tasks_turns;
mod tasks_wake;
