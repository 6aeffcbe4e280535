//! Whose turn it is, from one slot of an answer to the next.

use super::{
    Choose, Person,
    choose::{Loose, Matching, appointments},
    met::share_nobody,
    search::PartSearch,
};

/// The lines of the groups that leave a choice.
#[derive(Debug)]
pub(super) struct Lines<'s> {
    groups: &'s [Loose],
    /// For each group its members, first in line first, each with their place in the group's line at the beginning.
    lines: Vec<Vec<(usize, usize)>>,
    /// Appointments so far and slots of this answer, by person.
    given: Vec<usize>,
    /// Only when somebody stands in two groups.
    matching: Option<Matching>,
}

impl<'s> Lines<'s> {
    pub(super) fn new(people: &[Person<'_>], part: &'s PartSearch<'_>) -> Self {
        let line = |group: &Loose| group.line.iter().copied().enumerate().collect();
        Self {
            groups: &part.loose,
            lines: part.loose.iter().map(line).collect(),
            given: people.iter().map(appointments).collect(),
            matching: (!share_nobody(&part.loose, people.len())).then(|| Matching::new(people.len())),
        }
    }

    /// Appends who is chosen of those who can come, group by group. Enough of them can.
    pub(super) fn choose(&mut self, can_come: impl Fn(usize) -> bool, chosen: &mut Vec<u16>) {
        if let ([group], [line]) = (self.groups, &mut *self.lines)
            && group.needed == 1
        {
            // One of one group: who is found is moved at once.
            if let Some(place) = line.iter().position(|(_, member)| can_come(*member)) {
                let member = line[place].1;
                chosen.push(member as u16);
                self.given[member] += 1;
                if group.choose == Choose::MaxAvailability {
                    step_back(line, place, &self.given);
                }
            }
            return;
        }
        let first = chosen.len();
        match &mut self.matching {
            None => {
                for (group, line) in self.groups.iter().zip(&self.lines) {
                    let able = line
                        .iter()
                        .map(|(_, member)| *member)
                        .filter(|member| can_come(*member));
                    chosen.extend(able.take(group.needed).map(|member| member as u16));
                }
            }
            Some(matching) => {
                let members = |line: &Vec<(usize, usize)>| line.iter().map(|(_, member)| *member).collect();
                let lines: Vec<Vec<usize>> = self.lines.iter().map(members).collect();
                let seated = matching
                    .seat(self.groups, &lines, None, can_come)
                    .unwrap_or_default();
                chosen.extend(seated.iter().flatten().map(|member| *member as u16));
            }
        }
        // One after the other, so that every line is in order but for the one who moves.
        for member in &chosen[first..] {
            let member = usize::from(*member);
            self.given[member] += 1;
            for (group, line) in self.groups.iter().zip(&mut self.lines) {
                let place = line.iter().position(|(_, other)| *other == member);
                if let Some(place) = place.filter(|_| group.choose == Choose::MaxAvailability) {
                    step_back(line, place, &self.given);
                }
            }
        }
    }
}

/// Moves a member who has just been chosen behind those who have had fewer.
fn step_back(line: &mut [(usize, usize)], place: usize, given: &[usize]) {
    let (rank, member) = line[place];
    let behind = line[place + 1..]
        .partition_point(|(other_rank, other)| (given[*other], *other_rank) < (given[member], rank));
    line[place..=place + behind].rotate_left(1);
}
