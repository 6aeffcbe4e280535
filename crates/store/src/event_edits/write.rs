//! Writing edits, inside the commit of their event.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kalends_core::{
    event::Field,
    time::{EventId, TenantId},
    two_way::{EditKind, Ruling},
};

use super::{EditWhat, EditWrite};
use crate::{
    StoreError,
    db::{Tx, Word as _, sql, words},
    event_links::form::{content_text, fields_text},
};

words! {
    Ruling { Adopted = "adopted", Reverted = "reverted", Asked = "asked" }
}

/// The kind of a deletion; edits have those of [`kind_word`].
pub(super) const DELETED: &str = "deleted";

/// Whether it says that a person moved the event, and that this stays.
pub(crate) fn moves(edit: &EditWrite) -> bool {
    let EditWrite::New {
        what: EditWhat::Edited(edit),
        ..
    } = edit
    else {
        return false;
    };
    let adopted = edit.ruled(Ruling::Adopted);
    edit.kind == EditKind::Moved && (adopted.contains(&Field::When) || adopted.contains(&Field::Recurrence))
}

/// Writes an edit.
pub(crate) async fn write(
    tx: &mut Tx,
    (tenant, event): (TenantId, EventId),
    edit: EditWrite,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (id, link, user, what, state) = match edit {
        EditWrite::New {
            id,
            link,
            user,
            what,
            state,
        } => (id, link, user, what, state),
        EditWrite::Moved { id, from, to } => {
            let update = sql("UPDATE event_edits SET state = $1, updated_us = $2
                 WHERE tenant_id = $3 AND event_id = $4 AND id = $5 AND state = $6")
            .bind(to.word())
            .bind(now)
            .bind(tenant)
            .bind(event)
            .bind(id)
            .bind(from.word());
            return match tx.execute(update).await? {
                0 => Err(StoreError::Conflict { what: "edit" }),
                _ => Ok(()),
            };
        }
    };
    let parts = match what {
        EditWhat::Edited(edit) => {
            let rulings = edit.fields.iter();
            let rulings: BTreeMap<&str, &str> = rulings
                .map(|(field, ruling)| (field.as_str(), ruling.word()))
                .collect();
            Parts {
                kind: kind_word(edit.kind),
                fields: serde_json::json!(rulings).to_string(),
                competing: fields_text(&edit.competing),
                sides: Some((content_text(&edit.before)?, content_text(&edit.after)?)),
                outcome: None,
            }
        }
        EditWhat::Deleted(outcome) => Parts {
            kind: DELETED,
            fields: "{}".to_owned(),
            competing: String::new(),
            sides: None,
            outcome: Some(outcome.word()),
        },
    };
    let (ours, theirs) = parts.sides.unzip();
    let insert = sql(
        "INSERT INTO event_edits (id, tenant_id, event_id, link_id, user_id, kind, fields, competing, ours, theirs,
             outcome, state, created_us, updated_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(id)
    .bind(tenant)
    .bind(event)
    .bind(link)
    .bind(&user)
    .bind(parts.kind)
    .bind(parts.fields)
    .bind(parts.competing)
    .bind(ours)
    .bind(theirs)
    .bind(parts.outcome)
    .bind(state.word())
    .bind(now)
    .bind(now);
    tx.execute(insert).await.map(drop)
}

/// An edit's columns.
struct Parts {
    kind: &'static str,
    fields: String,
    competing: String,
    sides: Option<(String, String)>,
    outcome: Option<&'static str>,
}

/// The word of a kind.
pub(super) const fn kind_word(kind: EditKind) -> &'static str {
    match kind {
        EditKind::Moved => "moved",
        EditKind::Edited => "edited",
    }
}

/// The field of a word.
pub(super) fn field(word: &str) -> Option<Field> {
    Field::ALL.into_iter().find(|field| field.as_str() == word)
}
