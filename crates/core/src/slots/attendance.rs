//! The answer to a question, and who comes to each slot.

use super::{Group, Required};
use crate::time::Interval;

/// The answer to a [`Question`](super::Question).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The slots, in order; none for [`Shape::Periods`](super::Shape::Periods).
    pub slots: Vec<Slot>,
    /// The periods, in order; none for the other shapes.
    pub periods: Vec<Interval>,
    /// There are more than `max_results`.
    pub more: bool,
    /// The run of the window in which enough people are open, and because nobody knows whether they are free there
    /// is no slot.
    pub unknown: Vec<Interval>,
    /// The part of a [`Choose::MaxFairness`](super::Choose::MaxFairness) group whose turn it is had no slot, and
    /// everybody was asked.
    pub asked_everybody: bool,
    /// The people of each part of the course.
    pub(super) company: Vec<Company>,
}

/// A time that can be offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// From the start of the first appointment to the end of the last, without buffers.
    pub interval: Interval,
    /// How many more can join, when the slot is an appointment that there is already.
    pub seats_left: Option<u32>,
}

/// Who comes to one appointment of a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendance {
    /// The appointment, without buffers.
    pub interval: Interval,
    /// The people, group by group in the order of the question.
    pub groups: Vec<Attendees>,
}

/// Members of one group, by their index into [`Question::people`](super::Question::people).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attendees {
    /// Who can come, in the group's order. With a fair choice those whose turn it is, unless everybody was asked.
    pub can_come: Vec<usize>,
    /// Who is to come, as many as the group requires, first in line first. Nobody is chosen twice.
    pub chosen: Vec<usize>,
}

/// Who comes to one part of the course, for all slots: a column for each slot, a row for each person who may be
/// chosen, a bit where they can come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Company {
    pub(super) groups: Vec<Group>,
    /// When the part takes place, by column; empty when it is the whole course.
    pub(super) intervals: Vec<Interval>,
    /// By person; empty for those who are compelled to come or were not asked.
    pub(super) rows: Vec<Vec<u64>>,
    /// Who was chosen from the groups that leave a choice, group by group, for one column after the other.
    pub(super) chosen: Vec<u16>,
}

impl Found {
    /// Who comes to a slot of this answer: one entry for each appointment of the course; none for another's slot.
    pub fn attendance(&self, slot: &Slot) -> Vec<Attendance> {
        let start = slot.interval.start_us();
        let found = self
            .slots
            .binary_search_by_key(&start, |slot| slot.interval.start_us());
        let Ok(column) = found else {
            return Vec::new();
        };
        let of_part = |company: &Company| Attendance {
            interval: company.intervals.get(column).copied().unwrap_or(slot.interval),
            groups: company.attendees(column),
        };
        self.company.iter().map(of_part).collect()
    }

    /// Whether nothing can be offered.
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty() && self.periods.is_empty()
    }
}

impl Company {
    fn attendees(&self, column: usize) -> Vec<Attendees> {
        let seats = self.groups.iter().filter(|group| group.required != Required::All);
        let seats: usize = seats.map(Group::needed).sum();
        let mut chosen = self
            .chosen
            .iter()
            .skip(column * seats)
            .map(|member| usize::from(*member));
        let attendees = |group: &Group| match group.required {
            Required::All => Attendees {
                can_come: group.members.clone(),
                chosen: group.members.clone(),
            },
            Required::Some(needed) => Attendees {
                can_come: group
                    .members
                    .iter()
                    .copied()
                    .filter(|member| has(&self.rows[*member], column))
                    .collect(),
                chosen: chosen.by_ref().take(needed).collect(),
            },
        };
        self.groups.iter().map(attendees).collect()
    }

    pub(super) fn set(&mut self, person: usize, column: usize) {
        self.rows[person][column / 64] |= 1 << (column % 64);
    }
}

/// Whether a row has a bit in the column.
pub(super) fn has(row: &[u64], column: usize) -> bool {
    row.get(column / 64)
        .is_some_and(|word| word >> (column % 64) & 1 == 1)
}
