//! What rules find of one person.

use jiff::Timestamp;

use super::{Because, Finding, Rule, Verdict};
use crate::{
    busy::{normalize, subtract},
    slots::{
        Limits,
        limits::Booked,
        query::pad,
        search::{Search, booked_for},
    },
    time::Interval,
};

/// Most spans that are named of one source.
const MOST_SPANS: usize = 5;

/// What a rule about people finds of one person for an appointment of the first part that begins then.
pub(super) fn findings(search: &Search<'_>, rule: Rule, member: usize, start: i64) -> Vec<Finding> {
    let part = &search.parts[0].part;
    let slot = Interval::from_ordered(start, start + part.duration);
    let found = match rule {
        Rule::OpenHours => vec![open_hours(search, member, slot)],
        Rule::Busy => busy(search, member, &[slot]),
        Rule::Unknown => unknown(search, member, &[slot]),
        Rule::Buffers => {
            let padded = pad(slot, part.before, part.after);
            let around = subtract(&[padded], &[slot]);
            let mut found = busy(search, member, &around);
            found.extend(unknown(search, member, &around));
            found
        }
        Rule::Limits => limits(search, member, start),
        _ => Vec::new(),
    };
    if found.is_empty() {
        return vec![Finding {
            person: Some(member),
            verdict: Verdict::Holds,
            interval: None,
            because: Because::Given,
        }];
    }
    found
}

fn open_hours(search: &Search<'_>, member: usize, slot: Interval) -> Finding {
    let person = &search.question.people[member];
    let around = person
        .open
        .iter()
        .find(|open| open.end_us() > slot.start_us() && open.start_us() < slot.end_us());
    let because = person.hours.map_or(Because::Given, |hours| {
        let (date, overridden_by, weekly) = hours.of(slot.start());
        Because::Hours {
            date,
            overridden_by,
            weekly,
        }
    });
    Finding {
        person: Some(member),
        verdict: Verdict::holds(around.is_some_and(|open| open.covers(slot))),
        interval: around.copied(),
        because,
    }
}

/// What of the person's taken time lies in some spans, source by source.
fn busy(search: &Search<'_>, member: usize, within: &[Interval]) -> Vec<Finding> {
    let person = &search.question.people[member];
    if overlapping(&search.taken[member], within).next().is_none() {
        return Vec::new();
    }
    let finding = |interval, because| Finding {
        person: Some(member),
        verdict: Verdict::Fails,
        interval: Some(interval),
        because,
    };
    let ignored = normalize(person.ignore.to_vec());
    let mut found = Vec::new();
    for (index, source) in person.sources.iter().enumerate() {
        let busy = subtract(source.busy, &ignored);
        let spans = overlapping(&busy, within).take(MOST_SPANS);
        found.extend(spans.map(|span| finding(span, Because::Source(index))));
    }
    for given in person.counted() {
        if within.iter().any(|span| span.overlaps(given.interval)) {
            let seats_left = given.seats_left;
            found.push(finding(given.interval, Because::Appointment { seats_left }));
        }
    }
    if found.is_empty() {
        let spans = overlapping(&search.taken[member], within).take(MOST_SPANS);
        found.extend(spans.map(|span| finding(span, Because::Given)));
    }
    found
}

fn unknown(search: &Search<'_>, member: usize, within: &[Interval]) -> Vec<Finding> {
    let person = &search.question.people[member];
    let finding = |interval, because| Finding {
        person: Some(member),
        verdict: Verdict::Fails,
        interval: Some(interval),
        because,
    };
    let spans: Vec<Interval> = overlapping(person.unknown, within).take(MOST_SPANS).collect();
    if spans.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, source) in person.sources.iter().enumerate() {
        let spans = overlapping(source.unknown, within).take(MOST_SPANS);
        found.extend(spans.map(|span| finding(span, Because::Source(index))));
    }
    if found.is_empty() {
        found.extend(spans.into_iter().map(|span| finding(span, Because::Given)));
    }
    found
}

fn overlapping<'r>(run: &'r [Interval], within: &'r [Interval]) -> impl Iterator<Item = Interval> + 'r {
    run.iter()
        .copied()
        .filter(|span| within.iter().any(|other| other.overlaps(*span)))
}

fn limits(search: &Search<'_>, member: usize, start: i64) -> Vec<Finding> {
    let person = &search.question.people[member];
    let zone = person.zone.unwrap_or(&search.question.query.zone);
    let more = booked_for(member, &search.question.parts());
    let at = Timestamp::from_microsecond(start).unwrap_or(Timestamp::MAX);
    of_limits(
        &person.limits,
        person.limits.around(zone, at, person.counted()),
        more,
    )
    .into_iter()
    .map(|finding| Finding {
        person: Some(member),
        ..finding
    })
    .collect()
}

/// What the limits of a day and week find when so much more is to be booked.
pub(super) fn of_limits(
    limits: &Limits,
    [day, week]: [(jiff::civil::Date, Booked); 2],
    more: Booked,
) -> Vec<Finding> {
    let limited = [(false, day, limits.day), (true, week, limits.week)];
    limited
        .into_iter()
        .filter(|(_, _, limit)| *limit != super::Limit::default())
        .map(|(is_week, (from, booked), limit)| {
            let because = Because::Limit {
                is_week,
                from,
                appointments: booked.appointments,
                minutes: booked.us / 60_000_000,
                limit,
            };
            Finding::of_all(Verdict::holds(limit.holds(booked.with(more))), None, because)
        })
        .collect()
}
