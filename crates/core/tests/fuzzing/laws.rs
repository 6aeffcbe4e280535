//! What holds for every series over every window.

use kalends_core::{
    recurrence::{Expander, Occurrence, Series, reach},
    time::{Interval, Zone},
};

/// Microseconds of a day.
pub(crate) const DAY_US: i64 = 86_400_000_000;

/// What tells occurrences apart: start, end, original start, and where the event lies in memory. Sorted, each once.
type Found = Vec<(i64, i64, Option<i64>, usize)>;

/// Expands a series over `[from, cut)`, `[cut, to)` and `[from, to)` (microseconds since 1970) and holds the answers
/// against each other. Where a limit or a broken line was reported, only what is reported has to hold.
pub(crate) fn windows_add_up(series: &Series<'_>, zone: &Zone, [from, cut, to]: [i64; 3]) {
    let (Some(first), Some(second), Some(whole)) = (
        Interval::from_micros(from, cut),
        Interval::from_micros(cut, to),
        Interval::from_micros(from, to),
    ) else {
        return;
    };
    let (mut together, complete_first) = expanded(series, zone, first);
    let (second, complete_second) = expanded(series, zone, second);
    let (whole, complete) = expanded(series, zone, whole);
    if complete && complete_first && complete_second {
        together.extend(second);
        together.sort_unstable();
        together.dedup();
        assert_eq!(whole, together, "{series:?}, cut at {cut}");
    }
}

/// The occurrences in a window, after a look at each of them, and whether none may be missing.
fn expanded(series: &Series<'_>, zone: &Zone, window: Interval) -> (Found, bool) {
    let expansion = Expander::new(zone, window).expand(series);
    let found = &expansion.occurrences;
    assert!(
        found.is_sorted_by_key(|one| (one.start_us, one.end_us)),
        "{series:?}"
    );
    for one in found {
        assert!(touches(window, one), "{one:?} lies outside {window:?}");
    }
    // Lines that cannot be read are left out of all windows alike; limits are met in some windows only.
    let cut_short = expansion
        .faults
        .iter()
        .any(|fault| fault.to_string().contains(" more than ") || fault.to_string().contains("given up"));
    let bounds = reach(series.master, zone);
    if let (Some(bounds), true) = (bounds, series.overrides.is_empty()) {
        for one in found {
            assert!(
                bounds.start_us <= one.start_us,
                "{one:?} begins before {bounds:?}"
            );
            assert!(
                bounds.end_us.is_none_or(|end| one.end_us <= end),
                "{one:?} ends after {bounds:?}"
            );
        }
    }
    let key = |one: &Occurrence<'_>| {
        let event = std::ptr::from_ref(one.event) as usize;
        (one.start_us, one.end_us, one.original_start_us, event)
    };
    let mut keys: Found = found.iter().map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    (keys, !cut_short)
}

fn touches(window: Interval, one: &Occurrence<'_>) -> bool {
    let ends_inside = one.end_us > window.start_us() || one.start_us == one.end_us;
    one.start_us <= one.end_us
        && one.start_us < window.end_us()
        && ends_inside
        && one.end_us >= window.start_us()
}
