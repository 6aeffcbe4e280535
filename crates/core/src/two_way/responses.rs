//! Attendees' answers, which are theirs and never compete with anything.

use std::collections::BTreeMap;

use crate::external_event::Response;

/// The answers of an event's attendees, by address in the form in which it is compared
/// ([`Attendee::address`](crate::event::Attendee::address)).
pub type Answers = BTreeMap<String, Response>;

/// An attendee answered, or changed their answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Responded {
    /// Who. Never logged.
    pub address: String,
    /// The answer before; `NeedsAction` for somebody who was not asked before.
    pub before: Response,
    /// The answer now.
    pub after: Response,
}

/// Whose answer is another now. Who was only asked, or is no longer, has not answered.
pub fn responses(before: &Answers, after: &Answers) -> Vec<Responded> {
    let changed = after.iter().filter_map(|(address, answer)| {
        let earlier = before.get(address).copied().unwrap_or(Response::NeedsAction);
        (earlier != *answer).then(|| Responded {
            address: address.clone(),
            before: earlier,
            after: *answer,
        })
    });
    changed.collect()
}
