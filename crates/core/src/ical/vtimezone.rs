//! A `VTIMEZONE` (RFC 5545 section 3.6.5) as a zone, evaluated in full.
//!
//! Every observance has onsets: its `DTSTART`, and what its `RRULE` and `RDATE`s make of it. Together they are the
//! zone's history, which begins with the `TZOFFSETFROM` of the first. Where the last era is a pair of yearly rules
//! without end, as nearly always, these become a rule for ever; other rules are followed to the year 2100.

mod observance;
mod yearly;

use super::component::Component;
use crate::time::{Zone, ZoneHistory, fixed_zone, posix_offset};
use observance::Observance;

/// Instants before this one, 1900-01-01, are all one: zones have no history then, only Outlook's rules from 1601.
const BEGINNING: i64 = -2_208_988_800;
/// Rules without end are followed to here, 2100-01-01, where they cannot be written as a rule for ever.
const HORIZON: i64 = 4_102_444_800;
/// So long the onsets of the last era are told one by one, until both its rules hold: a year and a bit.
const OVERLAP: i64 = 400 * 86_400;

/// So many changes a zone may have: the busiest of the world's has some three hundred.
const CHANGE_LIMIT: usize = 2_000;

/// The zone that a definition describes, `None` when there is nothing in it that could be followed.
pub(super) fn zone(definition: &Component<'_>) -> Option<Zone> {
    let observances: Vec<Observance> = definition
        .parts
        .iter()
        .filter(|part| part.is("STANDARD") || part.is("DAYLIGHT"))
        .filter_map(Observance::read)
        .collect();
    let first = observances
        .iter()
        .min_by_key(|observance| observance.first_onset())?;
    let last_era = last_era(&observances);
    // A definition whose dates and rules do not meet is followed date by date.
    last_era
        .and_then(|era| follow(&observances, first, Some(era)))
        .or_else(|| follow(&observances, first, None))
}

/// The zone of all onsets until the last era, or until the horizon.
fn follow(observances: &[Observance], first: &Observance, last_era: Option<(i64, String)>) -> Option<Zone> {
    let until = last_era.as_ref().map_or(HORIZON, |(from, _)| from + OVERLAP);
    let mut onsets: Vec<(i64, i32)> = observances
        .iter()
        .flat_map(|observance| {
            observance
                .onsets(until)
                .into_iter()
                .map(|at| (at, observance.offset))
        })
        .collect();
    onsets.sort_unstable();
    onsets.dedup_by_key(|onset| onset.0);
    let (past, mut changes): (Vec<_>, Vec<_>) = onsets.into_iter().partition(|&(at, _)| at <= BEGINNING);
    let first_offset = past.last().map_or(first.offset_before, |&(_, offset)| offset);
    let mut offset = first_offset;
    changes.retain(|&(_, next)| std::mem::replace(&mut offset, next) != next);
    if changes.len() > CHANGE_LIMIT {
        return None;
    }
    match last_era {
        // Outlook's rules from 1601.
        Some((from, rule)) if from <= BEGINNING => Zone::following(&rule).ok(),
        None if changes.is_empty() => fixed_zone(first_offset),
        last_era => Zone::with_history(&ZoneHistory {
            first_offset,
            changes,
            rule: last_era.map_or_else(|| posix_offset(offset), |(_, rule)| rule),
        }),
    }
}

/// From when on the zone follows two yearly rules without end and nothing else, and these as one rule.
fn last_era(observances: &[Observance]) -> Option<(i64, String)> {
    let endless: Vec<&Observance> = observances.iter().filter(|one| one.is_endless()).collect();
    let [one, other] = endless[..] else {
        return None;
    };
    let paired =
        one.offset_before == other.offset && other.offset_before == one.offset && one.offset != other.offset;
    let (standard, daylight) = if one.offset < other.offset {
        (one, other)
    } else {
        (other, one)
    };
    let (to_standard, to_daylight) = (standard.yearly?, daylight.yearly?);
    let rule = format!(
        "{}{},{},{}",
        posix_offset(standard.offset),
        posix_offset(daylight.offset),
        to_daylight.posix(),
        to_standard.posix()
    );
    let from = observances.iter().map(Observance::last_begin).max()?;
    paired.then_some((from, rule))
}

#[cfg(test)]
mod tests;
