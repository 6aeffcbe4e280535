//! The busy index: when calendars are busy, compiled ahead of every question.
//!
//! A *run* is a slice of intervals that are sorted and neither overlap nor touch; all answers are runs.
//! [`Builder`] compiles events to runs, [`Month`] rows keep them compactly, and the algebra ([`merge`], [`subtract`],
//! [`intersect`], ...) combines them in one pass over sorted arrays. Months are months of UTC.
//!
//! To add a rule about what blocks, extend [`BusyRules`] and the table beside it.

mod builder;
mod encoding;
mod month;
mod rules;
mod run;
#[cfg(test)]
mod sample;

pub use builder::{Builder, CompileFault, Compiled};
pub use encoding::DecodeError;
pub use month::{BusyMonth, Month, join, split};
pub use rules::{BusyRules, blocks};
pub use run::{clip, complement, intersect, merge, normalize, subtract};
pub(crate) use run::{intersect_into, join_all, subtract_into, union};
