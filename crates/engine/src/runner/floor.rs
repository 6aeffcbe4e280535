//! Who works on what in this process: places for workers, and claimed tasks that wait for one. Pure.
//!
//! A fifth of the places is kept for tasks that somebody waits for, so that others, which may spend their time waiting
//! for quota, never fill all of them. Where tasks are so short that a claim takes longer than a worker needs for its
//! task, some more are claimed ahead; one that waits for long is given back, so that another process may run it.

use std::{collections::BTreeMap, time::Duration};

use kalends_store::{TaskLane, Turns};
use tokio::time::Instant;

/// Tasks that are claimed at a time, at most.
const CLAIM_MOST: usize = 1_024;
/// Tasks that a process has, at most, those whose end is being written among them.
const HELD_MOST: usize = 4_096;
/// How long a claimed task waits for a place before it is given back.
const PATIENCE: Duration = Duration::from_secs(1);

/// The lanes whose tasks may take a place that is kept.
const URGENT: [TaskLane; 1] = [TaskLane::Interactive];

/// The state of the floor, on which tasks are `T`.
#[derive(Debug)]
pub(super) struct Floor<T> {
    /// Places, and those of them that are kept.
    workers: usize,
    kept: usize,
    /// Taken places, and those of them with tasks that nobody waits for.
    running: usize,
    patient: usize,
    /// Claimed tasks by urgency, then by how many tasks of their group came before, then by age.
    waiting: BTreeMap<(TaskLane, u32, u64), Waiting<T>>,
    arrivals: u64,
    /// Tasks that have ended since the last claim.
    ended: usize,
    /// How many tasks are claimed ahead of free places.
    ahead: usize,
    turns: Turns,
    closed: bool,
}

#[derive(Debug)]
struct Waiting<T> {
    task: T,
    group: String,
    since: Instant,
}

/// What is to be claimed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) lanes: &'static [TaskLane],
    pub(super) batch: usize,
}

impl<T> Floor<T> {
    /// An empty floor.
    pub(super) fn new(workers: usize) -> Self {
        let kept = if workers > 1 { (workers / 5).max(1) } else { 0 };
        Self {
            workers,
            kept,
            running: 0,
            patient: 0,
            waiting: BTreeMap::new(),
            arrivals: 0,
            ended: 0,
            ahead: 0,
            turns: Turns::default(),
            closed: false,
        }
    }

