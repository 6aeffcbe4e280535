//! Slots: the times at which an appointment can begin.
//!
//! A [`Question`] says what is asked ([`SlotQuery`]: window, duration, grid, buffers, notice), of whom ([`Person`]) and
//! in what company ([`Course`]: groups at one time, or steps one after the other). [`find`] answers it with [`Found`],
//! [`free`] with the time that the answer was cut from, and [`explain`] says of one instant, rule by rule, why it is
//! offered or not; what it says is what `find` does.
//!
//! What comes from where:
//!
//! | word | means |
//! |---|---|
//! | [`Person`] | somebody or something that is asked to come: a room is a person without appointments |
//! | [`Group`] | members by index into [`Question::people`], and how many of them an appointment needs |
//! | [`Choose`] | whom of those who can come: round robin is a group of which one is needed |
//! | [`Step`] | one appointment of a sequence, after a gap |
//! | [`Limits`] | the most appointments, and minutes of them, a day and a week |
//! | [`Appointment`] | what the caller has booked already: busy, counted, and perhaps with seats left |
//! | [`Person::ignore`] | time that shall count as free: the appointment that is about to be moved |
//! | [`Shape`] | every start on the grid, only slots that do not overlap, or periods |
//!
//! The order of things: free time makes *stretches* of possible starts; each stretch has a grid that begins at its
//! start, rounded up on the clock, and goes on by the step; buffers, notice, horizon, limits and groups choose among
//! the grid's candidates and never move it. Everything is sweeps over sorted runs: no provider is asked, nothing is
//! expanded, and candidates are not tried one by one.
//!
//! To add a rule, decide whether it shapes the stretches or chooses among candidates, add it there with a row in the
//! table of tests, and add its word to [`Rule`] so that it can be explained.

mod attendance;
mod choose;
mod civil_grid;
mod explain;
mod find;
mod limits;
mod line;
mod met;
mod minute_of_day;
mod open_hours;
mod person;
mod query;
mod question;
mod search;
mod seats;
mod sequence;
mod starts;
mod walk;

pub use attendance::{Attendance, Attendees, Found, Slot};
pub use choose::next_in_line;
pub use explain::{Because, Explanation, Finding, Rule, RuleVerdict, Verdict, explain};
pub use find::{find, free};
pub use limits::{Limit, Limits};
pub use minute_of_day::{DayWindow, MinuteOfDay, MinuteOfDayError};
pub use open_hours::{DateOverride, OpenHours, WeeklyWindow};
pub use person::{Appointment, Person, Source};
pub use query::SlotQuery;
pub use question::{Choose, Course, Group, Question, Required, Shape, Step};
