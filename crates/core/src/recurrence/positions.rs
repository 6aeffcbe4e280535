//! `BYSETPOS` (RFC 5545 section 3.3.10): which of a period's starts a rule keeps.

/// The places (from 0) that `BYSETPOS` picks out of so many, in order and each once.
pub(super) fn select_places(positions: &[i64], total: i64, places: &mut Vec<i64>) {
    places.clear();
    places.extend(
        positions
            .iter()
            .map(|&position| {
                if position > 0 {
                    position - 1
                } else {
                    total + position
                }
            })
            .filter(|place| (0..total).contains(place)),
    );
    if places.len() > 1 {
        places.sort_unstable();
        places.dedup();
    }
}
