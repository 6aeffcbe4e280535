//! Made-up questions, and what the engine must answer, found by trying everything.
//!
//! Time is looked at every half minute. All edges lie on full minutes, so what holds for two neighbouring ticks holds
//! between them.

use std::cell::OnceCell;

use jiff::{Timestamp, civil::Date};
use kalends_core::{
    busy::normalize,
    slots::{Appointment, Choose, Course, Group, Limit, Limits, Person, Question, Required, SlotQuery, Step},
    time::{Interval, Zone},
};
use proptest::prelude::*;

use super::scan::{MINUTE_US, span};

/// Half a minute.
pub(super) const TICK_US: i64 = MINUTE_US / 2;
/// Ten hours: midnight on Lord Howe is at 13:30 in UTC, and two hours later its clocks go forward by half an hour.
pub(super) const MINUTES: i64 = 600;

pub(super) fn world_start() -> i64 {
    "2026-10-03T08:00:00Z"
        .parse::<Timestamp>()
        .unwrap()
        .as_microsecond()
}

/// A minute of the world.
pub(super) fn us(minute: i64) -> i64 {
    world_start() + minute * MINUTE_US
}

/// A person with what [`Person`] borrows.
#[derive(Clone, Debug)]
pub(super) struct Someone {
    pub(super) open: Vec<Interval>,
    pub(super) busy: Vec<Interval>,
    pub(super) unknown: Vec<Interval>,
    pub(super) appointments: Vec<Appointment>,
    pub(super) booked: u32,
    pub(super) ignore: Vec<Interval>,
    pub(super) limits: Limits,
    /// For each tick from two hours before the world whether it is open and clear.
    ticks: OnceCell<Vec<(bool, bool)>>,
}

impl Someone {
    pub(super) fn person(&self) -> Person<'_> {
        Person {
            appointments: &self.appointments,
            booked: self.booked,
            ignore: &self.ignore,
            limits: self.limits,
            ..Person::new(&self.open, &self.busy, &self.unknown)
        }
    }

    fn counted(&self) -> impl Iterator<Item = &Appointment> {
        self.appointments
            .iter()
            .filter(|given| !self.ignore.iter().any(|ignored| ignored.covers(given.interval)))
    }

    pub(super) fn holds(&self, slot: Interval) -> bool {
        self.counted()
            .any(|given| given.interval == slot && given.seats_left > 0)
    }

    /// Whether the instant is open, and whether it is free as far as anybody knows.
    fn tick(&self, at: i64) -> (bool, bool) {
        let ticks = self.ticks.get_or_init(|| {
            let inside = |run: &[Interval], at| {
                run.iter()
                    .any(|span| (span.start_us()..span.end_us()).contains(&at))
            };
            let appointed: Vec<Interval> = self.counted().map(|given| given.interval).collect();
            let tick = |at| {
                let busy = inside(&self.busy, at) && !inside(&self.ignore, at);
                (
                    inside(&self.open, at),
                    !busy && !inside(&appointed, at) && !inside(&self.unknown, at),
                )
            };
            (us(-120)..us(2 * MINUTES))
                .step_by(TICK_US as usize)
                .map(tick)
                .collect()
        });
        ticks[((at - us(-120)) / TICK_US) as usize]
    }

    fn is_clear(&self, at: i64) -> bool {
        self.tick(at).1
    }

    fn is_open(&self, at: i64) -> bool {
        self.tick(at).0
    }
}

/// A question with what [`Question`] borrows.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) query: SlotQuery,
    pub(super) people: Vec<Someone>,
    pub(super) steps: Vec<Step>,
    pub(super) is_sequence: bool,
}

