//! Whom an appointment is offered with: lines for round robin, and nobody twice.

use super::{Choose, Group, Person, Required};

/// The members of a group in the order in which it is their turn; see [`Choose`].
pub fn next_in_line(people: &[Person<'_>], group: &Group) -> Vec<usize> {
    let mut line = group.members.clone();
    line.sort_by_cached_key(|member| turn(&people[*member]));
    line
}

/// Fewer appointments come first, then the last appointment longer ago.
fn turn(person: &Person<'_>) -> (usize, Option<i64>) {
    let last = person.counted().map(|given| given.interval.start_us()).max();
    (appointments(person), last)
}

/// What the person has had so far.
pub(super) fn appointments(person: &Person<'_>) -> usize {
    person.booked as usize + person.counted().count()
}

/// A group of which not all are needed, as a search sees it.
#[derive(Clone, Debug)]
pub(super) struct Loose {
    /// Who can be chosen, first in line first.
    pub(super) line: Vec<usize>,
    pub(super) needed: usize,
    pub(super) choose: Choose,
}

/// The members of groups that need all of their members.
pub(super) fn compelled(groups: &[Group]) -> Vec<usize> {
    let all = groups.iter().filter(|group| group.required == Required::All);
    all.flat_map(|group| group.members.iter().copied()).collect()
}

/// The groups that leave a choice, without those who are compelled to come in another group.
///
/// `is_fair`: of a fair group only the half whose turn it is.
pub(super) fn loose(people: &[Person<'_>], groups: &[Group], is_fair: bool) -> Vec<Loose> {
    let compelled = compelled(groups);
    let loose = groups.iter().filter_map(|group| {
        let Required::Some(needed) = group.required else {
            return None;
        };
        let mut line = next_in_line(people, group);
        line.retain(|member| !compelled.contains(member));
        if is_fair && group.choose == Choose::MaxFairness {
            let half = line.len().div_ceil(2).max(needed).min(line.len());
            if let Some(last) = half.checked_sub(1).map(|last| appointments(&people[line[last]])) {
                line.retain(|member| appointments(&people[*member]) <= last);
            }
        }
        Some(Loose {
            line,
            needed,
            choose: group.choose,
        })
    });
    loose.collect()
}

/// Whether the groups could be met if everybody could come.
pub(super) fn can_ever_be_met(groups: &[Group], people: usize) -> bool {
    let mut compelled = compelled(groups);
    compelled.sort_unstable();
    if compelled.windows(2).any(|pair| pair[0] == pair[1]) {
        return false;
    }
    let nobody = vec![Person::default(); people];
    Matching::new(people).meets(&loose(&nobody, groups, false), |_| true)
}

/// Seats people so that nobody has two seats, by augmenting paths (Kuhn's algorithm).
#[derive(Debug)]
pub(super) struct Matching {
    /// Who sits for which group, by person.
    seat: Vec<Option<usize>>,
    /// Whose seat is settled.
    settled: Vec<bool>,
    /// Who was looked at in the present search for a path.
    seen: Vec<bool>,
}

impl Matching {
    pub(super) fn new(people: usize) -> Self {
        Self {
            seat: vec![None; people],
            settled: vec![false; people],
            seen: vec![false; people],
        }
    }

    /// Whether all groups can be met by those who can come.
    pub(super) fn meets(&mut self, groups: &[Loose], can_come: impl Fn(usize) -> bool) -> bool {
        self.seat.fill(None);
        self.settled.fill(false);
        (0..groups.len()).all(|group| (0..groups[group].needed).all(|_| self.sit(groups, group, &can_come)))
    }

    /// Seats all groups, each in turn with the first of its line with whom all groups can still be met. `first` is given
    /// a seat of a group before everybody else. Answers who was chosen, group by group; `None` when the groups cannot be
    /// met.
    pub(super) fn seat(
        &mut self,
        groups: &[Loose],
        lines: &[Vec<usize>],
        first: Option<(usize, usize)>,
        can_come: impl Fn(usize) -> bool,
    ) -> Option<Vec<Vec<usize>>> {
        if !self.meets(groups, &can_come) {
            return None;
        }
        let mut chosen = vec![Vec::new(); groups.len()];
        if let Some((group, member)) = first {
            if !can_come(member) || !self.settle(groups, group, member, &can_come) {
                return None;
            }
            chosen[group].push(member);
        }
        for (group, line) in lines.iter().enumerate() {
            for member in line {
                if chosen[group].len() == groups[group].needed {
                    break;
                }
                if can_come(*member)
                    && !self.settled[*member]
                    && self.settle(groups, group, *member, &can_come)
                {
                    chosen[group].push(*member);
                }
            }
        }
        Some(chosen)
    }

    /// Gives a member a seat of the group for good, when all other seats can still be filled.
    fn settle(
        &mut self,
        groups: &[Loose],
        group: usize,
        member: usize,
        can_come: &impl Fn(usize) -> bool,
    ) -> bool {
        self.settled[member] = true;
        let before = self.seat[member];
        if before == Some(group) {
            return true;
        }
        // Somebody whose seat is not settled makes room; there is one, as long as the group's choice is not over.
        let gives_way =
            (0..self.seat.len()).find(|other| self.seat[*other] == Some(group) && !self.settled[*other]);
        let Some(gives_way) = gives_way else {
            self.settled[member] = false;
            return false;
        };
        self.seat[gives_way] = None;
        self.seat[member] = Some(group);
        if before.is_none_or(|other| self.sit(groups, other, can_come)) {
            return true;
        }
        self.settled[member] = false;
        self.seat[member] = before;
        self.seat[gives_way] = Some(group);
        false
    }

    /// Finds one more person for the group.
    fn sit(&mut self, groups: &[Loose], group: usize, can_come: &impl Fn(usize) -> bool) -> bool {
        self.seen.fill(false);
        self.path(groups, group, can_come)
    }

    fn path(&mut self, groups: &[Loose], group: usize, can_come: &impl Fn(usize) -> bool) -> bool {
        for member in &groups[group].line {
            if self.settled[*member] || self.seen[*member] || !can_come(*member) {
                continue;
            }
            self.seen[*member] = true;
            let free = match self.seat[*member] {
                None => true,
                // A seat of one's own group is no way out: it only moves the gap.
                Some(other) => other != group && self.path(groups, other, can_come),
            };
            if free {
                self.seat[*member] = Some(group);
                return true;
            }
        }
        false
    }
}
