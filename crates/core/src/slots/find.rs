//! The slot search.

use super::{
    Found, Question, Shape, Slot,
    attendance::{Company, has},
    line::Lines,
    query::minutes,
    search::{Asked, PartSearch, Search},
    seats,
    sequence::Chains,
    starts::contains,
    walk::{Apart, Candidate, grid, walk},
};
use crate::{invalid_field::InvalidField, time::Interval};

/// Finds the slots of a question.
pub fn find(question: &Question<'_>) -> Result<Found, InvalidField> {
    question.check()?;
    Ok(search(question).1)
}

/// The run of the window in which the groups of the first appointment are met: enough people are open and known not
/// to be busy. Buffers, notice, limits and duration do not matter here.
pub fn free(question: &Question<'_>) -> Result<Vec<Interval>, InvalidField> {
    question.check()?;
    Ok(Search::new(question, Asked::Everybody).free())
}

/// The answer with the search that gave it, for a question that was checked.
pub(super) fn search<'q>(question: &'q Question<'q>) -> (Search<'q>, Found) {
    let turn = Search::new(question, Asked::WhoseTurnItIs);
    let found = found(&turn);
    if !found.is_empty() || !Search::leaves_anybody_out(question) {
        return (turn, found);
    }
    let everybody = Search::new(question, Asked::Everybody);
    let found = Found {
        asked_everybody: true,
        ..self::found(&everybody)
    };
    (everybody, found)
}

fn found(search: &Search<'_>) -> Found {
    let mut found = match (search.question.shape, search.is_sequence()) {
        (Shape::Periods, _) => periods(search),
        (_, false) => together(search),
        (_, true) => sequence(search),
    };
    found.unknown = search.unknown();
    found
}

fn most(search: &Search<'_>) -> usize {
    search.question.query.max_results.unwrap_or(usize::MAX)
}

/// Spans in which every start is possible that leaves room for the duration.
fn periods(search: &Search<'_>) -> Found {
    let (earliest, end) = search.in_time();
    let first = &search.parts[0];
    let mut periods = Vec::new();
    for starts in first.starts.possible() {
        let last = starts.end_us().min(end) - 1;
        periods.extend(Interval::from_micros(
            starts.start_us().max(earliest),
            last.saturating_add(first.part.duration),
        ));
    }
    periods.retain(|period| period.len_us() >= first.part.duration);
    let more = periods.len() > most(search);
    periods.truncate(most(search));
    Found {
        periods,
        more,
        ..Found::default()
    }
}

/// One appointment at one time.
fn together(search: &Search<'_>) -> Found {
    let joins = seats::joins(search);
    let mut found = if joins.is_empty() && search.question.shape == Shape::OverlappingSlots {
        every_start(search)
    } else {
        some_starts(search, &joins)
    };
    found.company = vec![company(search, &found.slots, &joins)];
    found
}

/// Every start on the grid, which is the common question.
fn every_start(search: &Search<'_>) -> Found {
    let step = minutes(search.question.query.step_minutes);
    let duration = search.parts[0].part.duration;
    let most = most(search);
    let grids = grid(search);
    let time: i64 = grids.iter().map(|on_grid| on_grid.end - on_grid.first).sum();
    let mut slots = Vec::with_capacity(most.min((time / step) as usize + grids.len()));
    let mut more = false;
    for on_grid in grids {
        let starts = on_grid.starts(step);
        let taken = starts.min(most - slots.len());
        more |= taken < starts;
        // Room for all is there, so that nothing is asked for each slot.
        slots.extend((0..taken as i64).map(|place| {
            let start = on_grid.first + place * step;
            Slot {
                interval: Interval::from_ordered(start, start + duration),
                seats_left: None,
            }
        }));
    }
    Found {
        slots,
        more,
        ..Found::default()
    }
}

/// The starts that the shape leaves, and the appointments that can be joined.
fn some_starts(search: &Search<'_>, joins: &[seats::Join]) -> Found {
    let duration = search.parts[0].part.duration;
    let (mut apart, most) = (Apart::new(search.question.shape), most(search));
    let starts: Vec<i64> = joins.iter().map(|join| join.start).collect();
    let mut found = Found::default();
    walk(
        search,
        &starts,
        |Candidate {
             start,
             joins: is_join,
         }| {
            let interval = Interval::from_ordered(start, start + duration);
            if !apart.lets(interval) {
                return true;
            }
            if found.slots.len() == most {
                found.more = true;
                return false;
            }
            let join = is_join.then(|| seats::at(joins, start)).flatten();
            found.slots.push(Slot {
                interval,
                seats_left: join.map(|join| join.seats_left),
            });
            true
        },
    );
    found
}

