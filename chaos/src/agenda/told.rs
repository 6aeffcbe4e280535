//! What the feed tells of something that a person did to one of the application's events.

use serde_json::Value;

/// One entry of the feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// The link.
    pub(crate) link: String,
    /// The kind of change.
    pub(crate) kind: String,
    /// Its number in the feed.
    pub(crate) seq: u64,
    /// The values that it says the person gave.
    pub(crate) after: Vec<String>,
}

impl Told {
    /// What an entry tells; `None` when it is about something else.
    pub(crate) fn of(item: &Value) -> Option<Self> {
        let kind = item["type"].as_str()?;
        let is_external = kind.starts_with("event.") && kind.ends_with("_externally");
        let link = item["data"]["linkId"].as_str().filter(|_| is_external)?;
        let mut after = Vec::new();
        gather(&item["data"], Side::Any, &mut after);
        Some(Self {
            link: link.to_owned(),
            kind: kind.to_owned(),
            seq: item["seq"].as_u64().unwrap_or_default(),
            after,
        })
    }

    #[cfg(test)]
    pub(crate) fn new(link: &str, kind: &str, after: &[&str]) -> Self {
        Self {
            link: link.to_owned(),
            kind: kind.to_owned(),
            seq: 1,
            after: after.iter().map(|one| (*one).to_owned()).collect(),
        }
    }
}

#[derive(Clone, Copy)]
enum Side {
    Any,
    After,
}

/// All texts that stand under a member `after`.
fn gather(value: &Value, side: Side, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let side = if name == "after" { Side::After } else { side };
                gather(member, side, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, side, into)),
        Value::String(text) if matches!(side, Side::After) => into.push(text.clone()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_person_did_is_told_with_the_values_they_gave() {
        let data = json!({"linkId": "l", "fields": {"title": {"before": "a", "after": "b"}, "when": {"before": {"start": "x"},
            "after": {"start": "y"}}}});
        let item = json!({"seq": 7, "type": "event.moved_externally", "subjectId": "k", "data": data});
        let told = Told::of(&item).unwrap();
        assert_eq!((told.seq, told.link.as_str()), (7, "l"));
        assert_eq!(told.after, ["b", "y"]);
        let other = json!({"seq": 7, "type": "event.synced", "data": {"linkId": "l"}});
        assert_eq!(Told::of(&other), None);
    }
}
