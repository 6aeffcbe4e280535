//! What Kalends does: one folder per capability, one verb per file, and the task runner.
//!
//! A verb is a function that takes the [`Engine`] and what it needs: `users::put(&engine, ...)`. It reads, decides by
//! a pure function, and writes in one transaction of the store. Only tasks, and the few verbs that say so, wait for
//! a provider; none does while a transaction is open.
//!
//! To add a verb: a file in the folder of its capability, the errors that it can meet in that folder's enum, and a
//! line in the folder's head. To add background work: a variant of [`runner`]'s task kinds and a handler that may run
//! twice, be killed anywhere, and find its subject gone.

mod audit;
pub mod availability;
pub mod blocks;
pub mod calendars;
pub mod changes;
pub mod channels;
pub mod claims;
pub mod conflicts;
pub mod connect;
pub mod connections;
mod engine;
pub mod events;
pub mod external_events;
pub mod holds;
pub mod idempotency;
pub mod keys;
mod links;
pub mod load;
pub mod page;
pub mod prefetch;
mod pull;
pub mod readiness;
pub mod replicas;
pub mod runner;
pub mod schedules;
pub mod settings;
pub mod tasks;
pub mod tenants;
pub mod tokens;
pub mod users;

pub use kalends_egress::Counting;
pub use kalends_providers::provider::ProviderError;
pub use kalends_store::StoreError;

pub use engine::{Audits, Engine, EngineSettings, Parts};
