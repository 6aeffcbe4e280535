//! Appointments that others can still join.

use super::{
    choose::Matching,
    search::{Search, full_for},
    starts::{self, contains},
};
use crate::time::Interval;

/// An appointment with seats left, which is offered though those who hold it are busy with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Join {
    pub(super) start: i64,
    /// How many more can join: the fewest of all who hold it.
    pub(super) seats_left: u32,
    /// Of those who may be chosen.
    pub(super) can_come: Vec<usize>,
    /// Who was chosen from the groups that leave a choice, group by group.
    pub(super) chosen: Vec<usize>,
}

/// The appointments that can be joined, in order.
///
/// Such an appointment takes exactly the time asked for, lies in the window and in time, and is not bound to the grid.
/// Its holders come whatever else their calendars, hours, buffers and limits say: joining takes no time of theirs
/// that is not taken already. Everybody else has to be able to come as usual.
pub(super) fn joins(search: &Search<'_>) -> Vec<Join> {
    let part = &search.parts[0];
    let (earliest, end) = search.in_time();
    let mut intervals: Vec<Interval> = part
        .members()
        .flat_map(|member| search.question.people[member].counted())
        .filter(|given| given.seats_left > 0 && given.interval.len_us() == part.part.duration)
        .map(|given| given.interval)
        .filter(|given| search.question.query.window.covers(*given))
        .filter(|given| (earliest..end).contains(&given.start_us()))
        .collect();
    intervals.sort_unstable();
    intervals.dedup();
    intervals
        .into_iter()
        .filter_map(|interval| join(search, interval))
        .collect()
}

/// The appointment that begins then, of some in order.
pub(super) fn at(joins: &[Join], start: i64) -> Option<&Join> {
    let place = joins.binary_search_by_key(&start, |join| join.start).ok()?;
    joins.get(place)
}

/// Who would come to an appointment that somebody holds, when that is enough.
pub(super) fn join(search: &Search<'_>, interval: Interval) -> Option<Join> {
    let part = &search.parts[0];
    let people = search.question.people;
    let seats_left = |member: usize| people[member].seats_left(interval);
    let start = interval.start_us();
    let compelled_come = part
        .compelled
        .iter()
        .all(|member| seats_left(*member).is_some() || can_begin(search, *member, start));
    if !compelled_come {
        return None;
    }
    let can_come =
        |member: usize| seats_left(member).is_some() || contains(part.own[member].possible(), start);
    let mut lines: Vec<Vec<usize>> = part.loose.iter().map(|group| group.line.clone()).collect();
    for line in &mut lines {
        line.sort_by_key(|member| seats_left(*member).is_none());
    }
    let seat = |first| Matching::new(people.len()).seat(&part.loose, &lines, first, can_come);
    let chosen = if part.compelled.iter().any(|member| seats_left(*member).is_some()) {
        seat(None)
    } else {
        // Without a holder it would be another appointment at the same time.
        let holders = lines.iter().enumerate().flat_map(|(group, line)| {
            let holders = line.iter().filter(|member| seats_left(**member).is_some());
            holders.map(move |member| (group, *member))
        });
        holders.map(Some).find_map(seat)
    };
    let chosen: Vec<usize> = chosen?.into_iter().flatten().collect();
    let seats_left = part
        .compelled
        .iter()
        .chain(&chosen)
        .filter_map(|member| seats_left(*member))
        .min()?;
    let mut able: Vec<usize> = lines
        .into_iter()
        .flatten()
        .filter(|member| can_come(*member))
        .collect();
    able.sort_unstable();
    able.dedup();
    Some(Join {
        start,
        seats_left,
        can_come: able,
        chosen,
    })
}

/// Whether a person can begin an appointment of the first part.
fn can_begin(search: &Search<'_>, member: usize, start: i64) -> bool {
    let question = search.question;
    let part = &search.parts[0].part;
    let person = std::iter::once((&question.people[member], &*search.taken[member]));
    let mut starts = starts::of_all(question.query.window, part, person);
    starts.narrow(&full_for(question, member, &question.parts()));
    contains(starts.possible(), start)
}
