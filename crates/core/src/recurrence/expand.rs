//! From a series to its occurrences in a window.

mod emit;
mod overrides;

use std::ops::ControlFlow;

use super::{
    Expansion, RecurrenceError, Series,
    anchor::{Anchor, Length, SECOND},
    days::DAY,
    meter::Meter,
    offsets::Offsets,
    pattern::Pattern,
    rule::Rule,
    set::RecurrenceSet,
    until::Limit,
};
use crate::{
    external_event::{ExternalEvent, SeriesRole},
    time::{Interval, Zone},
};
use emit::{Emitter, Excluded};
use overrides::Overrides;
pub(super) use overrides::bounds;

/// Seconds that civil time and UTC can lie apart, and a little more.
const SKEW: i64 = DAY + 2 * 3600;

/// How far the offset tables reach beyond the window, in seconds.
const TABLE_MARGIN: i64 = 40 * DAY;

/// Expands many series over one window, sharing the tables of zone offsets.
#[derive(Debug)]
pub struct Expander {
    calendar_zone: Zone,
    window: Interval,
    tables: Vec<Offsets>,
}

/// The occurrences of one series that overlap the window; floating times and dates are read in `calendar_zone`.
///
/// Several series over one window are cheaper through one [`Expander`].
pub fn expand<'a>(series: &Series<'a>, calendar_zone: &Zone, window: Interval) -> Expansion<'a> {
    Expander::new(calendar_zone, window).expand(series)
}

impl Expander {
    /// An expander for one window; floating times and dates are read in `calendar_zone`.
    pub fn new(calendar_zone: &Zone, window: Interval) -> Self {
        Self {
            calendar_zone: calendar_zone.clone(),
            window,
            tables: Vec::new(),
        }
    }

    /// The occurrences of one series that overlap the window.
    pub fn expand<'a>(&mut self, series: &Series<'a>) -> Expansion<'a> {
        let mut expansion = Expansion::default();
        let alone = matches!(series.master.role, SeriesRole::Override { .. });
        let Some(span) = series.master.span.as_ref().filter(|_| !alone) else {
            // Overrides whose master is missing or has lost its time still have their own.
            let items = std::iter::once(series.master).chain(series.overrides.iter().copied());
            overrides::emit_alone(items, &self.calendar_zone, self.window, &mut expansion);
            return expansion;
        };
        let anchor = Anchor::new(&span.start, &self.calendar_zone);
        let (set, faults) = RecurrenceSet::read(lines(series.master), &span.start);
        expansion.faults = faults;
        let length = Length::of(span, &self.calendar_zone);
        let table = self.table(&anchor.zone);
        let offsets = &mut self.tables[table];
        let mut excluded = Excluded::default();
        excluded.extend(set.excluded.iter().map(|time| anchor.key(time, offsets)));
        let overrides = Overrides::read(series.overrides, &anchor, &self.calendar_zone, &excluded, offsets);
        excluded.extend(overrides.replaced.iter().copied());
        let mut emitter = Emitter {
            master: series.master,
            anchor: &anchor,
            offsets,
            window: self.window,
            length,
            recurs: matches!(series.master.role, SeriesRole::Master { .. }),
            excluded,
            shifts: &overrides.shifts,
            found: &mut expansion.occurrences,
            overflow: false,
        };
        let outcome = emitter.generate(&set, &mut Meter::of_expansion());
        let overflow = emitter.overflow;
        expansion.faults.extend(outcome.err());
        if overflow {
            expansion.faults.push(RecurrenceError::TooManyOccurrences {
                limit: emit::OCCURRENCE_LIMIT,
            });
        }
        overrides.emit(self.window, &mut expansion);
        sort(&mut expansion);
        expansion
    }

    /// The place of the zone's offset table.
    fn table(&mut self, zone: &Zone) -> usize {
        if let Some(place) = self.tables.iter().position(|table| table.zone() == zone) {
            return place;
        }
        let from = self.window.start_us().div_euclid(SECOND) - TABLE_MARGIN;
        let to = self.window.end_us().div_euclid(SECOND) + TABLE_MARGIN;
        self.tables.push(Offsets::new(zone, from, to));
        self.tables.len() - 1
    }
}

/// The recurrence lines of an item.
pub(super) fn lines(event: &ExternalEvent) -> &[String] {
    match &event.role {
        SeriesRole::Master { recurrence } => recurrence,
        SeriesRole::Single | SeriesRole::Override { .. } => &[],
    }
}