    /// What can be claimed for places that are free, or soon will be; `held` counts all tasks of the process.
    pub(super) fn wanted(&self, held: usize) -> Option<Wanted> {
        let room = HELD_MOST.saturating_sub(held).min(CLAIM_MOST);
        let urgent_waiting = self.waiting.range(..(TaskLane::Push, 0, 0)).count();
        let patient_waiting = self.waiting.len() - urgent_waiting;
        let free = self.workers.saturating_sub(self.running + urgent_waiting);
        let patient_free = (self.workers - self.kept).saturating_sub(self.patient).min(free);
        let ahead = self.ahead.max(self.worth_claiming_ahead());
        let all = (patient_free + ahead).saturating_sub(self.waiting.len());
        let wanted = |lanes: &'static [TaskLane], batch: usize| {
            let batch = batch.min(room);
            (batch > 0).then_some(Wanted { lanes, batch })
        };
        // What is claimed ahead is worth a claim once half of it has been used.
        if patient_free > patient_waiting || self.waiting.len() * 2 < ahead {
            wanted(&TaskLane::ALL, all)
        } else {
            wanted(&URGENT, free)
        }
    }

    /// Twice what has ended since the last claim, once half of the workers have ended something: tasks are short.
    fn worth_claiming_ahead(&self) -> usize {
        if self.ended * 2 >= self.workers {
            self.ended * 2
        } else {
            0
        }
    }

    /// The turns as a claim needs them; to be brought back by [`Floor::claimed`].
    pub(super) fn turns(&self) -> Turns {
        self.turns.clone()
    }

    /// A claim has brought something; its tasks come in by [`Floor::add`]. When the workers had nothing left to do before
    /// it came, twice as many are claimed ahead from now on.
    pub(super) fn claimed(&mut self, turns: &Turns) {
        self.turns.go_on_from(turns);
        self.ahead = match self.worth_claiming_ahead() {
            0 => 0,
            _ if self.has_waiting() => self.ahead,
            ahead => ahead.max(self.ahead * 2).min(CLAIM_MOST),
        };
        self.ended = 0;
    }

    /// A claimed task comes in and waits for a place.
    pub(super) fn add(&mut self, (lane, group): (TaskLane, String), task: T, since: Instant) {
        let before = self.turns.began(&group);
        self.arrivals += 1;
        let waiting = Waiting { task, group, since };
        self.waiting.insert((lane, before, self.arrivals), waiting);
    }

    /// The next task that has a place, which it takes.
    pub(super) fn start(&mut self) -> Option<T> {
        if self.closed || self.running >= self.workers {
            return None;
        }
        let next = *self.waiting.first_entry()?.key();
        let urgent = is_urgent(next.0);
        if !urgent && self.patient + self.kept >= self.workers {
            return None;
        }
        let Waiting { task, .. } = self.waiting.remove(&next)?;
        self.running += 1;
        self.patient += usize::from(!urgent);
        Some(task)
    }

    /// A task has ended and leaves its place.
    pub(super) fn end(&mut self, lane: TaskLane, group: &str) {
        self.running -= 1;
        self.patient -= usize::from(!is_urgent(lane));
        self.ended += 1;
        self.turns.ended(group);
    }

    /// Whether some task waits for a place.
    pub(super) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Those that have waited for too long; they leave.
    pub(super) fn impatient(&mut self, now: Instant) -> Vec<T> {
        let late: Vec<_> = self
            .waiting
            .iter()
            .filter(|(_, waiting)| now.duration_since(waiting.since) >= PATIENCE)
            .map(|(place, _)| *place)
            .collect();
        if !late.is_empty() {
            self.ahead = 0;
        }
        late.into_iter().filter_map(|place| self.leave(place)).collect()
    }

    /// Nothing starts any more; those that wait leave.
    pub(super) fn close(&mut self) -> Vec<T> {
        self.closed = true;
        let all: Vec<_> = self.waiting.keys().copied().collect();
        all.into_iter().filter_map(|place| self.leave(place)).collect()
    }

    fn leave(&mut self, place: (TaskLane, u32, u64)) -> Option<T> {
        let Waiting { task, group, .. } = self.waiting.remove(&place)?;
        self.turns.ended(&group);
        Some(task)
    }
}

/// Whether a claim would be smaller than it could be, or none, because so many tasks are held.
pub(super) fn is_crowded(held: usize) -> bool {
    held + CLAIM_MOST > HELD_MOST
}

