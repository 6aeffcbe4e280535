//! Which of several components with the same identity is the event.

use std::collections::HashMap;

use super::event::{Read, made_up_id};
use crate::external_event::SeriesRole;

/// One event for each identity, in the order of the text.
///
/// Of versions of one event the highest `SEQUENCE` counts, then the latest `DTSTAMP`, then the later in the text
/// (RFC 5545 section 3.8.7.4). Components at different times that are no versions of each other (of the same version,
/// or from different calendars of one text) only share a `UID` by mistake, and without a `UID` nothing says that two
/// are one; each is kept, the later ones under an identity of their own.
pub(super) fn resolve(items: Vec<Read>) -> Vec<Read> {
    let mut kept: Vec<Read> = Vec::with_capacity(items.len());
    let mut places: HashMap<String, usize> = HashMap::with_capacity(items.len());
    let mut copies = HashMap::new();
    for mut item in items {
        let Some(&place) = places.get(&item.event.provider_id) else {
            places.insert(item.event.provider_id.clone(), kept.len());
            kept.push(item);
            continue;
        };
        if !is_other_event(&kept[place], &item) {
            if (item.sequence, item.stamped) >= (kept[place].sequence, kept[place].stamped) {
                kept[place] = item;
            }
            continue;
        }
        let own = item
            .event
            .span
            .as_ref()
            .map(|span| made_up_id(span, item.event.title.as_deref()));
        let identity = format!("{};{}", item.event.provider_id, own.unwrap_or_default());
        // Copies are counted, so that the nth copy is the same one at the next reading.
        let copy = copies.entry(identity.clone()).or_insert(0_usize);
        *copy += 1;
        item.event.provider_id = format!("{identity};{copy}");
        kept.push(item);
    }
    kept
}

/// Whether two components with one identity are two events and not two versions of one.
fn is_other_event(kept: &Read, item: &Read) -> bool {
    if matches!(item.event.role, SeriesRole::Override { .. }) {
        return false;
    }
    let same_version = kept.sequence == item.sequence && kept.stamped == item.stamped;
    let unrelated = same_version || kept.calendar != item.calendar;
    !item.has_uid || (unrelated && kept.event.span != item.event.span)
}
