//! Idempotency keys: which requests were made under them, and what was answered.
//!
//! A key is held by a lease while its request is under way, so that a crash frees it, and then keeps the answer until
//! it expires. Bodies are sealed, because an answer can hold a ticket or a title.

use jiff::Timestamp;
use kalends_core::time::TenantId;
use secrecy::SecretString;
use uuid::Uuid;

use crate::{
    Store, StoreError,
    db::{Tx, sql},
    seal::Place,
};

/// A request made under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyedRequest {
    /// Who asks.
    pub tenant: TenantId,
    /// The pattern of the address; one key may serve several.
    pub route: String,
    /// What the caller chose.
    pub key: String,
    /// SHA-256 of what is asked for.
    pub request_hash: [u8; 32],
}

/// What a key stands for when a request comes with it.
#[derive(Clone, Debug)]
pub enum KeyState {
    /// This request holds the key now, under the attempt's number.
    Begun(Uuid),
    /// The same request holds it already.
    UnderWay,
    /// The same request was answered.
    Answered(KeptAnswer),
    /// Another request was made under it.
    OtherRequest,
}

/// An answer as it was given.
#[derive(Clone, Debug)]
pub struct KeptAnswer {
    /// Its HTTP status.
    pub status: u16,
    /// Its body, JSON.
    pub body: SecretString,
}

impl Store {
    /// Takes the key for the request until `lease_until`, unless it stands for a request that is under way or
    /// answered.
    pub async fn begin_keyed_request(
        &self,
        request: &KeyedRequest,
        lease_until: Timestamp,
    ) -> Result<KeyState, StoreError> {
        let attempt = self.ambient().uuid();
        let mut tx = self.begin().await?;
        let take = sql(
            "INSERT INTO idempotency_keys (tenant_id, route, key, request_hash, attempt, expires_us)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (tenant_id, route, key) DO UPDATE
             SET request_hash = excluded.request_hash, attempt = excluded.attempt, status = NULL, body = NULL,
                 expires_us = excluded.expires_us
             WHERE idempotency_keys.expires_us <= $7",
        )
        .bind(request.tenant)
        .bind(&request.route)
        .bind(&request.key)
        .bind(request.request_hash)
        .bind(attempt)
        .bind(lease_until)
        .bind(self.now());
        if tx.execute(take).await? == 1 {
            tx.commit().await?;
            return Ok(KeyState::Begun(attempt));
        }
        // The refused insert has locked the row, so it is still there.
        self.taken(tx, request).await
    }

    /// Keeps the answer until `kept_until`, when this attempt still holds the key; answers whether it does.
    pub async fn keep_answer(
        &self,
        request: &KeyedRequest,
        attempt: Uuid,
        (answer, kept_until): (&KeptAnswer, Timestamp),
    ) -> Result<bool, StoreError> {
        let row = row_name(request);
        let update = sql(
            "UPDATE idempotency_keys SET status = $1, body = $2, expires_us = $3
             WHERE tenant_id = $4 AND route = $5 AND key = $6 AND attempt = $7",
        )
        .bind(i64::from(answer.status))
        .bind(self.seal(request.tenant, place(&row), &answer.body).await?)
        .bind(kept_until)
        .bind(request.tenant)
        .bind(&request.route)
        .bind(&request.key)
        .bind(attempt);
        Ok(self.db().execute(update).await? == 1)
    }

    /// Frees the key, when this attempt still holds it.
    pub async fn free_key(&self, request: &KeyedRequest, attempt: Uuid) -> Result<(), StoreError> {
        let delete = sql("DELETE FROM idempotency_keys
             WHERE tenant_id = $1 AND route = $2 AND key = $3 AND attempt = $4")
        .bind(request.tenant)
        .bind(&request.route)
        .bind(&request.key)
        .bind(attempt);
        self.db().execute(delete).await.map(drop)
    }

    /// Deletes expired keys of all tenants; answers how many.
    pub async fn prune_idempotency_keys(&self) -> Result<u64, StoreError> {
        let delete = sql("DELETE FROM idempotency_keys WHERE expires_us <= $1").bind(self.now());
        self.db().execute(delete).await
    }

    async fn taken(&self, mut tx: Tx, request: &KeyedRequest) -> Result<KeyState, StoreError> {
        let select = sql("SELECT request_hash, status, body FROM idempotency_keys
             WHERE tenant_id = $1 AND route = $2 AND key = $3")
        .bind(request.tenant)
        .bind(&request.route)
        .bind(&request.key);
        let row = tx.read_first(select).await?;
        // The data key may have to be read: not while the transaction is open.
        tx.commit().await?;
        let row = row.ok_or(StoreError::Conflict {
            what: "idempotency key",
        })?;
        if row.hash("request_hash")? != request.request_hash {
            return Ok(KeyState::OtherRequest);
        }
        let Some(sealed) = row.get::<Option<Vec<u8>>>("body")? else {
            return Ok(KeyState::UnderWay);
        };
        let name = row_name(request);
        Ok(KeyState::Answered(KeptAnswer {
            status: row.count("status")?,
            body: self.open(request.tenant, place(&name), &sealed).await?,
        }))
    }
}

/// A route holds no line feed, so no two rows share a name.
fn row_name(request: &KeyedRequest) -> String {
    format!("{}\n{}", request.route, request.key)
}

fn place(row: &str) -> Place<'_> {
    Place {
        table: "idempotency_keys",
        row: row.as_bytes(),
        column: "body",
    }
}
