//! Which part of an item cannot be read, said without its content.

use serde_json::{Map, Value, value::RawValue};

use crate::{
    google::wire::Event,
    provider::{Fate, Quarantined},
};

/// Examines an item that is no [`Event`]. The parser's own words would quote titles, so the culprit is found by
/// leaving out one member after the other.
pub(in crate::google::events) fn examine(json: &RawValue) -> Quarantined {
    let Ok(members) = serde_json::from_str::<Map<String, Value>>(json.get()) else {
        return left_out(None, "the item is no JSON object".to_owned());
    };
    let provider_id = members.get("id").and_then(Value::as_str).map(str::to_owned);
    let culprit = members.keys().find(|name| reads_without(&members, name));
    let reason = culprit.map_or_else(
        || "several of its members cannot be read".to_owned(),
        |name| format!("its {name} cannot be read"),
    );
    left_out(provider_id, reason)
}

fn reads_without(members: &Map<String, Value>, name: &str) -> bool {
    let others = members.iter().filter(|(other, _)| *other != name);
    let others: Map<_, _> = others
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    serde_json::from_value::<Event>(Value::Object(others)).is_ok()
}

fn left_out(provider_id: Option<String>, reason: String) -> Quarantined {
    Quarantined {
        provider_id,
        fate: Fate::LeftOut,
        reason,
    }
}
