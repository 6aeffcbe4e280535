//! A whole question: what is asked, of whom, in what company.

use super::{
    Appointment, Limits, Person, SlotQuery, choose,
    query::{DAY, WEEK, minutes, pad},
};
use crate::{invalid_field::InvalidField, time::Interval};

/// A question for slots.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// What is asked.
    pub query: &'a SlotQuery,
    /// Everybody who is asked to come, each once.
    pub people: &'a [Person<'a>],
    /// In what company.
    pub course: Course,
    /// The form of the answer.
    pub shape: Shape,
    /// The most appointments of the organiser's calendar a day and a week, by the clock of the query's zone, whoever
    /// comes.
    pub limits: Limits,
    /// What counts for `limits`.
    pub appointments: &'a [Appointment],
}

/// Who has to come, when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Course {
    /// One appointment, as long as the query says, at which all groups are met at once.
    Together(Vec<Group>),
    /// Appointments one after the other. The query's duration is not looked at; its buffers lie before the first
    /// step and after the last.
    Sequence(Vec<Step>),
}

/// People of whom some or all have to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Indexes into [`Question::people`], each once. One who stands in several groups is chosen for one of them.
    pub members: Vec<usize>,
    /// How many of them.
    pub required: Required,
    /// Whom.
    pub choose: Choose,
}

/// How many members of a group have to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Required {
    /// All of them.
    All,
    /// This many, at least one.
    Some(usize),
}

/// Whom of a group's members an appointment is offered with, where not all are required.
///
/// Members stand in line: first the one with the fewest appointments ([`Person::appointments`] and
/// [`Person::booked`]), among those the one whose last appointment is longest ago, among those the one named first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choose {
    /// Whoever can. A slot is offered when enough members can come, and the slots of an answer are shared out:
    /// each goes to those who have the fewest appointments together with the slots before it.
    #[default]
    MaxAvailability,
    /// Whose turn it is. Only the half of the group with the fewest appointments is asked (rounded up, at least as
    /// many as are required, with all who have as few as the last of them), and each slot goes to the first in line.
    /// When that half has no slot in the whole window, everybody is asked.
    MaxFairness,
}

/// One appointment of a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// How long it takes, 1 to 10,080 minutes.
    pub duration_minutes: u32,
    /// Who has to come.
    pub groups: Vec<Group>,
    /// The shortest and the longest time since the end of the step before, 0 to 10,080 minutes; it begins as early as
    /// it can: at once after the shortest, else at a time that is rounded as the query says, else on a full minute.
    /// Not looked at in the first step.
    pub gap_minutes: (u32, u32),
    /// For this long before the step those who come to it may not be busy, 0 to 1,440; `None` is the query's for the
    /// first step and 0 for the others.
    pub buffer_before_minutes: Option<u32>,
    /// The same after the step; `None` is the query's for the last step and 0 for the others.
    pub buffer_after_minutes: Option<u32>,
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Every start on the grid; where the step is shorter than the duration, slots overlap.
    #[default]
    OverlappingSlots,
    /// Of these, from the first on, those that do not overlap the one before.
    Slots,
    /// No grid: the spans, at least as long as the duration, in which every start is possible that leaves room for
    /// the duration. Not for sequences; appointments that can be joined are not among them.
    Periods,
}

/// Most steps of a sequence.
const MOST_STEPS: usize = 10;
/// Most groups of one appointment.
const MOST_GROUPS: usize = 20;

impl Group {
    /// All of some people.
    pub fn all(members: Vec<usize>) -> Self {
        Self {
            members,
            required: Required::All,
            choose: Choose::default(),
        }
    }

    /// So many of some people.
    pub fn some(members: Vec<usize>, required: usize, choose: Choose) -> Self {
        Self {
            members,
            required: Required::Some(required),
            choose,
        }
    }

    /// How many have to come.
    pub fn needed(&self) -> usize {
        match self.required {
            Required::All => self.members.len(),
            Required::Some(needed) => needed,
        }
    }
}

