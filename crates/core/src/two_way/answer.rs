//! What becomes of fields about which a person was asked.

use super::{Edit, Ruling};
use crate::event::Content;

/// A person's answer about the fields that were asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The application's values stay.
    Ours,
    /// The calendar's values stay.
    Theirs,
}

/// What an answer makes of the application's event. The link holds the asked fields no longer: what then differs from
/// what the calendar has is sent.
pub fn answered(edit: &Edit, answer: Answer, current: &Content) -> Content {
    match answer {
        Answer::Ours => current.clone(),
        Answer::Theirs => current.clone().with(&edit.ruled(Ruling::Asked), &edit.after),
    }
}
