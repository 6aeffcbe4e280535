//! The chain of rules for one instant.

use jiff::Timestamp;

use super::{
    Because, Finding, Rule, RuleVerdict, Verdict,
    people::{findings, of_limits},
};
use crate::{
    slots::{
        Found, Shape,
        choose::{self, Loose, Matching},
        limits::Booked,
        query::minutes,
        search::Search,
        seats::{self, Join},
        sequence::Chains,
        walk::next_on_grid,
    },
    time::Interval,
};

/// Asks every rule, in order.
pub(super) fn chain(search: &Search<'_>, found: &Found, start: i64) -> Vec<RuleVerdict> {
    let chain = Chain::new(search, start);
    let mut rules = chain.of_time();
    rules.extend(chain.of_people());
    rules.extend([chain.organiser_limits(), chain.grid(), chain.sequence()]);
    rules.extend(chain.of_answer(found));
    rules
}

struct Chain<'s> {
    search: &'s Search<'s>,
    start: i64,
    slot: Interval,
    /// The appointment of exactly this time that can be joined.
    join: Option<Join>,
}

impl<'s> Chain<'s> {
    fn new(search: &'s Search<'s>, start: i64) -> Self {
        let slot = Interval::from_ordered(start, start.saturating_add(search.parts[0].part.duration));
        let can_join = !search.is_sequence() && search.question.shape != Shape::Periods;
        let holders = || {
            search.parts[0]
                .members()
                .any(|member| search.question.people[member].seats_left(slot).is_some())
        };
        Self {
            search,
            start,
            slot,
            join: if can_join && holders() {
                seats::join(search, slot)
            } else {
                None
            },
        }
    }

    fn of_time(&self) -> Vec<RuleVerdict> {
        let query = self.search.question.query;
        let (earliest, end) = self.search.in_time();
        let window = Verdict::holds(query.window.covers(self.slot));
        let notice = Verdict::holds(self.start >= earliest);
        let horizon = query
            .horizon_end()
            .map_or(Verdict::Idle, |_| Verdict::holds(self.start < end));
        let now = query.now.as_microsecond();
        let given = |verdict, interval| vec![Finding::of_all(verdict, interval, Because::Given)];
        vec![
            RuleVerdict::new(Rule::Window, window, given(window, Some(query.window))),
            RuleVerdict::new(
                Rule::Notice,
                notice,
                given(notice, Interval::from_micros(now, earliest)),
            ),
            RuleVerdict::new(
                Rule::Horizon,
                horizon,
                given(horizon, query.horizon_end().and(Interval::from_micros(now, end))),
            ),
            self.capacity(),
        ]
    }

    /// Never fails: without an appointment to join, the rules that follow decide.
    fn capacity(&self) -> RuleVerdict {
        let mut held = Vec::new();
        for (member, person) in self.search.question.people.iter().enumerate() {
            for given in person
                .counted()
                .filter(|given| given.interval.overlaps(self.slot))
            {
                let seats_left = given.seats_left;
                held.push(Finding {
                    person: Some(member),
                    verdict: Verdict::holds(given.interval == self.slot && seats_left > 0),
                    interval: Some(given.interval),
                    because: Because::Appointment { seats_left },
                });
            }
        }
        let verdict = if self.join.is_some() {
            Verdict::Holds
        } else {
            Verdict::Idle
        };
        RuleVerdict::new(Rule::Capacity, verdict, held)
    }

    /// Asks of those whom the rules before have left whether they are enough.
    fn of_people(&self) -> Vec<RuleVerdict> {
        let people = self.search.question.people;
        let part = &self.search.parts[0];
        let everybody = choose::loose(people, part.part.groups, false);
        let mut asked: Vec<usize> = part.compelled.clone();
        asked.extend(everybody.iter().flat_map(|group| group.line.iter().copied()));
        asked.sort_unstable();
        asked.dedup();
        let mut left = vec![true; people.len()];
        let mut rules = Vec::new();
        for rule in [
            Rule::OpenHours,
            Rule::Busy,
            Rule::Unknown,
            Rule::Buffers,
            Rule::Limits,
        ] {
            let mut found = Vec::new();
            for member in &asked {
                if self.is_holder(*member) {
                    continue;
                }
                let own = findings(self.search, rule, *member, self.start);
                left[*member] &= own.iter().all(|finding| finding.verdict != Verdict::Fails);
                found.extend(own);
            }
            let failed_before = rules
                .iter()
                .any(|rule: &RuleVerdict| rule.verdict == Verdict::Fails);
            let keeps_nobody = found.iter().all(|finding| finding.verdict != Verdict::Fails);
            let verdict = match self.is_met(&everybody, &left) {
                // What is missing is missing by a rule before.
                false if failed_before && keeps_nobody => Verdict::Idle,
                is_met => Verdict::holds(is_met),
            };
            rules.push(RuleVerdict::new(rule, verdict, found));
        }
        rules.push(self.groups(&left, rules.iter().all(|rule| rule.verdict == Verdict::Holds)));
        rules.push(self.turn(&left, &asked));
        rules
    }

    fn is_holder(&self, member: usize) -> bool {
        self.join.is_some()
            && self.search.question.people[member]
                .seats_left(self.slot)
                .is_some()
    }

    fn is_met(&self, loose: &[Loose], left: &[bool]) -> bool {
        let compelled_come = self.search.parts[0].compelled.iter().all(|member| left[*member]);
        compelled_come && Matching::new(left.len()).meets(loose, |member| left[member])
    }