impl World {
    pub(super) fn ask<T>(&self, ask: impl FnOnce(Question<'_>) -> T) -> T {
        let people: Vec<Person<'_>> = self.people.iter().map(Someone::person).collect();
        let course = if self.is_sequence {
            Course::Sequence(self.steps.clone())
        } else {
            Course::Together(self.steps[0].groups.clone())
        };
        ask(Question::new(&self.query, &people, course))
    }

    fn inside(&self, at: i64) -> bool {
        (self.query.window.start_us()..self.query.window.end_us()).contains(&at)
    }

    /// Whether the person is open and free for a step that begins then.
    fn is_free(&self, person: usize, step: &Step, start: i64) -> bool {
        let end = start + i64::from(step.duration_minutes) * MINUTE_US;
        let one = &self.people[person];
        (start..end)
            .step_by(TICK_US as usize)
            .all(|at| self.inside(at) && one.is_open(at) && one.is_clear(at))
    }

    /// Whether the person can come to a step that begins then, buffers and limits included.
    pub(super) fn can_come(&self, person: usize, step: usize, start: i64) -> bool {
        let asked = &self.steps[step];
        if !self.is_free(person, asked, start) {
            return false;
        }
        let (is_first, is_last) = (step == 0, step + 1 == self.steps.len());
        let outer = |given: Option<u32>, is_outer, buffer| {
            i64::from(given.unwrap_or(if is_outer { buffer } else { 0 })) * MINUTE_US
        };
        let before = outer(
            asked.buffer_before_minutes,
            is_first,
            self.query.buffer_before_minutes,
        );
        let after = outer(
            asked.buffer_after_minutes,
            is_last,
            self.query.buffer_after_minutes,
        );
        let end = start + i64::from(asked.duration_minutes) * MINUTE_US;
        let clear = |from: i64, until: i64| {
            (from..until)
                .step_by(TICK_US as usize)
                .all(|at| self.people[person].is_clear(at))
        };
        clear(start - before, start) && clear(end, end + after) && self.has_room(person, start)
    }

    fn has_room(&self, person: usize, start: i64) -> bool {
        let one = &self.people[person];
        let asked = self
            .steps
            .iter()
            .filter(|step| step.groups.iter().any(|group| group.members.contains(&person)));
        let asked: Vec<i64> = asked.map(|step| i64::from(step.duration_minutes)).collect();
        let date = |us: i64| {
            self.query
                .zone
                .civil(Timestamp::from_microsecond(us).unwrap())
                .date()
        };
        let monday = |date: Date| {
            date.checked_sub(jiff::Span::new().days(date.weekday().to_monday_zero_offset()))
                .unwrap()
        };
        let within = |limit: Limit, same: &dyn Fn(Date) -> bool| {
            let there = one
                .counted()
                .filter(|given| same(date(given.interval.start_us())));
            let minutes: Vec<i64> = there.map(|given| given.interval.len_us() / MINUTE_US).collect();
            let count = (minutes.len() + asked.len()) as u32;
            let minutes = minutes.iter().chain(&asked).sum::<i64>();
            limit.appointments.is_none_or(|most| count <= most)
                && limit.minutes.is_none_or(|most| minutes <= i64::from(most))
        };
        let day = date(start);
        within(one.limits.day, &|other| other == day)
            && within(one.limits.week, &|other| monday(other) == monday(day))
    }

    /// Whose turn it is in a group.
    fn asked(&self, group: &Group, is_fair: bool) -> Vec<usize> {
        let so_far =
            |member: &usize| self.people[*member].booked as usize + self.people[*member].counted().count();
        if group.required == Required::All || group.choose == Choose::MaxAvailability || !is_fair {
            return group.members.clone();
        }
        let compelled: Vec<usize> = self
            .steps
            .iter()
            .filter(|step| step.groups.contains(group))
            .flat_map(compelled)
            .collect();
        let free: Vec<usize> = group
            .members
            .iter()
            .copied()
            .filter(|member| !compelled.contains(member))
            .collect();
        let mut counts: Vec<usize> = free.iter().map(so_far).collect();
        counts.sort_unstable();
        let half = counts.len().div_ceil(2).max(group.needed()).min(counts.len());
        free.into_iter()
            .filter(|member| half > 0 && so_far(member) <= counts[half - 1])
            .collect()
    }

    /// Whether the groups of a step are met by those who can, and nobody is needed twice.
    fn is_met(&self, step: &Step, is_fair: bool, can: &dyn Fn(usize) -> bool) -> bool {
        let seats = Seats {
            groups: step
                .groups
                .iter()
                .map(|group| (self.asked(group, is_fair), group.needed()))
                .collect(),
            can,
            accept: &|_| true,
        };
        seats.fill(0, 0, &mut vec![false; self.people.len()])
    }

    /// The instants of the world at which the groups of the first step are met.
    pub(super) fn free(&self) -> Vec<Interval> {
        let is_free = |at: &i64| {
            self.inside(*at)
                && self.is_met(&self.steps[0], false, &|member| {
                    self.people[member].is_open(*at) && self.people[member].is_clear(*at)
                })
        };
        let ticks = (us(0)..us(MINUTES)).step_by(TICK_US as usize).filter(is_free);
        normalize(ticks.map(|at| span(at, at + TICK_US)).collect())
    }

    /// The slots, step by step, and whether each is an appointment that is joined.
    pub(super) fn slots(&self) -> Vec<(Vec<i64>, bool)> {
        let fair = self.slots_of(true);
        if fair.is_empty() {
            self.slots_of(false)
        } else {
            fair
        }
    }

    fn slots_of(&self, is_fair: bool) -> Vec<(Vec<i64>, bool)> {
        let first = &self.steps[0];
        let in_time = |start: i64| {
            let now = self.query.now.as_microsecond();
            let after = |minutes: u32| now + i64::from(minutes) * MINUTE_US;
            start >= after(self.query.minimum_notice_minutes)
                && self
                    .query
                    .horizon_minutes
                    .is_none_or(|horizon| start <= after(horizon))
        };
        let mut found = Vec::new();
        let mut anchor = None;
        for start in (us(0)..us(MINUTES)).step_by(TICK_US as usize) {
            if !self.is_met(first, is_fair, &|member| self.is_free(member, first, start)) {
                anchor = None;
                continue;
            }
            let rounded = |at: i64| self.is_rounded(at);
            if anchor.is_none() {
                // The anchor may lie beyond the stretch; then nothing of it is on the grid.
                anchor = (start..us(2 * MINUTES))
                    .step_by(TICK_US as usize)
                    .find(|at| rounded(*at));
            }
            let step = i64::from(self.query.step_minutes) * MINUTE_US;
            let on_grid = anchor.is_some_and(|anchor| start >= anchor && (start - anchor) % step == 0);
            if on_grid
                && in_time(start)
                && self.is_met(first, is_fair, &|member| self.can_come(member, 0, start))
            {
                found.extend(self.follow(1, vec![start], is_fair).map(|starts| (starts, false)));
            }
        }
        if !self.is_sequence {
            self.add_joins(&mut found, is_fair, &in_time);
        }
        found
    }

    fn add_joins(&self, found: &mut Vec<(Vec<i64>, bool)>, is_fair: bool, in_time: &dyn Fn(i64) -> bool) {
        let first = &self.steps[0];
        let len = i64::from(first.duration_minutes) * MINUTE_US;
        for start in (us(0)..us(MINUTES)).step_by(TICK_US as usize) {
            let slot = span(start, start + len);
            let holders: Vec<bool> = self.people.iter().map(|one| one.holds(slot)).collect();
            if !in_time(start) || !self.query.window.covers(slot) || !holders.contains(&true) {
                continue;
            }
            let can = |member: usize| holders[member] || self.can_come(member, 0, start);
            let held = |used: &[bool]| used.iter().zip(&holders).any(|(used, holds)| *used && *holds);
            let seats = Seats {
                groups: first
                    .groups
                    .iter()
                    .map(|group| (self.asked(group, is_fair), group.needed()))
                    .collect(),
                can: &can,
                accept: &held,
            };
            if seats.fill(0, 0, &mut vec![false; self.people.len()]) {
                found.retain(|(starts, _)| starts[0] != start);
                found.push((vec![start], true));
            }
        }
        found.sort_unstable();
    }

    /// Whether the clock shows a multiple of the rounding.
    fn is_rounded(&self, at: i64) -> bool {
        let clock = self.query.zone.civil(Timestamp::from_microsecond(at).unwrap());
        self.query
            .round_to_minutes
            .is_none_or(|unit| clock.second() == 0 && (clock.minute() as u32).is_multiple_of(unit))
    }

    /// The later steps, each as early as leaves the rest possible.
    fn follow(&self, index: usize, starts: Vec<i64>, is_fair: bool) -> Option<Vec<i64>> {
        let Some(step) = self.steps.get(index) else {
            return Some(starts);
        };
        let end = starts[index - 1] + i64::from(self.steps[index - 1].duration_minutes) * MINUTE_US;
        let (shortest, longest) = step.gap_minutes;
        (shortest..=longest).find_map(|gap| {
            let start = end + i64::from(gap) * MINUTE_US;
            let may_begin = gap == shortest || self.is_rounded(start);
            if !may_begin || !self.is_met(step, is_fair, &|member| self.can_come(member, index, start)) {
                return None;
            }
            self.follow(index + 1, [starts.clone(), vec![start]].concat(), is_fair)
        })
    }
}

/// The seats of some groups, each with who is asked and how many are needed.
struct Seats<'t> {
    groups: Vec<(Vec<usize>, usize)>,
    can: &'t dyn Fn(usize) -> bool,
    /// Sees who has a seat in the end.
    accept: &'t dyn Fn(&[bool]) -> bool,
}

