//! How far an answer about free time can be trusted, calendar by calendar.
//!
//! [`judge`] says what is known about a calendar ([`Evidence`]); [`weigh`] says what of it counts: which busy time,
//! and which time is `unknown`, which is never free. Nothing here asks a provider; [`Evidence::wants_live_check`]
//! says when the engine should.

mod evidence;
mod weigh;

pub use evidence::{Demand, Evidence, Source, Standing, Status, judge};
pub use weigh::{OnUnreachable, Weight, weigh};
