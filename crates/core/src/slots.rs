//! Slots: the times at which an appointment can begin.
//!
//! [`OpenHours`] become windows of UTC; [`find`] leaves of them what nobody is busy in and walks a grid over it. All
//! of it is sweeps over sorted runs: no provider is asked, nothing is expanded, nothing is allocated per candidate.
//!
//! To add a rule, decide whether it shapes the free time (`free` in [`Found`]), or chooses among the candidates of
//! the grid (notice, buffers), and add it there with a row in the table of tests.

mod civil_grid;
mod find;
mod minute_of_day;
mod open_hours;
mod query;

pub use find::{Found, Person, Slot, find};
pub use minute_of_day::{DayWindow, MinuteOfDay, MinuteOfDayError};
pub use open_hours::{DateOverride, OpenHours, WeeklyWindow};
pub use query::SlotQuery;
