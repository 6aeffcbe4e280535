//! Secrets at rest: AES-256-GCM under a data key per tenant, which is itself sealed under a key of the ring.
//!
//! Every ciphertext is bound to its place (tenant, table, row, column) as additional authenticated data, so that a
//! value copied to another place does not open. Deleting a tenant deletes the only copy of its data key, and with
//! it everything that was sealed under it.
//!
//! To seal a new column, name its [`Place`] and call [`Store::seal`] and [`Store::open`].

mod data_key;
mod envelope;
mod key_ring;

use kalends_core::time::TenantId;
use secrecy::{ExposeSecret, SecretString};

pub(crate) use self::{data_key::DataKeys, envelope::Place};
pub use self::{
    envelope::SealError,
    key_ring::{KeyRing, KeyRingError},
};
use crate::{Store, StoreError, db::sql};

/// Data keys that one call of [`Store::rotate_keys`] wraps anew.
const ROTATION_BATCH: usize = 100;

impl Store {
    /// Wraps up to 100 tenants' data keys, that are under an older key of the ring, under the active one; answers
    /// how many. Sealed values stay as they are. Once it answers 0 the older keys may leave the ring.
    pub async fn rotate_keys(&self) -> Result<usize, StoreError> {
        let active = self.ring().active_id().to_owned();
        let select = sql("SELECT id, data_key FROM tenants WHERE wrapped_by <> $1 ORDER BY id LIMIT $2")
            .bind(&active)
            .bind(ROTATION_BATCH as i64);
        let mut rotated = 0;
        for row in self.db().read(select).await? {
            let tenant = row.id("id", TenantId)?;
            let old: Vec<u8> = row.get("data_key")?;
            let key = self.ring().unwrap_key(tenant, &old)?;
            let update =
                sql("UPDATE tenants SET data_key = $1, wrapped_by = $2 WHERE id = $3 AND data_key = $4")
                    .bind(self.ring().wrap_key(tenant, &key, self.ambient())?)
                    .bind(&active)
                    .bind(tenant)
                    .bind(old);
            rotated += usize::try_from(self.db().execute(update).await?).unwrap_or(0);
        }
        Ok(rotated)
    }

    /// Whether the key ring opens what is stored: the data key of one tenant under each key of the ring that is in use.
    pub async fn opens_secrets(&self) -> Result<bool, StoreError> {
        let used = self
            .db()
            .read(sql("SELECT DISTINCT wrapped_by FROM tenants"))
            .await?;
        for row in used {
            let select = sql("SELECT id, data_key FROM tenants WHERE wrapped_by = $1 LIMIT 1")
                .bind(row.get::<String>("wrapped_by")?);
            if let Some(row) = self.db().read_first(select).await? {
                let wrapped: Vec<u8> = row.get("data_key")?;
                if self.ring().unwrap_key(row.id("id", TenantId)?, &wrapped).is_err() {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Seals a secret for its place. Reads the tenant's data key when this process has not used it yet.
    pub(crate) async fn seal(
        &self,
        tenant: TenantId,
        place: Place<'_>,
        secret: &SecretString,
    ) -> Result<Vec<u8>, StoreError> {
        let key = self.data_key(tenant).await?;
        let aad = place.of_tenant(tenant);
        Ok(key.seal(&aad, secret.expose_secret().as_bytes(), self.ambient().bytes())?)
    }

    /// As [`Store::seal`] for a secret that may be absent.
    pub(crate) async fn seal_some(
        &self,
        tenant: TenantId,
        place: Place<'_>,
        secret: Option<&SecretString>,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        match secret {
            Some(secret) => self.seal(tenant, place, secret).await.map(Some),
            None => Ok(None),
        }
    }

    /// Opens what [`Store::seal`] made for the same place.
    pub(crate) async fn open(
        &self,
        tenant: TenantId,
        place: Place<'_>,
        sealed: &[u8],
    ) -> Result<SecretString, StoreError> {
        let key = self.data_key(tenant).await?;
        let bytes = key.open(&place.of_tenant(tenant), sealed)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| SealError::NotText)?;
        Ok(SecretString::from(text))
    }

    /// As [`Store::open`] for a secret that may be absent.
    pub(crate) async fn open_some(
        &self,
        tenant: TenantId,
        place: Place<'_>,
        sealed: Option<Vec<u8>>,
    ) -> Result<Option<SecretString>, StoreError> {
        match sealed {
            Some(sealed) => self.open(tenant, place, &sealed).await.map(Some),
            None => Ok(None),
        }
    }

    async fn data_key(&self, tenant: TenantId) -> Result<std::sync::Arc<envelope::Key>, StoreError> {
        if let Some(key) = self.data_keys().get(tenant) {
            return Ok(key);
        }
        let row = self
            .db()
            .read_first(sql("SELECT data_key FROM tenants WHERE id = $1").bind(tenant))
            .await?
            .ok_or(StoreError::NotFound { what: "tenant" })?;
        let bytes = self.ring().unwrap_key(tenant, &row.get::<Vec<u8>>("data_key")?)?;
        Ok(self
            .data_keys()
            .remember(tenant, envelope::Key::new(data_key::KEY_ID, &bytes)?))
    }
}
