//! Opponents in their column: what sort of thing, and its name.

use kalends_core::{
    conflict::Opponent,
    time::{BlockId, CalendarId, EventEditId, EventId, ExternalEventId},
};

use crate::{StoreError, db::corrupt};

const COLUMN: &str = "opponent";

/// The opponent as its column holds it.
pub(super) fn to_text(opponent: &Opponent) -> String {
    match opponent {
        Opponent::External(id) => format!("external:{id}"),
        Opponent::Event(id) => format!("event:{id}"),
        Opponent::Block(id) => format!("block:{id}"),
        Opponent::Hours => "hours".to_owned(),
        Opponent::Edit(id) => format!("edit:{id}"),
        Opponent::Calendar(id) => format!("calendar:{id}"),
    }
}

/// The opponent that a column holds.
pub(super) fn from_text(text: &str) -> Result<Opponent, StoreError> {
    let (sort, name) = text.split_once(':').unwrap_or((text, ""));
    let id = || name.parse().map_err(|_| corrupt(COLUMN, "no id"));
    Ok(match sort {
        "external" => Opponent::External(ExternalEventId(id()?)),
        "event" => Opponent::Event(EventId(id()?)),
        "block" => Opponent::Block(BlockId(id()?)),
        "calendar" => Opponent::Calendar(CalendarId(id()?)),
        "hours" => Opponent::Hours,
        "edit" => Opponent::Edit(EventEditId(id()?)),
        _ => return Err(corrupt(COLUMN, "an unknown sort of thing")),
    })
}