impl Seats<'_> {
    /// Tries everything from the seat of the group on.
    fn fill(&self, group: usize, seat: usize, used: &mut Vec<bool>) -> bool {
        let Some((asked, needed)) = self.groups.get(group) else {
            return (self.accept)(used);
        };
        if seat == *needed {
            return self.fill(group + 1, 0, used);
        }
        for member in asked {
            if !used[*member] && (self.can)(*member) {
                used[*member] = true;
                if self.fill(group, seat + 1, used) {
                    return true;
                }
                used[*member] = false;
            }
        }
        false
    }
}

fn compelled(step: &Step) -> Vec<usize> {
    let all = step.groups.iter().filter(|group| group.required == Required::All);
    all.flat_map(|group| group.members.clone()).collect()
}

fn runs(spans: usize, longest: i64) -> impl Strategy<Value = Vec<Interval>> {
    let span = (0..MINUTES, 1..longest).prop_map(|(start, len)| span(us(start), us(start + len)));
    prop::collection::vec(span, 0..spans).prop_map(normalize)
}

/// Mostly open hours that leave something to find.
fn hours() -> impl Strategy<Value = Vec<Interval>> {
    let long = (0_i64..200, 200_i64..400).prop_map(|(start, len)| vec![span(us(start), us(start + len))]);
    prop_oneof![2 => long, 1 => runs(5, 300)]
}