/// Who comes to the slots of one appointment.
fn company(search: &Search<'_>, slots: &[Slot], joins: &[seats::Join]) -> Company {
    let part = &search.parts[0];
    let mut company = Company {
        groups: part.part.groups.to_vec(),
        ..Company::default()
    };
    if part.loose.is_empty() {
        return company;
    }
    let starts: Vec<i64> = slots.iter().map(|slot| slot.interval.start_us()).collect();
    company.rows = part
        .own
        .iter()
        .map(|own| paint(own.possible(), &starts))
        .collect();
    for join in joins {
        // Who holds an appointment may be busy at all other times.
        for member in &join.can_come {
            company.rows[*member].resize(slots.len().div_ceil(64), 0);
        }
    }
    let mut lines = Lines::new(search.question.people, part);
    for (column, slot) in slots.iter().enumerate() {
        let join = slot
            .seats_left
            .and_then(|_| seats::at(joins, slot.interval.start_us()));
        match join {
            Some(join) => {
                join.can_come
                    .iter()
                    .for_each(|member| company.set(*member, column));
                company
                    .chosen
                    .extend(join.chosen.iter().map(|member| *member as u16));
            }
            None => lines.choose(|member| has(&company.rows[member], column), &mut company.chosen),
        }
    }
    company
}

/// A bit for each start that is in the run.
fn paint(run: &[Interval], starts: &[i64]) -> Vec<u64> {
    if run.is_empty() {
        return Vec::new();
    }
    let mut row = vec![0; starts.len().div_ceil(64)];
    let mut next = 0;
    for span in run {
        while next < starts.len() && starts[next] < span.start_us() {
            next += 1;
        }
        let first = next;
        while next < starts.len() && starts[next] < span.end_us() {
            next += 1;
        }
        set(&mut row, first, next);
    }
    row
}

/// Sets the bits of some columns, word by word.
fn set(row: &mut [u64], mut first: usize, end: usize) {
    while first < end {
        let in_word = (end - first).min(64 - first % 64);
        row[first / 64] |= (u64::MAX >> (64 - in_word)) << (first % 64);
        first += in_word;
    }
}

/// Appointments one after the other.
fn sequence(search: &Search<'_>) -> Found {
    let chains = Chains::new(search.question.query, &search.parts);
    let (mut apart, most) = (Apart::new(search.question.shape), most(search));
    let mut found = Found::default();
    let mut intervals: Vec<Vec<Interval>> = vec![Vec::new(); search.parts.len()];
    walk(search, &[], |Candidate { start, .. }| {
        let Some(starts) = chains.follow(start) else {
            return true;
        };
        let of_parts = starts.iter().zip(&search.parts);
        let of_parts: Vec<_> = of_parts
            .map(|(start, part)| Interval::from_ordered(*start, start + part.part.duration))
            .collect();
        let end = of_parts.iter().map(|interval| interval.end_us()).max();
        let interval = Interval::from_ordered(start, end.unwrap_or(start + 1));
        if !apart.lets(interval) {
            return true;
        }
        if found.slots.len() == most {
            found.more = true;
            return false;
        }
        found.slots.push(Slot {
            interval,
            seats_left: None,
        });
        for (column, interval) in intervals.iter_mut().zip(of_parts) {
            column.push(interval);
        }
        true
    });
    let parts = search.parts.iter().zip(intervals);
    found.company = parts
        .map(|(part, intervals)| step_company(search, part, intervals))
        .collect();
    found
}

/// Who comes to one step of each slot.
fn step_company(search: &Search<'_>, part: &PartSearch<'_>, intervals: Vec<Interval>) -> Company {
    let words = intervals.len().div_ceil(64);
    let mut company = Company {
        groups: part.part.groups.to_vec(),
        rows: part
            .own
            .iter()
            .map(|own| {
                if own.possible().is_empty() {
                    Vec::new()
                } else {
                    vec![0; words]
                }
            })
            .collect(),
        ..Company::default()
    };
    if !part.loose.is_empty() {
        let mut lines = Lines::new(search.question.people, part);
        for (column, interval) in intervals.iter().enumerate() {
            for (member, own) in part.own.iter().enumerate() {
                if contains(own.possible(), interval.start_us()) {
                    company.set(member, column);
                }
            }
            lines.choose(|member| has(&company.rows[member], column), &mut company.chosen);
        }
    }
    company.intervals = intervals;
    company
}
