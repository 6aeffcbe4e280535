//! When groups are met, by a run for each of their people.

use super::choose::{Loose, Matching};
use crate::{
    busy::{intersect, join_all, union},
    time::Interval,
};

/// The part of a run in which each group has enough people, nobody counted twice; `run_of` is when a person has time.
pub(super) fn met<'r>(
    base: Vec<Interval>,
    groups: &[Loose],
    people: usize,
    run_of: impl Fn(usize) -> &'r [Interval],
) -> Vec<Interval> {
    if share_nobody(groups, people) {
        // Then each group is met or not by itself.
        return groups
            .iter()
            .fold(base, |met, group| intersect(&met, &one_met(group, &run_of)));
    }
    intersect(&base, &all_met(groups, people, &run_of))
}

/// Whether nobody stands in two of the groups.
pub(super) fn share_nobody(groups: &[Loose], people: usize) -> bool {
    let mut seen = vec![false; people];
    let mut everybody = groups.iter().flat_map(|group| &group.line);
    groups.len() < 2 || everybody.all(|member| !std::mem::replace(&mut seen[*member], true))
}

fn one_met<'r>(group: &Loose, run_of: &impl Fn(usize) -> &'r [Interval]) -> Vec<Interval> {
    let runs = group.line.iter().map(|member| run_of(*member));
    if group.needed == 1 {
        return union(&runs.collect::<Vec<_>>());
    }
    let (mut starts, mut ends): (Vec<i64>, Vec<i64>) = runs
        .flatten()
        .map(|span| (span.start_us(), span.end_us()))
        .unzip();
    sort_runs(&mut starts);
    sort_runs(&mut ends);
    let mut run = Vec::new();
    let (mut ended, mut since) = (0, None);
    for (begun, start) in starts.into_iter().enumerate() {
        while ends[ended] < start {
            // Somebody leaves before the next one comes.
            if begun - ended == group.needed
                && let Some(since) = since.take()
            {
                run.extend(Interval::from_micros(since, ends[ended]));
            }
            ended += 1;
        }
        if begun + 1 - ended >= group.needed && since.is_none() {
            since = Some(start);
        }
    }
    // Who is there now stays until they leave one by one.
    if let Some(since) = since {
        run.extend(Interval::from_micros(since, ends[ends.len() - group.needed]));
    }
    join_all(&mut run);
    run
}

/// Sorts what consists of sorted parts.
#[expect(
    clippy::stable_sort_primitive,
    reason = "the stable sort finds the sorted parts and merges them"
)]
fn sort_runs(instants: &mut [i64]) {
    instants.sort();
}

/// The run in which people who stand in several groups can be shared out so that all groups are met.
fn all_met<'r>(groups: &[Loose], people: usize, run_of: &impl Fn(usize) -> &'r [Interval]) -> Vec<Interval> {
    let mut listed = vec![false; people];
    for member in groups.iter().flat_map(|group| &group.line) {
        listed[*member] = true;
    }
    let mut changes = Vec::new();
    for member in (0..people).filter(|member| listed[*member]) {
        for span in run_of(member) {
            changes.extend([(span.start_us(), member, true), (span.end_us(), member, false)]);
        }
    }
    changes.sort_unstable();
    let mut here = vec![false; people];
    let mut matching = Matching::new(people);
    let mut run = Vec::new();
    let mut since = None;
    for moment in changes.chunk_by(|left, right| left.0 == right.0) {
        for (_, member, comes) in moment {
            here[*member] = *comes;
        }
        let at = moment[0].0;
        match (since, matching.meets(groups, |member| here[member])) {
            (None, true) => since = Some(at),
            (Some(start), false) => {
                run.extend(Interval::from_micros(start, at));
                since = None;
            }
            _ => {}
        }
    }
    run
}
