//! Opponents in their column: what sort of thing, and its name.

use kalends_core::{conflict::Opponent, event::Field};

use crate::{StoreError, db::corrupt};

const COLUMN: &str = "opponent";

/// The opponent as its column holds it.
pub(super) fn to_text(opponent: &Opponent) -> String {
    match opponent {
        Opponent::External(id) => format!("external:{id}"),
        Opponent::Event(id) => format!("event:{id}"),
        Opponent::Block(id) => format!("block:{id}"),
        Opponent::Hours => "hours".to_owned(),
        Opponent::Edit(field) => format!("edit:{}", field.as_str()),
        Opponent::Calendar(id) => format!("calendar:{id}"),
    }
}

/// The opponent that a column holds.
pub(super) fn from_text(text: &str) -> Result<Opponent, StoreError> {
    let (sort, name) = text.split_once(':').unwrap_or((text, ""));
    let id = || name.parse().map_err(|_| corrupt(COLUMN, "no id"));
    Ok(match sort {
        "external" => Opponent::External(kalends_core::time::ExternalEventId(id()?)),
        "event" => Opponent::Event(kalends_core::time::EventId(id()?)),
        "block" => Opponent::Block(kalends_core::time::BlockId(id()?)),
        "calendar" => Opponent::Calendar(kalends_core::time::CalendarId(id()?)),
        "hours" => Opponent::Hours,
        "edit" => {
            let field = Field::ALL.into_iter().find(|field| field.as_str() == name);
            Opponent::Edit(field.ok_or_else(|| corrupt(COLUMN, "no field"))?)
        }
        _ => return Err(corrupt(COLUMN, "an unknown sort of thing")),
    })
}
