//! Pure domain and algorithms: time, recurrence, iCalendar mapping, busy index, slots, sync plans.
//!
//! Nothing here reads a clock, the environment, a file or a random number; nothing is async and nothing logs.
//! Whatever a function needs arrives as a value, so every rule can be shown in a table of a test.
//!
//! To add a rule, find the room by its word (`recurrence`, `busy`, `slots`, ...), write the pure function with a
//! `check(input, expect)` table beside it, and let `engine` feed it rows.

pub mod ambient;
pub mod availability;
pub mod busy;
pub mod claims;
pub mod conflict;
pub mod event;
pub mod external_event;
pub mod ical;
pub mod invalid_field;
pub mod provider;
pub mod recurrence;
pub mod settings;
pub mod slots;
pub mod sync;
pub mod time;
pub mod two_way;
