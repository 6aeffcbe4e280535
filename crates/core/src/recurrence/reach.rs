//! How far an event reaches in time, for finding it by an index.

use super::{
    Reach,
    anchor::{Anchor, Length, SECOND},
    days::{self, DAY},
    expand::{bounds, lines},
    meter::Meter,
    pattern::Pattern,
    rule::Rule,
    set::RecurrenceSet,
    until::Limit,
};
use crate::{
    external_event::{ExternalEvent, OverrideRange, SeriesRole},
    time::{EventTime, Zone},
};

/// The bounds of everything that the event can touch; `None` for an item without any time.
///
/// The bounds may be wider than what takes place, never narrower. An override reaches over its own time and the
/// start that it replaces; what it replaces can be longer, so overrides are to be read together with their master.
pub fn reach(event: &ExternalEvent, calendar_zone: &Zone) -> Option<Reach> {
    let own = event.span.as_ref().map(|span| bounds(span, calendar_zone));
    match &event.role {
        SeriesRole::Override {
            original_start,
            range,
            ..
        } => {
            let replaced = original_start.instant(calendar_zone).as_microsecond();
            let (start_us, end_us) = own.unwrap_or((replaced, replaced));
            let endless = *range == OverrideRange::ThisAndFuture;
            Some(Reach {
                start_us: start_us.min(replaced),
                end_us: (!endless).then_some(end_us.max(replaced)),
            })
        }
        SeriesRole::Single => own.map(|(start_us, end_us)| Reach {
            start_us,
            end_us: Some(end_us),
        }),
        SeriesRole::Master { .. } => {
            let span = event.span.as_ref()?;
            let (start_us, end_us) = own?;
            let anchor = Anchor::new(&span.start, calendar_zone);
            let (set, _) = RecurrenceSet::read(lines(event), &span.start);
            let length = Length::of(span, calendar_zone);
            let mut reach = Reach {
                start_us,
                end_us: Some(end_us),
            };
            include_dates(&mut reach, &set, &anchor, length);
            for rule in &set.rules {
                let last = last_civil(rule, &anchor).map(|civil| civil_end_us(civil, &anchor, length));
                reach.end_us = reach.end_us.zip(last).map(|(end, last)| end.max(last));
            }
            Some(reach)
        }
    }
}

fn include_dates(reach: &mut Reach, set: &RecurrenceSet, anchor: &Anchor, length: Length) {
    for date in &set.dates {
        let start_us = anchor.instant_us(&date.start);
        let length = date
            .end
            .as_ref()
            .map_or(length, |end| Length::between(&date.start, end, &anchor.zone));
        let civil = anchor.civil_start(&date.start);
        reach.start_us = reach.start_us.min(start_us);
        reach.end_us = reach
            .end_us
            .map(|end| end.max(civil_end_us(civil, anchor, length)));
    }
}

/// A civil second that no start lies after; `None` when the rule does not end.
fn last_civil(rule: &Rule, anchor: &Anchor) -> Option<i64> {
    let by_until = rule.until.map(|_| Limit::of(rule.until, anchor).civil_end);
    let pattern = || Pattern::new(rule, anchor.civil, anchor.all_day);
    let by_count = rule
        .count
        .and_then(|_| pattern().last_start_bound(&mut Meter::of_end()));
    match (by_until, by_count) {
        (Some(until), Some(count)) => Some(until.min(count)),
        (until, count) => until.or(count),
    }
}

/// An instant that an occurrence with that start has surely ended by, in microseconds.
fn civil_end_us(civil: i64, anchor: &Anchor, length: Length) -> i64 {
    let zoned = EventTime::Zoned {
        civil: days::to_civil(civil.saturating_add(length.bound())),
        zone: anchor.zone.clone(),
    };
    // A day more takes in whatever the clocks do between start and end.
    anchor.instant_us(&zoned).saturating_add(DAY * SECOND)
}
