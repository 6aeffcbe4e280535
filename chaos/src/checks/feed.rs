//! The feed has no gap: what a reader heard while it was written is exactly what is stored.

use super::Rows;
use crate::{stage::Stage, storm::Heard};

/// All changes with their tenant's id; the number in microseconds plays no part.
const CHANGES: &str =
    "SELECT CAST(tenant_id AS TEXT), kind || ' ' || COALESCE(user_id, '') || ' ' || subject, seq
    FROM changes WHERE $1 = 0 ORDER BY tenant_id, seq";
const CHANGES_SQLITE: &str =
    "SELECT lower(hex(tenant_id)), kind || ' ' || COALESCE(user_id, '') || ' ' || subject, seq
    FROM changes WHERE $1 = 0 ORDER BY tenant_id, seq";

/// What was heard and is not stored so.
pub(super) async fn gaps(stage: &Stage, rows: &[Rows], heard: &[Heard]) -> anyhow::Result<Vec<String>> {
    let mut gaps = Vec::new();
    let mut stored = Vec::new();
    for rows in rows {
        let sql = match rows {
            Rows::Postgres(_) => CHANGES,
            Rows::Sqlite(_) => CHANGES_SQLITE,
        };
        stored.extend(rows.texts(sql, 0).await?);
    }
    for (site, heard) in stage.sites.iter().zip(heard) {
        let plain = site.tenant.replace('-', "");
        let of_tenant = stored
            .iter()
            .filter(|(tenant, ..)| tenant.replace('-', "") == plain);
        let of_tenant: Vec<_> = of_tenant.map(|(_, text, seq)| (*seq, text.as_str())).collect();
        for text in compare(&of_tenant, heard) {
            gaps.push(format!("tenant {}: {text}", site.tenant));
        }
    }
    Ok(gaps)
}

/// What does not fit together.
fn compare(stored: &[(i64, &str)], heard: &Heard) -> Vec<String> {
    let mut wrong = Vec::new();
    for (at, (seq, text)) in stored.iter().enumerate() {
        if *seq != at as i64 + 1 {
            wrong.push(format!("number {} is not stored, {seq} follows", at + 1));
            break;
        }
        if let Some((kind, user, subject)) = heard.changes.get(at)
            && *text != format!("{kind} {user} {subject}")
        {
            wrong.push(format!(
                "number {seq} is {text} and was heard as {kind} {user} {subject}"
            ));
        }
    }
    // The servers go on while this is read, so a few changes may be newer than what was heard.
    if heard.changes.len() > stored.len() {
        wrong.push(format!(
            "{} were heard and {} are stored",
            heard.changes.len(),
            stored.len()
        ));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(kinds: &[&str]) -> Heard {
        let changes = kinds
            .iter()
            .map(|kind| ((*kind).to_owned(), "u".to_owned(), "s".to_owned()));
        Heard {
            changes: changes.collect(),
        }
    }

    #[test]
    fn what_was_heard_is_what_is_stored() {
        let stored = [(1, "a u s"), (2, "b u s")];
        assert!(compare(&stored, &heard(&["a", "b"])).is_empty());
        assert!(compare(&stored, &heard(&["a"])).is_empty());
        assert_eq!(compare(&stored, &heard(&["a", "c"])).len(), 1);
        assert_eq!(compare(&stored, &heard(&["a", "b", "c"])).len(), 1);
        assert_eq!(
            compare(&[(1, "a u s"), (3, "b u s")], &heard(&["a", "b"])).len(),
            1
        );
    }
}
