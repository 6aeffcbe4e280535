//! People are asked to connect again when they took back what they had granted, and only then.

use serde_json::Value;

use super::Finding;
use crate::{ledger::Standing, stage::Stage, storm::Heard};

/// What is wrong with any connection, or was told by the feeds of those who never left.
pub(super) async fn wrong(stage: &Stage, heard: &[Heard]) -> anyhow::Result<Vec<Finding>> {
    let mut wrong = Vec::new();
    for (number, person) in stage.people.iter().enumerate() {
        let path = format!("/v1/connections?userId={}", person.user);
        let connections = stage.site(number).app.all(&path).await?;
        let standing = stage.ledger.standing(number);
        if let Some((kind, text)) = judge(standing, &connections) {
            wrong.push((kind, format!("{} {text}", person.user)));
        }
        let asked = |(kind, user, _): &&(String, String, String)| {
            kind == "connection.reauth_required" && *user == person.user
        };
        let asked = heard[person.site].changes.iter().filter(asked).count();
        if standing == Standing::Steady && asked > 0 {
            let text = format!("{} was asked {asked} times and had revoked nothing", person.user);
            wrong.push(("false reconnects", text));
        }
    }
    Ok(wrong)
}

/// What is wrong with the connections of somebody who stands so.
fn judge(standing: Standing, connections: &[Value]) -> Option<Finding> {
    let [connection] = connections else {
        return Some((
            "connections",
            format!("has {} connections instead of one", connections.len()),
        ));
    };
    let state = connection["state"].as_str().unwrap_or_default();
    let wanted = match standing {
        Standing::Steady | Standing::Back => "active",
        Standing::Revoked => "reauth_required",
        Standing::Left => "disconnected",
        Standing::InDoubt => return None,
    };
    if state == wanted {
        return None;
    }
    let kind = if state == "reauth_required" {
        "false reconnects"
    } else {
        "connections"
    };
    Some((
        kind,
        format!(
            "is {standing:?} and the connection is {state}, because of {}",
            connection["reason"]
        ),
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(standing: Standing, states: &[&str], expect: Option<&'static str>) {
        let connections: Vec<_> = states.iter().map(|state| json!({"state": state})).collect();
        assert_eq!(judge(standing, &connections).map(|(kind, _)| kind), expect);
    }

    #[test]
    fn a_prompt_without_a_cause_is_told_from_one_that_is_missing() {
        check(Standing::Steady, &["active"], None);
        check(Standing::Steady, &["reauth_required"], Some("false reconnects"));
        check(Standing::Back, &["reauth_required"], Some("false reconnects"));
        check(Standing::Revoked, &["reauth_required"], None);
        check(Standing::Revoked, &["active"], Some("connections"));
        check(Standing::Left, &["active"], Some("connections"));
        check(Standing::Steady, &["degraded"], Some("connections"));
        check(Standing::Steady, &["active", "active"], Some("connections"));
        check(Standing::InDoubt, &["active"], None);
    }
}
