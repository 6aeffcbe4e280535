//! Reading edits.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kalends_core::{
    event::{Content, Field},
    time::{EventEditId, EventId, EventLinkId, TenantId},
    two_way::{Edit, EditKind, Ruling},
};

use super::{
    EditRow, EditWhat,
    write::{DELETED, field, kind_word},
};
use crate::{
    Store, StoreError,
    db::{Row, Word as _, corrupt, sql},
    event_links::form,
};

const COLUMNS: &str =
    "SELECT id, tenant_id, event_id, link_id, user_id, kind, fields, competing, ours, theirs, outcome,
     state, created_us FROM event_edits";

impl Store {
    /// One edit.
    pub async fn event_edit(&self, tenant: TenantId, id: EventEditId) -> Result<EditRow, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND id = ")
            .push_bind(id);
        let row = self.db().read_first(select).await?;
        edit(&row.ok_or(StoreError::NotFound { what: "edit" })?)
    }

    /// The edits of an event, oldest first.
    pub async fn edits_of_event(
        &self,
        tenant: TenantId,
        event: EventId,
        limit: u32,
    ) -> Result<Vec<EditRow>, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND event_id = ")
            .push_bind(event)
            .push(" ORDER BY id LIMIT ")
            .push_bind(limit);
        self.db().read(select).await?.iter().map(edit).collect()
    }

    /// The latest edit by which a person moved the event, where that was decided and stays decided.
    pub async fn latest_move(&self, tenant: TenantId, event: EventId) -> Result<Option<EditRow>, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE state IN ('settled', 'answered') AND kind = ")
            .push_bind(kind_word(EditKind::Moved))
            .push(" AND tenant_id = ")
            .push_bind(tenant)
            .push(" AND event_id = ")
            .push_bind(event)
            .push(" ORDER BY id DESC LIMIT 1");
        let row = self.db().read_first(select).await?;
        row.as_ref().map(edit).transpose()
    }

    /// Deletes decided edits, of all tenants, that were found before `before`; answers how many. Those about which a person
    /// is asked stay.
    pub async fn prune_event_edits(&self, before: Timestamp) -> Result<u64, StoreError> {
        let delete = sql("DELETE FROM event_edits WHERE created_us < $1 AND state <> 'open'").bind(before);
        self.db().execute(delete).await
    }
}

fn edit(row: &Row) -> Result<EditRow, StoreError> {
    let what = match row.get::<String>("kind")?.as_str() {
        DELETED => EditWhat::Deleted(
            row.optional_word("outcome")?
                .ok_or_else(|| corrupt("outcome", "none of a deletion"))?,
        ),
        kind => EditWhat::Edited(edited(row, kind)?),
    };
    Ok(EditRow {
        id: row.id("id", EventEditId)?,
        tenant: row.id("tenant_id", TenantId)?,
        event: row.id("event_id", EventId)?,
        link: row.id("link_id", EventLinkId)?,
        user: row.user("user_id")?,
        what,
        state: row.word("state")?,
        created_at: row.time("created_us")?,
    })
}

fn edited(row: &Row, kind: &str) -> Result<Edit, StoreError> {
    let kind = [EditKind::Moved, EditKind::Edited]
        .into_iter()
        .find(|known| kind_word(*known) == kind)
        .ok_or_else(|| corrupt("kind", "an unknown word"))?;
    let rulings: BTreeMap<String, String> =
        serde_json::from_value(row.json("fields")?).map_err(|_| corrupt("fields", "no words"))?;
    let ruled = |(name, ruling): (&String, &String)| {
        let field = field(name).ok_or_else(|| corrupt("fields", "an unknown field"))?;
        let ruling = Ruling::parse(ruling).ok_or_else(|| corrupt("fields", "an unknown ruling"))?;
        Ok((field, ruling))
    };
    Ok(Edit {
        kind,
        fields: rulings
            .iter()
            .map(ruled)
            .collect::<Result<BTreeMap<Field, Ruling>, StoreError>>()?,
        competing: form::fields("competing", &row.get::<String>("competing")?)?,
        before: side(row, "ours")?,
        after: side(row, "theirs")?,
    })
}

fn side(row: &Row, column: &'static str) -> Result<Content, StoreError> {
    let text = row.get::<Option<String>>(column)?;
    form::content(column, &text.ok_or_else(|| corrupt(column, "none of an edit"))?)
}
