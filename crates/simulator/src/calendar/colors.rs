//! `colors.get`, and what the ids of colors stand for (Google Calendar API reference, `Colors`).

use axum::{extract::State, response::Response};
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::{
    google::{self, Call, GoogleError, Method},
    state::Sim,
};

/// Backgrounds of calendars, `colorId` from 1.
const CALENDARS: [&str; 24] = [
    "#ac725e", "#d06b64", "#f83a22", "#fa573c", "#ff7537", "#ffad46", "#42d692", "#16a765", "#7bd148",
    "#b3dc6c", "#fbe983", "#fad165", "#92e1c0", "#9fe1e7", "#9fc6e7", "#4986e7", "#9a9cff", "#b99aff",
    "#c2c2c2", "#cabdbf", "#cca6ac", "#f691b2", "#cd74e6", "#a47ae2",
];
/// Backgrounds of events, `colorId` from 1.
const EVENTS: [&str; 11] = [
    "#a4bdfc", "#7ae7bf", "#dbadff", "#ff887c", "#fbd75b", "#ffb878", "#46d6db", "#e1e1e1", "#5484ed",
    "#51b749", "#dc2127",
];
/// What is written on the background of an event, and by the palette on that of a calendar.
const INK: &str = "#1d1d1d";

/// Both palettes.
pub(crate) async fn get(State(sim): State<Sim>, call: Call) -> Result<Response, GoogleError> {
    call.authorize(&sim, Method::ColorsGet)?;
    let palette = |backgrounds: &[&str]| -> Map<String, Value> {
        let numbered = backgrounds.iter().enumerate();
        numbered
            .map(|(index, color)| {
                let id = (index + 1).to_string();
                (id, json!({"background": color, "foreground": INK}))
            })
            .collect()
    };
    let body = json!({"kind": "calendar#colors", "updated": "2012-02-14T00:00:00.000Z",
        "calendar": palette(&CALENDARS), "event": palette(&EVENTS)});
    Ok(google::json(StatusCode::OK, &body))
}

/// The background of a calendar's color, when there is one with this id.
pub(super) fn background(color_id: &str) -> Option<&'static str> {
    let index = color_id.parse::<usize>().ok()?.checked_sub(1)?;
    CALENDARS.get(index).copied()
}

/// The id of the calendar color that comes nearest to a `#rrggbb`; `None` when it is none.
pub(super) fn nearest(color: &str) -> Option<String> {
    let wanted = rgb(color)?;
    let distance = |color: &str| -> i32 {
        let parts = rgb(color).unwrap_or_default();
        parts.iter().zip(wanted).map(|(a, b)| (a - b).pow(2)).sum()
    };
    let nearest = CALENDARS
        .iter()
        .enumerate()
        .min_by_key(|(_, color)| distance(color));
    nearest.map(|(index, _)| (index + 1).to_string())
}

fn rgb(color: &str) -> Option<[i32; 3]> {
    let digits = color
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6 && digits.bytes().all(|c| c.is_ascii_hexdigit()))?;
    let mut parts = [0; 3];
    for (index, part) in parts.iter_mut().enumerate() {
        *part = i32::from_str_radix(&digits[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_color_of_the_palette_is_found() {
        assert_eq!(nearest("#ac725e").as_deref(), Some("1"));
        assert_eq!(nearest("#AC725F").as_deref(), Some("1"));
        assert_eq!(nearest("#0000ff").as_deref(), Some("16"));
        for wrong in ["ac725e", "#ac725", "#ac725ee", "#gg0000", "#äää", "#+1+1+1"] {
            assert_eq!(nearest(wrong), None, "{wrong}");
        }
        assert_eq!(background("25"), None);
        assert_eq!(background("0"), None);
    }
}
