//! A zone's offsets over a stretch of time, as a table from civil time to UTC.

use super::{
    anchor::SECOND,
    days::{self, DAY},
};
use crate::time::{Interval, Zone};

/// Civil seconds to instants for one zone, fast inside the stretch it was made for and right everywhere.
#[derive(Debug)]
pub(super) struct Offsets {
    zone: Zone,
    /// Offset in seconds from that civil second on; sorted. See [`Offsets::new`] for gaps and overlaps.
    spans: Vec<(i64, i64)>,
    /// Civil second at which the table's knowledge ends.
    end: i64,
    /// The span that the last question fell into: civil seconds `[from, to)` and their offset.
    last: (i64, i64, i64),
}

impl Offsets {
    /// The offsets of the zone around `[from, to)`, in seconds since 1970.
    ///
    /// A transition at instant `t` from offset `a` to `b` takes effect for civil times from `t + max(a, b)` on: in a
    /// gap that reads the times that do not exist with the offset before it, in an overlap it takes the first of
    /// the two, which is what RFC 5545 section 3.3.5 asks for.
    pub(super) fn new(zone: &Zone, from: i64, to: i64) -> Self {
        let mut spans: Vec<(i64, i64)> = Vec::new();
        let stretch = Interval::from_micros(from.saturating_mul(SECOND), to.saturating_mul(SECOND));
        for part in stretch
            .map(|stretch| zone.offset_spans(stretch))
            .unwrap_or_default()
        {
            let offset = part.offset_us / SECOND;
            let begin = part.span.start_us() / SECOND;
            match spans.last() {
                Some(&(_, before)) => spans.push((begin + offset.max(before), offset)),
                // What the clocks did just before the stretch is not known here; after a day it is over.
                None => spans.push((begin + offset + DAY, offset)),
            }
        }
        // Where a zone changed twice within hours the table would not be in order; then it is not used.
        spans.dedup_by_key(|&mut (_, offset)| offset);
        if !spans.is_sorted_by(|left, right| left.0 < right.0) {
            spans.clear();
        }
        let end = spans
            .last()
            .map_or(i64::MIN, |&(_, offset)| to.saturating_add(offset));
        Self {
            zone: zone.clone(),
            spans,
            end,
            last: (0, 0, 0),
        }
    }

    pub(super) fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The instant of a civil second, in seconds since 1970.
    pub(super) fn instant(&mut self, civil: i64) -> i64 {
        let (from, to, offset) = self.last;
        if from <= civil && civil < to {
            return civil - offset;
        }
        self.look_up(civil)
    }

    /// The offset of a civil second, and the civil second up to which it holds.
    pub(super) fn span(&mut self, civil: i64) -> (i64, i64) {
        let offset = civil - self.instant(civil);
        let (from, to, _) = self.last;
        let known = from <= civil && civil < to;
        (offset, if known { to } else { civil + 1 })
    }

    fn look_up(&mut self, civil: i64) -> i64 {
        let index = self.spans.partition_point(|&(from, _)| from <= civil);
        if index == 0 || civil >= self.end {
            return self.zone.instant(days::to_civil(civil)).as_second();
        }
        let (from, offset) = self.spans[index - 1];
        let to = self.spans.get(index).map_or(self.end, |&(next, _)| next);
        self.last = (from, to, offset);
        civil - offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_agrees_with_the_zone_through_every_hour_of_two_years() {
        for name in [
            "Europe/Berlin",
            "America/New_York",
            "Australia/Lord_Howe",
            "Africa/Casablanca",
            "UTC",
        ] {
            let zone = Zone::iana(name).unwrap();
            let from = days::from_civil("2025-01-01T00:00".parse().unwrap());
            let to = days::from_civil("2027-01-01T00:00".parse().unwrap());
            let mut offsets = Offsets::new(&zone, from, to);
            for civil in (from - 200_000..to + 200_000).step_by(900) {
                let expect = zone.instant(days::to_civil(civil)).as_second();
                assert_eq!(offsets.instant(civil), expect, "{name} {}", days::to_civil(civil));
            }
        }
    }
}
