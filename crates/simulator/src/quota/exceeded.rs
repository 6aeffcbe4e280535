//! Notes about quotas that were exceeded: one for each time that a limit was reached, however many calls came then.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Serialize;

use super::Quota;

/// Notes beyond this many push the oldest out.
const KEPT: usize = 10_000;

/// A quota that was exceeded, from the first call beyond it until the window had room again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exceeded {
    /// What was exceeded.
    pub quota: Quota,
    /// The limit.
    pub limit: u32,
    /// Whether the calls were refused; otherwise Google would have refused them.
    pub refused: bool,
    /// When the first call beyond the limit came.
    pub since: Timestamp,
    /// When the last one came.
    pub until: Timestamp,
    /// How many calls (or events, invitations, calendars) came beyond the limit.
    pub calls: u64,
    /// Whose call was the first.
    pub account: String,
    /// The OAuth client of the first call; unknown for what is counted by person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The calendar, where writes to one are limited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
}

/// The latest notes.
#[derive(Debug, Default)]
pub(super) struct Notes {
    notes: VecDeque<Exceeded>,
    /// The number of the first note that is kept.
    first: u64,
}

impl Notes {
    /// Adds to the note that was begun, or begins one; answers its number.
    pub(super) fn note(&mut self, begun: Option<u64>, new: Exceeded) -> u64 {
        if let Some(number) = begun
            && let Some(index) = number.checked_sub(self.first)
            && let Some(note) = usize::try_from(index)
                .ok()
                .and_then(|index| self.notes.get_mut(index))
        {
            note.until = new.until;
            note.calls += new.calls;
            return number;
        }
        if self.notes.len() == KEPT {
            self.notes.pop_front();
            self.first += 1;
        }
        self.notes.push_back(new);
        self.first + self.notes.len() as u64 - 1
    }

    pub(super) fn all(&self) -> Vec<Exceeded> {
        self.notes.iter().cloned().collect()
    }
}
