//! Integration settings: one JSON value for each user and kind; their meaning is known further up.

use kalends_core::time::{TenantId, UserId};

use crate::{Effects, Store, StoreError, db::sql};

impl Store {
    /// One setting; `None` when it was never set.
    pub async fn setting(
        &self,
        tenant: TenantId,
        user: &UserId,
        kind: &str,
    ) -> Result<Option<serde_json::Value>, StoreError> {
        let select = sql("SELECT value FROM settings WHERE tenant_id = $1 AND user_id = $2 AND kind = $3")
            .bind(tenant)
            .bind(user)
            .bind(kind);
        let row = self.db().read_first(select).await?;
        row.map(|row| row.json("value")).transpose()
    }

    /// Sets one setting, with what follows from it. The user must exist.
    pub async fn put_setting(
        &self,
        tenant: TenantId,
        user: &UserId,
        (kind, value): (&str, &serde_json::Value),
        effects: Effects,
    ) -> Result<(), StoreError> {
        let effects = self.prepare(tenant, effects).await?;
        let upsert = sql(
            "INSERT INTO settings (tenant_id, user_id, kind, value, updated_us) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (tenant_id, user_id, kind) DO UPDATE SET value = excluded.value,
                 updated_us = excluded.updated_us",
        )
        .bind(tenant)
        .bind(user)
        .bind(kind)
        .bind(value.to_string())
        .bind(self.now());
        let mut tx = self.begin().await?;
        tx.execute(upsert).await?;
        self.commit_with(tx, effects).await
    }
}
