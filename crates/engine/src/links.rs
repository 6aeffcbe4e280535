//! Events on calendars: from the store to the provider and back.
//!
//! Each link, which is one event on one calendar, has a task of its own:
//!
//! ```text
//! push_link -> read link, event, calendar, settings -> core::sync::push::plan
//!           -> note the attempt -> Provider::write -> core::sync::push::after -> plan again ...
//!           -> nothing is left to do: link, status and news in one commit
//! ```
//!
//! The link's row says what is owed, and every write of it is for the revision that was read; so the task may run twice
//! and may die anywhere. What a person did on their calendar is noted by pulls, which write nothing else of a link, and
//! looked at here, in one place: [`core::two_way`](kalends_core::two_way) decides.
//!
//! One time of a series that differs, or that a person changed, has a link of its own and so a task of its own. The
//! series' push makes these links and lets them follow (`times`); until the series is done they wait.
//!
//! To add a reason for sending nothing: a variant of [`Refusal`](kalends_core::sync::push::Refusal) and its line in
//! `gate`, or in what a provider answers.

mod deleted;
mod edited;
mod failed;
mod gate;
mod news;
mod owed;
mod push;
mod pushing;
mod subject;
mod times;
mod values;

pub(crate) use self::{failed::failed, owed::pushes, push::push, subject::read};
