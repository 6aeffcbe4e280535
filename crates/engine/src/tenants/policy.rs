//! Which side stays when people edit a tenant's events on their calendars.

use kalends_core::two_way::Policy;
use serde_json::Value;

/// The field of the tenant's settings.
const SETTING: &str = "policy";

/// The policy of a tenant's settings; a word that this version does not know is the default.
pub(crate) fn policy_of(settings: &Value) -> Policy {
    let word = settings.get(SETTING).and_then(Value::as_str);
    word.and_then(Policy::of_word).unwrap_or_default()
}
