//! API keys: only a hash is kept, so that the table does not open the door.

use jiff::{SignedDuration, Timestamp};
use kalends_core::time::{ApiKeyId, TenantId};

use crate::{
    Store, StoreError,
    db::{Row, sql},
};

const COLUMNS: &str =
    "SELECT id, tenant_id, name, prefix, hash, created_us, last_used_us, revoked_us FROM api_keys";

/// How exactly the last use of a key is kept; more often it is not written.
const LAST_USE_STEP: SignedDuration = SignedDuration::from_mins(1);

/// A tenant's API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// The tenant that it speaks for.
    pub tenant: TenantId,
    /// What people call it.
    pub name: String,
    /// Its readable start.
    pub prefix: String,
    /// SHA-256 of the whole key.
    pub hash: [u8; 32],
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// Since when it no longer opens anything.
    pub revoked_at: Option<Timestamp>,
}

/// A key to be stored.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// What people call it.
    pub name: String,
    /// Its readable start.
    pub prefix: String,
    /// SHA-256 of the whole key.
    pub hash: [u8; 32],
}

impl Store {
    /// Stores a key.
    pub async fn create_api_key(&self, tenant: TenantId, key: NewApiKey) -> Result<ApiKey, StoreError> {
        let key = ApiKey {
            id: ApiKeyId::new(self.ambient()),
            tenant,
            name: key.name,
            prefix: key.prefix,
            hash: key.hash,
            created_at: self.now(),
            last_used_at: None,
            revoked_at: None,
        };
        let insert = sql(
            "INSERT INTO api_keys (id, tenant_id, name, prefix, hash, created_us)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(key.id)
        .bind(tenant)
        .bind(&key.name)
        .bind(&key.prefix)
        .bind(key.hash)
        .bind(key.created_at);
        self.db().execute(insert).await?;
        Ok(key)
    }

    /// The key of that hash unless it was revoked. This is how a request's tenant is found, so it asks for none.
    pub async fn api_key_by_hash(&self, hash: [u8; 32]) -> Result<Option<ApiKey>, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE revoked_us IS NULL AND hash = ")
            .push_bind(hash);
        self.db()
            .read_first(select)
            .await?
            .as_ref()
            .map(api_key)
            .transpose()
    }

    /// A tenant's keys, oldest first, revoked ones among them.
    pub async fn api_keys(&self, tenant: TenantId) -> Result<Vec<ApiKey>, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" ORDER BY id");
        self.db().read(select).await?.iter().map(api_key).collect()
    }

    /// Revokes a key; again does no harm.
    pub async fn revoke_api_key(&self, tenant: TenantId, id: ApiKeyId) -> Result<(), StoreError> {
        let update =
            sql("UPDATE api_keys SET revoked_us = COALESCE(revoked_us, $1) WHERE tenant_id = $2 AND id = $3")
                .bind(self.now())
                .bind(tenant)
                .bind(id);
        match self.db().execute(update).await? {
            0 => Err(StoreError::NotFound { what: "API key" }),
            _ => Ok(()),
        }
    }

    /// Notes that a key is in use, at most once a minute.
    pub async fn touch_api_key(&self, tenant: TenantId, id: ApiKeyId) -> Result<(), StoreError> {
        let now = self.now();
        let update = sql("UPDATE api_keys SET last_used_us = $1
             WHERE tenant_id = $2 AND id = $3 AND (last_used_us IS NULL OR last_used_us <= $4)")
        .bind(now)
        .bind(tenant)
        .bind(id)
        .bind(now.checked_sub(LAST_USE_STEP).unwrap_or(Timestamp::MIN));
        self.db().execute(update).await.map(drop)
    }
}

fn api_key(row: &Row) -> Result<ApiKey, StoreError> {
    Ok(ApiKey {
        id: row.id("id", ApiKeyId)?,
        tenant: row.id("tenant_id", TenantId)?,
        name: row.get("name")?,
        prefix: row.get("prefix")?,
        hash: row.hash("hash")?,
        created_at: row.time("created_us")?,
        last_used_at: row.optional_time("last_used_us")?,
        revoked_at: row.optional_time("revoked_us")?,
    })
}
