//! What polling asks of each provider, against what its budget allows: shown, warned of, and kept within.
//!
//! The rows say how many calendars are polled how often; the plan is `core::sync::load`. Each process measures for
//! itself every few minutes. Where more is planned than polls may use, [`Pace`] stretches every poll from then on.

mod measure;
mod pace;
mod watch;

use kalends_core::{provider::ProviderKind, sync::load::Load};

pub use measure::measure;
pub(crate) use pace::Pace;
pub(crate) use watch::keep;
pub use watch::watch;

/// The load of the calendars that share a budget.
#[derive(Clone, Debug, PartialEq)]
pub struct BudgetLoad {
    /// Who is asked.
    pub provider: ProviderKind,
    /// The OAuth client by which the provider counts, where there is one.
    pub client: Option<String>,
    /// What is planned, and what is allowed.
    pub load: Load,
}
