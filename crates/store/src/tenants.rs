//! Tenants: the applications that use the server, each with its own data key.

use jiff::Timestamp;
use kalends_core::time::TenantId;
use zeroize::Zeroizing;

use crate::{
    Store, StoreError,
    db::{Row, sql},
};

const COLUMNS: &str = "SELECT id, name, settings, created_us FROM tenants";

/// One application that uses the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// The name that the operator gave it, unique on the server.
    pub name: String,
    /// Its own settings.
    pub settings: serde_json::Value,
    /// When it was created.
    pub created_at: Timestamp,
}

impl Store {
    /// Creates a tenant with a fresh data key. A name that is taken is a [`StoreError::Conflict`].
    pub async fn create_tenant(&self, name: &str) -> Result<Tenant, StoreError> {
        let tenant = Tenant {
            id: TenantId::new(self.ambient()),
            name: name.to_owned(),
            settings: serde_json::json!({}),
            created_at: self.now(),
        };
        let key = Zeroizing::new(self.ambient().bytes());
        let insert = sql(
            "INSERT INTO tenants (id, name, settings, data_key, wrapped_by, last_seq, created_us)
             VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT DO NOTHING",
        )
        .bind(tenant.id)
        .bind(name)
        .bind(tenant.settings.to_string())
        .bind(self.ring().wrap_key(tenant.id, &key, self.ambient())?)
        .bind(self.ring().active_id())
        .bind(tenant.created_at);
        match self.db().execute(insert).await? {
            0 => Err(StoreError::Conflict {
                what: "tenant's name",
            }),
            _ => Ok(tenant),
        }
    }

    /// One tenant.
    pub async fn tenant(&self, id: TenantId) -> Result<Tenant, StoreError> {
        let select = sql(COLUMNS).push(" WHERE id = ").push_bind(id);
        let row = self.db().read_first(select).await?;
        tenant(&row.ok_or(StoreError::NotFound { what: "tenant" })?)
    }

    /// The tenant of that name.
    pub async fn tenant_named(&self, name: &str) -> Result<Option<Tenant>, StoreError> {
        let select = sql(COLUMNS).push(" WHERE name = ").push_bind(name);
        self.db()
            .read_first(select)
            .await?
            .as_ref()
            .map(tenant)
            .transpose()
    }

    /// All tenants, by name.
    pub async fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        let select = sql(COLUMNS).push(" ORDER BY name");
        self.db().read(select).await?.iter().map(tenant).collect()
    }

    /// Replaces a tenant's settings.
    pub async fn put_tenant_settings(
        &self,
        id: TenantId,
        settings: &serde_json::Value,
    ) -> Result<(), StoreError> {
        let update = sql("UPDATE tenants SET settings = $1 WHERE id = $2")
            .bind(settings.to_string())
            .bind(id);
        match self.db().execute(update).await? {
            0 => Err(StoreError::NotFound { what: "tenant" }),
            _ => Ok(()),
        }
    }

    /// Deletes a tenant with everything that it has. Copies of its sealed values, such as those in backups that are
    /// kept without this table, can no longer be opened.
    pub async fn delete_tenant(&self, id: TenantId) -> Result<(), StoreError> {
        let deleted = self
            .db()
            .execute(sql("DELETE FROM tenants WHERE id = $1").bind(id))
            .await?;
        self.data_keys().forget(id);
        match deleted {
            0 => Err(StoreError::NotFound { what: "tenant" }),
            _ => Ok(()),
        }
    }
}

fn tenant(row: &Row) -> Result<Tenant, StoreError> {
    Ok(Tenant {
        id: row.id("id", TenantId)?,
        name: row.get("name")?,
        settings: row.json("settings")?,
        created_at: row.time("created_us")?,
    })
}
