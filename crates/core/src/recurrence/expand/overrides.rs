//! Items that stand in for occurrences of a series, or remove them (RFC 5545 section 3.8.4.4).

use super::emit::{Excluded, touches};
use crate::{
    external_event::{EventSpan, EventStatus, ExternalEvent, OverrideRange, SeriesRole},
    recurrence::{
        Expansion, Occurrence,
        anchor::{Anchor, Key, Length, SECOND},
        days,
        offsets::Offsets,
    },
    time::{Interval, Zone},
};

/// The overrides of one series.
#[derive(Debug)]
pub(super) struct Overrides<'a> {
    /// The occurrences of the rule that they replace.
    pub(super) replaced: Vec<Key>,
    /// `THISANDFUTURE`, ordered by the instant from which each holds.
    pub(super) shifts: Vec<Shift<'a>>,
    /// What takes place instead.
    standing: Vec<Occurrence<'a>>,
}

/// What an override with `RANGE=THISANDFUTURE` does to every later occurrence (RFC 5545 section 3.2.13).
#[derive(Debug)]
pub(super) struct Shift<'a> {
    /// Holds for original starts after this instant, in microseconds.
    pub(super) from_us: i64,
    /// How much later they begin, in civil seconds.
    pub(super) delta: i64,
    pub(super) length: Length,
    /// What describes them; `None` removes them.
    pub(super) event: Option<&'a ExternalEvent>,
}

impl<'a> Overrides<'a> {
    /// Reads the overrides of a series; items that are none are left out, and so is what an `EXDATE` has taken out.
    pub(super) fn read(
        items: &[&'a ExternalEvent],
        anchor: &Anchor,
        calendar_zone: &Zone,
        excluded: &Excluded,
        offsets: &mut Offsets,
    ) -> Self {
        let mut read = Self {
            replaced: Vec::new(),
            shifts: Vec::new(),
            standing: Vec::new(),
        };
        for item in items.iter().copied() {
            let SeriesRole::Override {
                original_start,
                range,
                ..
            } = &item.role
            else {
                continue;
            };
            let key = anchor.key(original_start, offsets);
            let original_us = match key {
                Key::Instant(us) => us,
                Key::Day(_) => {
                    offsets.instant(anchor.civil_start(original_start)) * SECOND + anchor.fraction_us
                }
            };
            if excluded.contains(
                original_us,
                anchor.civil_start(original_start).div_euclid(days::DAY),
            ) {
                continue;
            }
            read.replaced.push(key);
            let takes_place = item.status != EventStatus::Cancelled;
            let span = item.span.as_ref().filter(|_| takes_place);
            if *range == OverrideRange::ThisAndFuture {
                let begin = span.map_or(original_start, |span| &span.start);
                read.shifts.push(Shift {
                    from_us: original_us,
                    delta: anchor.civil_of(begin) - anchor.civil_start(original_start),
                    length: span.map_or(Length::Exact(0), |span| Length::of(span, calendar_zone)),
                    event: span.map(|_| item),
                });
            }
            if let Some(span) = span {
                let (start_us, end_us) = bounds(span, calendar_zone);
                read.standing.push(Occurrence {
                    start_us,
                    end_us,
                    event: item,
                    original_start_us: Some(original_us),
                });
            }
        }
        read.shifts.sort_by_key(|shift| shift.from_us);
        read
    }

    /// Adds those that touch the window.
    pub(super) fn emit(&self, window: Interval, expansion: &mut Expansion<'a>) {
        let inside = |one: &&Occurrence<'a>| touches(window, one.start_us, one.end_us);
        expansion
            .occurrences
            .extend(self.standing.iter().filter(inside).copied());
    }
}

/// Adds overrides whose master has no time of its own.
pub(super) fn emit_alone<'a>(
    items: impl Iterator<Item = &'a ExternalEvent>,
    calendar_zone: &Zone,
    window: Interval,
    expansion: &mut Expansion<'a>,
) {
    for item in items.filter(|item| item.status != EventStatus::Cancelled) {
        let (SeriesRole::Override { original_start, .. }, Some(span)) = (&item.role, &item.span) else {
            continue;
        };
        let (start_us, end_us) = bounds(span, calendar_zone);
        if touches(window, start_us, end_us) {
            expansion.occurrences.push(Occurrence {
                start_us,
                end_us,
                event: item,
                original_start_us: Some(original_start.instant(calendar_zone).as_microsecond()),
            });
        }
    }
    expansion
        .occurrences
        .sort_by_key(|one| (one.start_us, one.end_us));
}

/// Start and end of a span, in microseconds.
pub(in crate::recurrence) fn bounds(span: &EventSpan, calendar_zone: &Zone) -> (i64, i64) {
    let anchor = Anchor::new(&span.start, calendar_zone);
    let start_us = anchor.instant_us(&span.start);
    let start = start_us.div_euclid(SECOND);
    let mut offsets = Offsets::new(&anchor.zone, start, start);
    let length = Length::of(span, calendar_zone);
    (
        start_us,
        length.end_us(anchor.civil, anchor.fraction_us, start_us, &mut offsets),
    )
}
