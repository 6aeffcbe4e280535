//! Everything that a search works out before it walks the grid.

use std::borrow::Cow;

use super::{
    Course, Person, Question,
    choose::{self, Loose},
    civil_grid::CivilGrid,
    limits::Booked,
    met::met,
    query::minutes,
    question::Part,
    starts::{self, Starts},
};
use crate::{
    busy::{intersect, intersect_into, merge, normalize, subtract},
    time::Interval,
};

/// Which members of groups with a fair choice are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    WhoseTurnItIs,
    Everybody,
}

/// A question with the times at which it can be met.
#[derive(Debug)]
pub(super) struct Search<'q> {
    pub(super) question: &'q Question<'q>,
    /// When each person is busy, appointments included.
    pub(super) taken: Vec<Cow<'q, [Interval]>>,
    pub(super) parts: Vec<PartSearch<'q>>,
    /// The clock on which starts are rounded.
    pub(super) grid: CivilGrid,
}

/// One appointment of the course.
#[derive(Debug)]
pub(super) struct PartSearch<'q> {
    pub(super) part: Part<'q>,
    /// Who has to come.
    pub(super) compelled: Vec<usize>,
    /// The groups that leave a choice.
    pub(super) loose: Vec<Loose>,
    /// When each person of such a group can begin, by person.
    pub(super) own: Vec<Starts>,
    /// When all groups are met.
    pub(super) starts: Starts,
}

impl<'q> Search<'q> {
    pub(super) fn new(question: &'q Question<'q>, asked: Asked) -> Self {
        let query = question.query;
        let taken: Vec<_> = question.people.iter().map(Person::taken).collect();
        let parts = question.parts();
        let searches = parts
            .iter()
            .map(|part| PartSearch::new(question, *part, &parts, &taken, asked));
        let grid = CivilGrid::new(&query.zone, query.window, query.round_to_minutes.map(minutes));
        Self {
            parts: searches.collect(),
            question,
            taken,
            grid,
        }
    }

    /// The run of the window in which the groups of the first part are met.
    pub(super) fn free(&self) -> Vec<Interval> {
        let first = &self.parts[0];
        let run_of = |people: &[usize]| {
            let people = people.iter().map(|member| self.person(*member));
            let open = starts::everybody_open(
                self.question.query.window,
                people.clone().map(|(person, _)| person),
            );
            starts::nobody_busy(open, people)
        };
        first.met(run_of)
    }

    /// The run of the window in which enough people are open, and because nobody knows whether they are free the
    /// groups are not met.
    pub(super) fn unknown(&self) -> Vec<Interval> {
        let people = self.question.people;
        if people.iter().all(|person| person.unknown.is_empty()) {
            return Vec::new();
        }
        let window = self.question.query.window;
        let of_part = |part: &PartSearch<'_>| {
            let open_of = |members: &[usize]| {
                starts::everybody_open(window, members.iter().map(|member| &people[*member]))
            };
            let free_of = |members: &[usize]| {
                starts::nobody_busy(
                    open_of(members),
                    members.iter().map(|member| self.person(*member)),
                )
            };
            let mut somebody = Vec::new();
            for member in part.members() {
                intersect_into(people[member].open, people[member].unknown, &mut somebody);
            }
            let in_doubt = intersect(&part.met(open_of), &normalize(somebody));
            subtract(&in_doubt, &part.met(free_of))
        };
        let runs: Vec<_> = self.parts.iter().map(of_part).collect();
        let runs: Vec<&[Interval]> = runs.iter().map(Vec::as_slice).collect();
        merge(&runs)
    }

    /// Whether a fair choice leaves out somebody who could be asked too.
    pub(super) fn leaves_anybody_out(question: &Question<'_>) -> bool {
        let asked = |part: &Part<'_>, is_fair| {
            let loose = choose::loose(question.people, part.groups, is_fair);
            loose.iter().map(|group| group.line.len()).sum::<usize>()
        };
        question
            .parts()
            .iter()
            .any(|part| asked(part, true) < asked(part, false))
    }

    /// The starts of the first part that neither notice nor horizon rules out: from, until.
    pub(super) fn in_time(&self) -> (i64, i64) {
        let query = self.question.query;
        (query.earliest_start(), query.horizon_end().unwrap_or(i64::MAX))
    }

    pub(super) fn is_sequence(&self) -> bool {
        matches!(self.question.course, Course::Sequence(_))
    }

    fn person(&self, index: usize) -> (&Person<'_>, &[Interval]) {
        (&self.question.people[index], &self.taken[index])
    }
}