impl<'a> Question<'a> {
    /// The plain question: all of the people at one time.
    pub fn together(query: &'a SlotQuery, people: &'a [Person<'a>]) -> Self {
        let everybody = Group::all((0..people.len()).collect());
        Self::new(query, people, Course::Together(vec![everybody]))
    }

    /// A question without limits of its own, answered by the grid.
    pub fn new(query: &'a SlotQuery, people: &'a [Person<'a>], course: Course) -> Self {
        Self {
            query,
            people,
            course,
            shape: Shape::default(),
            limits: Limits::default(),
            appointments: &[],
        }
    }

    /// Checks every field. `groups[1].members` stands for whatever the caller calls it.
    pub fn check(&self) -> Result<(), InvalidField> {
        self.query.check()?;
        self.limits.check(|| "limits".to_owned())?;
        for (index, person) in self.people.iter().enumerate() {
            person.limits.check(|| format!("people[{index}].limits"))?;
        }
        match &self.course {
            Course::Together(groups) => self.check_groups("groups", groups),
            Course::Sequence(steps) => self.check_steps(steps),
        }
    }

    fn check_steps(&self, steps: &[Step]) -> Result<(), InvalidField> {
        if !(1..=MOST_STEPS).contains(&steps.len()) {
            let expected = format!("a list of 1 to {MOST_STEPS} steps");
            return Err(InvalidField::new("sequence", expected));
        }
        if self.shape == Shape::Periods {
            let expected = "slots or overlapping slots for a sequence, which has no periods";
            return Err(InvalidField::new("shape", expected));
        }
        for (index, step) in steps.iter().enumerate() {
            let (shortest, longest) = step.gap_minutes;
            for (field, value, bounds) in [
                ("durationMinutes", step.duration_minutes, 1..=WEEK),
                ("gapMinutes.min", shortest, 0..=WEEK),
                ("gapMinutes.max", longest, shortest..=WEEK),
                (
                    "bufferBeforeMinutes",
                    step.buffer_before_minutes.unwrap_or(0),
                    0..=DAY,
                ),
                (
                    "bufferAfterMinutes",
                    step.buffer_after_minutes.unwrap_or(0),
                    0..=DAY,
                ),
            ] {
                InvalidField::unless_within(&format!("sequence[{index}].{field}"), value, bounds)?;
            }
            self.check_groups(&format!("sequence[{index}].groups"), &step.groups)?;
        }
        Ok(())
    }

    fn check_groups(&self, field: &str, groups: &[Group]) -> Result<(), InvalidField> {
        if !(1..=MOST_GROUPS).contains(&groups.len()) {
            let expected = format!("a list of 1 to {MOST_GROUPS} groups");
            return Err(InvalidField::new(field, expected));
        }
        for (index, group) in groups.iter().enumerate() {
            let mut seen = vec![false; self.people.len()];
            let known = !group.members.is_empty()
                && group.members.iter().all(|member| {
                    let seen = seen.get_mut(*member);
                    seen.is_some_and(|seen| !std::mem::replace(seen, true))
                });
            if !known {
                let expected = "a list of at least one of the people of the question, each once";
                return Err(InvalidField::new(format!("{field}[{index}].members"), expected));
            }
            if group.required != Required::All && !(1..=group.members.len()).contains(&group.needed()) {
                let expected = format!(
                    "\"all\" or from 1 to {}, the number of members",
                    group.members.len()
                );
                return Err(InvalidField::new(format!("{field}[{index}].required"), expected));
            }
        }
        if groups.len() == 1 || choose::can_ever_be_met(groups, self.people.len()) {
            return Ok(());
        }
        let expected = "groups that can be met together: nobody is chosen for two of them at once";
        Err(InvalidField::new(field, expected))
    }

    /// The appointments of the course, in order.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        self.course.parts(self.query)
    }
}

impl Course {
    /// The time over which an answer needs to know who is busy: the query's window, widened by the longest buffers.
    pub fn reach(&self, query: &SlotQuery) -> Interval {
        let parts = self.parts(query);
        let before = parts.iter().map(|part| part.before).max().unwrap_or_default();
        let after = parts.iter().map(|part| part.after).max().unwrap_or_default();
        pad(query.window, before, after)
    }

    fn parts(&self, query: &SlotQuery) -> Vec<Part<'_>> {
        let (before, after) = (query.buffer_before_minutes, query.buffer_after_minutes);
        match self {
            Self::Together(groups) => vec![Part {
                duration: minutes(query.duration_minutes),
                groups,
                gap: (0, 0),
                before: minutes(before),
                after: minutes(after),
            }],
            Self::Sequence(steps) => {
                let outer = |is_outer: bool, buffer: u32| if is_outer { buffer } else { 0 };
                let last = steps.len().saturating_sub(1);
                let parts = steps.iter().enumerate().map(|(index, step)| {
                    let before = step.buffer_before_minutes.unwrap_or(outer(index == 0, before));
                    let after = step.buffer_after_minutes.unwrap_or(outer(index == last, after));
                    Part {
                        duration: minutes(step.duration_minutes),
                        groups: &step.groups,
                        gap: (minutes(step.gap_minutes.0), minutes(step.gap_minutes.1)),
                        before: minutes(before),
                        after: minutes(after),
                    }
                });
                parts.collect()
            }
        }
    }
}

/// One appointment of a course; lengths in microseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'q> {
    pub(super) duration: i64,
    pub(super) groups: &'q [Group],
    /// The shortest and the longest time since the part before.
    pub(super) gap: (i64, i64),
    pub(super) before: i64,
    pub(super) after: i64,
}