fn limits() -> impl Strategy<Value = Limits> {
    let limit = || {
        (
            prop::option::weighted(0.2, 0_u32..4),
            prop::option::weighted(0.2, 0_u32..200),
        )
            .prop_map(|(appointments, minutes)| Limit {
                appointments,
                minutes,
            })
    };
    (limit(), limit()).prop_map(|(day, week)| Limits {
        day,
        week,
        ..Limits::default()
    })
}

prop_compose! {
    /// A person; appointments often take exactly the time that is asked for.
    fn someone(duration: i64)(
        (open, busy, unknown) in (hours(), runs(4, 50), prop_oneof![3 => Just(Vec::new()), 1 => runs(2, 40)]),
        appointments in prop::collection::vec((0..MINUTES / 5, prop::bool::ANY, 0_u32..3), 0..3),
        (booked, ignores, limits) in (0_u32..4, prop::bool::weighted(0.3), limits()),
    ) -> Someone {
        let appointment = |(fifth, is_exact, seats_left): (i64, bool, u32)| Appointment {
            interval: span(us(fifth * 5), us(fifth * 5 + if is_exact { duration } else { 35 })),
            seats_left,
        };
        let ignore = busy.first().copied().filter(|_| ignores).into_iter().collect();
        Someone { open, busy, unknown, appointments: appointments.into_iter().map(appointment).collect(), booked, ignore, limits, ticks: OnceCell::new() }
    }
}