impl Emitter<'_, '_> {
    /// Finds every start of the set that can touch the window and emits it.
    fn generate(&mut self, set: &RecurrenceSet, meter: &mut Meter) -> Result<(), RecurrenceError> {
        let (from, to) = self.civil_range();
        let simple = set.rules.len() <= 1 && set.excluded_rules.is_empty() && set.dates.is_empty();
        let start = self.anchor.civil;
        // The start belongs to the series even where the rule would not make it (RFC 5545 section 3.8.5.3), but a
        // rule that was over before it leaves nothing.
        let over = |rule: &Rule| Limit::of(rule.until, self.anchor).civil_end <= start;
        let starts_itself = set.rules.is_empty() || !set.rules.iter().all(over);
        if simple {
            if starts_itself && (from..to).contains(&start) && self.emit(start, self.length).is_break() {
                return Ok(());
            }
            let Some(rule) = set.rules.first() else {
                return Ok(());
            };
            return self.walk_rule(rule, (from.max(start + 1), to), meter, Emitter::emit_run);
        }
        let periods = self.emit_periods(set, from, to);
        let (mut starts, by_rules) = self.starts_of(&set.rules, from, to, meter);
        let dates = set.dates.iter().filter(|date| date.end.is_none());
        starts.extend(dates.map(|date| self.anchor.civil_start(&date.start)));
        starts.extend(starts_itself.then_some(start));
        starts.retain(|civil| (from..to).contains(civil));
        starts.sort_unstable();
        starts.dedup();
        let (mut removed, by_excluded) = self.starts_of(&set.excluded_rules, from, to, meter);
        removed.extend(periods);
        removed.sort_unstable();
        starts.retain(|civil| removed.binary_search(civil).is_err());
        for civil in starts {
            if self.emit(civil, self.length).is_break() {
                break;
            }
        }
        by_rules.and(by_excluded)
    }

    /// What several rules make in `[from, to)`, and what stopped one of them.
    fn starts_of(
        &mut self,
        rules: &[Rule],
        from: i64,
        to: i64,
        meter: &mut Meter,
    ) -> (Vec<i64>, Result<(), RecurrenceError>) {
        let (mut starts, mut outcome) = (Vec::new(), Ok(()));
        for rule in rules {
            let before = starts.len();
            let walked = self.walk_rule(rule, (from, to), meter, |emitter, run| {
                starts.extend_from_slice(run);
                if starts.len() - before > emit::OCCURRENCE_LIMIT {
                    starts.truncate(before + emit::OCCURRENCE_LIMIT);
                    emitter.overflow = true;
                    return ControlFlow::Break(());
                }
                ControlFlow::Continue(())
            });
            outcome = outcome.and(walked);
        }
        (starts, outcome)
    }

    /// Civil seconds `[from, to)` outside which no start can touch the window.
    fn civil_range(&self) -> (i64, i64) {
        let longest = self
            .shifts
            .iter()
            .map(|shift| shift.length.bound())
            .fold(self.length.bound(), i64::max);
        let latest = self.shifts.iter().map(|shift| shift.delta).fold(0, i64::max);
        let earliest = self.shifts.iter().map(|shift| shift.delta).fold(0, i64::min);
        let from = self.window.start_us().div_euclid(SECOND) - longest - latest - SKEW;
        let to = self.window.end_us().div_euclid(SECOND) - earliest + SKEW;
        (from, to)
    }

    /// Walks one rule inside `[from, to)` and up to its `UNTIL`.
    fn walk_rule(
        &mut self,
        rule: &Rule,
        (from, to): (i64, i64),
        meter: &mut Meter,
        mut each: impl FnMut(&mut Self, &[i64]) -> ControlFlow<()>,
    ) -> Result<(), RecurrenceError> {
        let limit = Limit::of(rule.until, self.anchor);
        let pattern = Pattern::new(rule, self.anchor.civil, self.anchor.all_day);
        let to = to.min(limit.civil_end);
        // Only close to the end can civil time and the instant of the end disagree.
        let exact_from = limit.last_instant.map_or(i64::MAX, |_| limit.civil_end - 3 * DAY);
        let mut visit = |run: &[i64]| {
            let last = limit
                .last_instant
                .filter(|_| run.last().is_some_and(|&civil| civil >= exact_from));
            let Some(last) = last else {
                return each(self, run);
            };
            let over = run.iter().position(|&civil| self.offsets.instant(civil) > last);
            let within = over.map_or(run, |over| &run[..over]);
            each(self, within)?;
            if over.is_some() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        pattern.walk(from, to, meter, &mut visit)
    }

    /// Emits the `RDATE` periods and tells at which civil seconds they stand.
    fn emit_periods(&mut self, set: &RecurrenceSet, from: i64, to: i64) -> Vec<i64> {
        let mut starts = Vec::new();
        for date in &set.dates {
            let Some(end) = &date.end else { continue };
            let civil = self.anchor.civil_start(&date.start);
            let length = Length::between(&date.start, end, &self.anchor.zone);
            let begins_in_time = civil < to && civil + length.bound() + SKEW >= from;
            starts.push(civil);
            if begins_in_time && self.emit(civil, length).is_break() {
                break;
            }
        }
        starts
    }
}

/// Orders the occurrences. Two that the clocks' change made equal stay two: each has its own civil start, and `COUNT`
/// counted both.
fn sort(expansion: &mut Expansion<'_>) {
    let found = &mut expansion.occurrences;
    if !found.is_sorted_by_key(|one| (one.start_us, one.end_us)) {
        found.sort_by_key(|one| (one.start_us, one.end_us));
    }
}
