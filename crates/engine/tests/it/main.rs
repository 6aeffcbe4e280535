//! The engine on SQLite and PostgreSQL: pulls against a provider that fails on command, connecting and tokens against the simulator.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod harness;

mod answers;
mod audits;
mod bulks;
mod choices;
mod conflicts;
mod conflicts_resolved;
mod conflicts_theirs;
mod connecting;
mod connection_states;
mod consent;
mod coverage;
mod crashes;
mod daily;
mod deaths;
mod draining;
mod events;
mod feeds;
mod holds;
mod ignoring;
mod links;
mod mass_deletion;
mod notified;
mod overdue;
mod passes;
mod polling;
mod prefetch;
mod quarantine;
mod queue;
mod sweeps;
mod tasks;
mod tokens;
mod watching;