impl<'q> PartSearch<'q> {
    fn new(
        question: &'q Question<'q>,
        part: Part<'q>,
        parts: &[Part<'_>],
        taken: &[Cow<'_, [Interval]>],
        asked: Asked,
    ) -> Self {
        let people = question.people;
        let window = question.query.window;
        let compelled = choose::compelled(part.groups);
        let loose = choose::loose(people, part.groups, asked == Asked::WhoseTurnItIs);
        let mut starts = starts::of_all(
            window,
            &part,
            compelled
                .iter()
                .map(|member| (&people[*member], &*taken[*member])),
        );
        for member in &compelled {
            starts.narrow(&full_for(question, *member, parts));
        }
        starts.narrow(&full_for_organiser(question, parts));
        let mut own = Vec::new();
        if !loose.is_empty() {
            own.resize_with(people.len(), Starts::default);
        }
        let mut asked: Vec<usize> = loose
            .iter()
            .flat_map(|group| group.line.iter().copied())
            .collect();
        asked.sort_unstable();
        asked.dedup();
        for member in asked {
            let person = std::iter::once((&people[member], &*taken[member]));
            own[member] = starts::of_all(window, &part, person);
            own[member].narrow(&full_for(question, member, parts));
        }
        Self {
            starts: starts.with_groups(&loose, &own),
            part,
            compelled,
            loose,
            own,
        }
    }

    /// Everybody who is asked to this part; who stands in two groups comes twice.
    pub(super) fn members(&self) -> impl Iterator<Item = usize> + '_ {
        let loose = self.loose.iter().flat_map(|group| &group.line);
        self.compelled.iter().chain(loose).copied()
    }

    /// The run in which all groups are met, by what answers the common run of some people.
    fn met(&self, run_of: impl Fn(&[usize]) -> Vec<Interval>) -> Vec<Interval> {
        let own: Vec<_> = (0..self.own.len()).map(|member| run_of(&[member])).collect();
        met(run_of(&self.compelled), &self.loose, self.own.len(), |member| {
            &own[member]
        })
    }
}

/// The run of starts at which a person has no room for all the parts that they may be asked for.
///
/// A person who is asked for several steps of a sequence needs room for all of them in the day and week of each:
/// whether they are chosen for one or two of them depends on the rest.
pub(super) fn full_for(question: &Question<'_>, person: usize, parts: &[Part<'_>]) -> Vec<Interval> {
    let Person { limits, zone, .. } = question.people[person];
    if limits.are_none() {
        return Vec::new();
    }
    let more = booked_for(person, parts);
    let zone = zone.unwrap_or(&question.query.zone);
    limits.full(
        zone,
        question.query.window,
        question.people[person].counted(),
        more,
    )
}

/// What all the parts that a person may be asked for would take.
pub(super) fn booked_for(person: usize, parts: &[Part<'_>]) -> Booked {
    sum(parts
        .iter()
        .filter(|part| part.groups.iter().any(|group| group.members.contains(&person))))
}

/// The run of starts at which the organiser has no room for the whole course.
pub(super) fn full_for_organiser(question: &Question<'_>, parts: &[Part<'_>]) -> Vec<Interval> {
    let query = question.query;
    let given = question.appointments.iter();
    question
        .limits
        .full(&query.zone, query.window, given, sum(parts.iter()))
}

fn sum<'p>(parts: impl Iterator<Item = &'p Part<'p>>) -> Booked {
    let mut booked = Booked::default();
    parts.for_each(|part| booked.add(part.duration));
    booked
}