    fn groups(&self, left: &[bool], is_met: bool) -> RuleVerdict {
        let groups = self.search.parts[0].part.groups.iter().enumerate();
        let found = groups.map(|(index, group)| {
            let (can_come, cannot): (Vec<usize>, Vec<usize>) =
                group.members.iter().partition(|member| left[**member]);
            let verdict = Verdict::holds(can_come.len() >= group.needed());
            let because = Because::Group {
                group: index,
                needed: group.needed(),
                can_come,
                cannot,
            };
            Finding::of_all(verdict, None, because)
        });
        RuleVerdict::new(Rule::Groups, Verdict::holds(is_met), found.collect())
    }

    /// Whether those whose turn it is are enough.
    fn turn(&self, left: &[bool], asked: &[usize]) -> RuleVerdict {
        let part = &self.search.parts[0];
        let in_turn: Vec<usize> = part.members().collect();
        let passed_over: Vec<usize> = asked
            .iter()
            .copied()
            .filter(|member| !in_turn.contains(member))
            .collect();
        if passed_over.is_empty() {
            return RuleVerdict::new(Rule::Turn, Verdict::Idle, Vec::new());
        }
        let found = passed_over.into_iter().map(|member| Finding {
            person: Some(member),
            verdict: Verdict::Fails,
            interval: None,
            because: Because::Given,
        });
        RuleVerdict::new(
            Rule::Turn,
            Verdict::holds(self.is_met(&part.loose, left)),
            found.collect(),
        )
    }

    fn organiser_limits(&self) -> RuleVerdict {
        let question = self.search.question;
        if question.limits.are_none() || self.join.is_some() {
            return RuleVerdict::new(Rule::OrganiserLimits, Verdict::Idle, Vec::new());
        }
        let mut more = Booked::default();
        self.search
            .parts
            .iter()
            .for_each(|part| more.add(part.part.duration));
        let at = Timestamp::from_microsecond(self.start).unwrap_or(Timestamp::MAX);
        let booked = question
            .limits
            .around(&question.query.zone, at, question.appointments.iter());
        let found = of_limits(&question.limits, booked, more);
        let holds = found.iter().all(|finding| finding.verdict == Verdict::Holds);
        RuleVerdict::new(Rule::OrganiserLimits, Verdict::holds(holds), found)
    }

    fn grid(&self) -> RuleVerdict {
        let stretches = &self.search.parts[0].starts.stretches;
        let stretch = stretches
            .iter()
            .find(|stretch| (stretch.start_us()..stretch.end_us()).contains(&self.start));
        let Some(stretch) =
            stretch.filter(|_| self.join.is_none() && self.search.question.shape != Shape::Periods)
        else {
            return RuleVerdict::new(Rule::Grid, Verdict::Idle, Vec::new());
        };
        let step = minutes(self.search.question.query.step_minutes);
        let anchor = self.search.grid.round_up(stretch.start_us());
        let after = next_on_grid(anchor, step, self.start);
        let verdict = Verdict::holds(after == self.start);
        let instant = |us: i64| {
            let on_it = (anchor..stretch.end_us()).contains(&us);
            on_it.then(|| Timestamp::from_microsecond(us).ok()).flatten()
        };
        let because = Because::Grid {
            before: instant(after - step),
            after: instant(if after == self.start { after + step } else { after }),
        };
        RuleVerdict::new(
            Rule::Grid,
            verdict,
            vec![Finding::of_all(verdict, Some(*stretch), because)],
        )
    }

    fn sequence(&self) -> RuleVerdict {
        let parts = &self.search.parts;
        if parts.len() < 2 {
            return RuleVerdict::new(Rule::Sequence, Verdict::Idle, Vec::new());
        }
        let query = self.search.question.query;
        let mut before = vec![self.start];
        for steps in 2..=parts.len() {
            if let Some(starts) = Chains::new(query, &parts[..steps]).follow(self.start) {
                before = starts;
                continue;
            }
            let step = steps - 1;
            let end = before[step - 1] + parts[step - 1].part.duration;
            let (shortest, longest) = parts[step].part.gap;
            let sought = Interval::from_micros(end + shortest, end + longest + parts[step].part.duration);
            let found = Finding::of_all(Verdict::Fails, sought, Because::Step(step));
            return RuleVerdict::new(Rule::Sequence, Verdict::Fails, vec![found]);
        }
        let steps = before.iter().zip(parts).enumerate().map(|(step, (start, part))| {
            let interval = Interval::from_micros(*start, start + part.part.duration);
            Finding::of_all(Verdict::Holds, interval, Because::Step(step))
        });
        RuleVerdict::new(Rule::Sequence, Verdict::Holds, steps.collect())
    }

    fn of_answer(&self, found: &Found) -> [RuleVerdict; 2] {
        let before = found
            .slots
            .partition_point(|slot| slot.interval.start_us() < self.start);
        let is_there = found
            .slots
            .get(before)
            .is_some_and(|slot| slot.interval.start_us() == self.start);
        let overlap = match self.search.question.shape {
            Shape::Slots => {
                let last = before.checked_sub(1).map(|last| found.slots[last].interval);
                let over = last.filter(|last| last.end_us() > self.start);
                let verdict = Verdict::holds(over.is_none());
                let findings = over.map(|over| Finding::of_all(verdict, Some(over), Because::Given));
                RuleVerdict::new(Rule::Overlap, verdict, findings.into_iter().collect())
            }
            _ => RuleVerdict::new(Rule::Overlap, Verdict::Idle, Vec::new()),
        };
        let limit = if self.search.question.query.max_results.is_none() {
            Verdict::Idle
        } else {
            let beyond = match found.periods.last() {
                Some(last) => found.more && self.start >= last.end_us(),
                None => found.more && before == found.slots.len() && !is_there,
            };
            Verdict::holds(!beyond)
        };
        [overlap, RuleVerdict::new(Rule::MaxResults, limit, Vec::new())]
    }
}