fn group(people: usize) -> impl Strategy<Value = Group> {
    let members = prop::sample::subsequence((0..people).collect::<Vec<_>>(), 1..=people);
    (members, prop::option::weighted(0.7, 1_usize..3), prop::bool::ANY).prop_map(
        |(members, some, is_fair)| {
            let choose = if is_fair {
                Choose::MaxFairness
            } else {
                Choose::MaxAvailability
            };
            match some {
                Some(needed) => Group::some(members.clone(), needed.min(members.len()), choose),
                None => Group::all(members),
            }
        },
    )
}

prop_compose! {
    fn step(people: usize)(
        duration_minutes in 5_u32..40,
        groups in prop::collection::vec(group(people), 1..3),
        (gap, slack) in (0_u32..20, prop_oneof![Just(0_u32), 1_u32..60]),
        buffers in (prop::option::weighted(0.2, 0_u32..20), prop::option::weighted(0.2, 0_u32..20)),
    ) -> Step {
        Step {
            duration_minutes,
            groups,
            gap_minutes: (gap, gap + slack),
            buffer_before_minutes: buffers.0,
            buffer_after_minutes: buffers.1,
        }
    }
}

prop_compose! {
    fn queries()(
        (from, len) in (0_i64..200, 60_i64..400),
        step_minutes in 5_u32..45,
        round_to_minutes in prop::option::of(prop::sample::select(vec![5_u32, 10, 15, 20, 30, 60])),
        zone in prop::sample::select(vec!["UTC", "Australia/Lord_Howe"]),
        (before, after) in prop_oneof![Just((0_u32, 0_u32)), (0_u32..20, 0_u32..20)],
        (now, notice) in (0_i64..150, 0_u32..60),
        horizon in prop::option::weighted(0.2, 0_u32..600),
    ) -> SlotQuery {
        let now = Timestamp::from_microsecond(us(now)).unwrap();
        SlotQuery {
            step_minutes,
            round_to_minutes,
            buffer_before_minutes: before,
            buffer_after_minutes: after,
            minimum_notice_minutes: notice,
            horizon_minutes: horizon,
            ..SlotQuery::new(span(us(from), us(from + len)), 30, Zone::iana(zone).unwrap(), now)
        }
    }
}

/// Questions with up to `steps` steps; one step is no sequence and has no buffers of its own.
pub(super) fn worlds(steps: usize) -> impl Strategy<Value = World> {
    let shape = (1_usize..5, if steps == 1 { 1..2 } else { 1..steps + 1 });
    shape
        .prop_flat_map(move |(people, count)| {
            (
                queries(),
                prop::collection::vec(step(people), count),
                Just(people),
                Just(steps > 1),
            )
        })
        .prop_flat_map(|(query, steps, people, is_sequence)| {
            let someone = prop::collection::vec(someone(i64::from(steps[0].duration_minutes)), people);
            (Just(query), Just(steps), someone, Just(is_sequence))
        })
        .prop_map(|(mut query, mut steps, people, is_sequence)| {
            query.duration_minutes = steps[0].duration_minutes;
            if !is_sequence {
                (steps[0].buffer_before_minutes, steps[0].buffer_after_minutes) = (None, None);
            }
            World {
                query,
                people,
                steps,
                is_sequence,
            }
        })
        .prop_filter("groups that can be met", |world| {
            world.ask(|question| question.check().is_ok())
        })
}