fn is_urgent(lane: TaskLane) -> bool {
    URGENT.contains(&lane)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKFILL: TaskLane = TaskLane::Backfill;
    const ASKED: TaskLane = TaskLane::Interactive;

    fn add(floor: &mut Floor<String>, lane: TaskLane, group: &str, count: usize) {
        for n in 0..count {
            floor.add((lane, group.to_owned()), format!("{group}{n}"), Instant::now());
        }
    }

    fn start_all(floor: &mut Floor<String>) -> Vec<String> {
        std::iter::from_fn(|| floor.start()).collect()
    }

    /// How many tasks are wanted of all lanes, and of those that somebody waits for alone.
    fn wanted(floor: &Floor<String>) -> (usize, usize) {
        match floor.wanted(0) {
            Some(Wanted { lanes, batch }) if lanes.len() > 1 => (batch, 0),
            Some(Wanted { batch, .. }) => (0, batch),
            None => (0, 0),
        }
    }

    #[test]
    fn a_fifth_of_the_workers_is_kept_for_tasks_that_somebody_waits_for() {
        for (workers, patient) in [(1, 1), (2, 1), (8, 7), (20, 16)] {
            let mut floor = Floor::new(workers);
            add(&mut floor, BACKFILL, "crowd", 30);
            assert_eq!(start_all(&mut floor).len(), patient);
            let asked = usize::from(workers > 1);
            add(&mut floor, ASKED, "person", 1);
            assert_eq!(start_all(&mut floor).len(), asked, "{workers} workers");
        }
    }

    #[test]
    fn when_all_other_workers_are_taken_only_urgent_tasks_are_claimed() {
        let mut floor = Floor::new(10);
        assert_eq!(wanted(&floor), (8, 0));
        add(&mut floor, BACKFILL, "crowd", 8);
        start_all(&mut floor);
        assert_eq!(wanted(&floor), (0, 2));
        add(&mut floor, ASKED, "person", 2);
        start_all(&mut floor);
        assert_eq!(wanted(&floor), (0, 0));
    }

    #[test]
    fn more_is_claimed_ahead_only_while_tasks_are_short() {
        let mut floor = Floor::new(10);
        add(&mut floor, BACKFILL, "a", 8);
        start_all(&mut floor);
        floor.end(BACKFILL, "a");
        assert_eq!(wanted(&floor), (1, 0), "one ended: its place is free");
        for _ in 0..4 {
            floor.end(BACKFILL, "a");
        }
        assert_eq!(
            wanted(&floor),
            (15, 0),
            "half of them ended before the next claim"
        );
        floor.claimed(&Turns::default());
        add(&mut floor, BACKFILL, "a", 15);
        start_all(&mut floor);
        assert_eq!(wanted(&floor), (0, 2), "enough waits");
        assert_eq!(floor.wanted(HELD_MOST), None, "enough is held");
    }

    #[test]
    fn more_is_claimed_ahead_until_workers_have_work_while_a_claim_is_under_way() {
        let mut floor = Floor::new(10);
        let mut claims = Vec::new();
        for _ in 0..4 {
            let Some(Wanted { batch, .. }) = floor.wanted(0) else {
                panic!("nothing is wanted");
            };
            claims.push(batch);
            floor.claimed(&Turns::default());
            add(&mut floor, ASKED, "a", batch);
            // All of it ends before the next claim.
            while floor.start().is_some() {
                floor.end(ASKED, "a");
            }
        }
        assert_eq!(claims, [8, 24, 56, 120]);
        floor.claimed(&Turns::default());
        add(&mut floor, ASKED, "a", 300);
        for _ in 0..200 {
            floor.start();
            floor.end(ASKED, "a");
        }
        let (more, _) = wanted(&floor);
        assert!(
            more > 200,
            "half has been used: the next claim brings as much again"
        );
        floor.claimed(&Turns::default());
        add(&mut floor, ASKED, "a", more);
        assert_eq!(wanted(&floor), (0, 0), "enough waits");
    }

    #[test]
    fn the_group_with_fewer_tasks_begins_first() {
        let mut floor = Floor::new(5);
        add(&mut floor, BACKFILL, "crowd", 6);
        assert_eq!(start_all(&mut floor), ["crowd0", "crowd1", "crowd2", "crowd3"]);
        add(&mut floor, BACKFILL, "quiet", 1);
        floor.end(BACKFILL, "crowd");
        assert_eq!(start_all(&mut floor), ["quiet0"]);
    }

    #[test]
    fn a_task_that_waits_for_long_is_given_back() {
        let mut floor = Floor::new(2);
        add(&mut floor, BACKFILL, "a", 3);
        start_all(&mut floor);
        let later = Instant::now() + PATIENCE;
        floor.add((BACKFILL, "b".to_owned()), "b0".to_owned(), later);
        assert!(floor.impatient(later - PATIENCE * 2).is_empty());
        assert_eq!(floor.impatient(later), ["a1", "a2"]);
        assert!(floor.has_waiting());
        assert_eq!(floor.close(), ["b0"]);
        floor.end(BACKFILL, "a");
        assert_eq!(floor.start(), None);
    }
}
