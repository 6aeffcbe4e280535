//! Sync plans: what a provider said and what is stored in, what to write out.
//!
//! To add a direction or a policy: a file with a pure function and its table of tests; `engine` feeds it rows and
//! hands the plan to the store.

pub mod channels;
pub mod coverage;
pub mod drift;
pub mod load;
pub mod mass_deletion;
pub mod polling;
pub mod prefetch;
pub mod pull;
pub mod push;
pub mod quarantine;
pub mod watchdog;
