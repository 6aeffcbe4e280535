//! Whose turn it is: from which groups a worker's next tasks come. Pure; the rows are in [`super::claim`].
//!
//! The group that a worker has the fewest tasks of goes first, so that none holds more than its share of the workers
//! while others wait; among equals it goes round, beginning after the one that was served last.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
};

use super::TaskLane;

/// What one worker process knows of the groups' turns; empty when it begins.
#[derive(Clone, Debug, Default)]
pub struct Turns {
    held: HashMap<String, u32>,
    last: [String; TaskLane::ALL.len()],
}

impl Turns {
    /// A task of the group was claimed; answers how many of its tasks the process had before.
    pub fn began(&mut self, group: &str) -> u32 {
        let held = self.held.entry(group.to_owned()).or_default();
        *held += 1;
        *held - 1
    }

    /// A task of the group has ended.
    pub fn ended(&mut self, group: &str) {
        if let Some(count) = self.held.get_mut(group) {
            *count -= 1;
            if *count == 0 {
                self.held.remove(group);
            }
        }
    }

    /// Goes round as the other does, which a claim has used meanwhile.
    pub fn go_on_from(&mut self, other: &Self) {
        self.last.clone_from(&other.last);
    }

    /// The group of the lane that was served last; before the first, none.
    pub(super) fn last(&self, lane: TaskLane) -> &str {
        &self.last[lane as usize]
    }

    /// Shares `most` tasks among groups of a lane with queued tasks, given in the order in which they go round:
    /// groups by how many tasks each gets.
    pub(super) fn share(
        &mut self,
        lane: TaskLane,
        ready: &[String],
        most: u32,
    ) -> BTreeMap<u32, Vec<String>> {
        let mut next: BinaryHeap<_> = ready
            .iter()
            .enumerate()
            .map(|(place, group)| Reverse((self.held.get(group).copied().unwrap_or_default(), place)))
            .collect();
        let mut given = vec![0_u32; ready.len()];
        for _ in 0..most {
            let Some(Reverse((held, place))) = next.pop() else {
                break;
            };
            given[place] += 1;
            next.push(Reverse((held + 1, place)));
        }
        let mut shares: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for (group, count) in ready.iter().zip(given).filter(|(_, count)| *count > 0) {
            shares.entry(count).or_default().push(group.clone());
            self.last[lane as usize].clone_from(group);
        }
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANE: TaskLane = TaskLane::Freshness;

    /// What each group of `ready` gets of `most` when so many of its tasks are held already, as `a2 b1`.
    #[track_caller]
    fn check(held: &[(&str, u32)], ready: &[&str], most: u32, expect: &str) {
        let mut turns = Turns::default();
        for (group, count) in held {
            for _ in 0..*count {
                turns.began(group);
            }
        }
        let ready: Vec<String> = ready.iter().map(|group| (*group).to_owned()).collect();
        let mut shares: Vec<String> = turns
            .share(LANE, &ready, most)
            .into_iter()
            .flat_map(|(count, groups)| groups.into_iter().map(move |group| format!("{group}{count}")))
            .collect();
        shares.sort();
        assert_eq!(shares.join(" "), expect, "{held:?} {ready:?} {most}");
    }

    #[test]
    fn the_group_with_the_fewest_tasks_goes_first() {
        check(&[], &["a"], 8, "a8");
        check(&[], &["a", "b"], 8, "a4 b4");
        check(&[], &["a", "b", "c"], 2, "a1 b1");
        check(&[("a", 7)], &["a", "b"], 1, "b1");
        check(&[("a", 7), ("b", 1)], &["a", "b"], 5, "b5");
        check(&[("a", 3), ("b", 1)], &["a", "b"], 4, "a1 b3");
        check(&[("a", 1)], &[], 4, "");
    }

    #[test]
    fn the_round_goes_on_after_the_last_that_was_served() {
        let mut turns = Turns::default();
        assert_eq!(turns.last(LANE), "");
        let ready = ["a", "b", "c"].map(str::to_owned);
        turns.share(LANE, &ready, 2);
        assert_eq!((turns.last(LANE), turns.last(TaskLane::Push)), ("b", ""));
        turns.share(LANE, &[], 2);
        assert_eq!(turns.last(LANE), "b");
    }

    #[test]
    fn an_ended_task_makes_room_for_its_group() {
        let mut turns = Turns::default();
        assert_eq!((turns.began("a"), turns.began("a")), (0, 1));
        turns.ended("a");
        turns.ended("unheard-of");
        assert_eq!(turns.began("a"), 1);
    }
}
