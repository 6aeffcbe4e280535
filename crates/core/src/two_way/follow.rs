//! The application's event after a person's edit.

use std::collections::BTreeSet;

use super::{Edit, Ruling};
use crate::event::{Content, Event, Field, OriginalStart};

/// The event with what was adopted of an edit, of one time of a series or of the whole. What the application's event cannot
/// be, such as one without a title, is ruled to be set right instead.
pub fn follow(event: &Event, time: Option<OriginalStart>, edit: &mut Edit) -> Event {
    let adopted = edit.ruled(Ruling::Adopted);
    let sides = (edit.before.clone(), edit.after.clone());
    let whole = adopt(event, time, &adopted, (&sides.0, &sides.1));
    if whole.check().is_ok() {
        return whole;
    }
    let mut followed = event.clone();
    for part in parts(&adopted) {
        let with_it = adopt(&followed, time, &part, (&sides.0, &sides.1));
        if with_it.check().is_ok() {
            followed = with_it;
        } else {
            edit.fields
                .extend(part.into_iter().map(|field| (field, Ruling::Reverted)));
        }
    }
    followed
}

/// The event with these fields of the calendar's side.
pub fn adopt(
    event: &Event,
    time: Option<OriginalStart>,
    fields: &BTreeSet<Field>,
    (before, after): (&Content, &Content),
) -> Event {
    match time {
        None => event.clone().adopt(fields, before, after),
        Some(start) => event.clone().adopt_at(start, fields, before, after),
    }
}

/// The fields one by one; a series' time and its rule are one.
fn parts(fields: &BTreeSet<Field>) -> Vec<BTreeSet<Field>> {
    let of_time = |field: &Field| matches!(field, Field::When | Field::Recurrence);
    let time: BTreeSet<Field> = fields.iter().copied().filter(of_time).collect();
    let others = fields.iter().filter(|field| !of_time(field));
    let others = others.map(|field| BTreeSet::from([*field]));
    others
        .chain(std::iter::once(time).filter(|time| !time.is_empty()))
        .collect()
}
