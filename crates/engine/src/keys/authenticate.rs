//! Finds out whose key it is, mostly from memory.

use jiff::{SignedDuration, Timestamp};
use kalends_core::time::{ApiKeyId, TenantId};
use kalends_store::StoreError;
use moka::future::Cache;

use crate::{Engine, connect};

/// How long a key is believed without asking the database: so long a key that another process revoked still opens.
const BELIEVED: SignedDuration = SignedDuration::from_secs(15);
/// Keys kept in memory.
const HELD: u64 = 10_000;

/// Keys that were good a moment ago, by their hash.
#[derive(Debug)]
pub(crate) struct KeyCache(Cache<[u8; 32], Known>);

#[derive(Clone, Copy, Debug)]
struct Known {
    tenant: TenantId,
    key: ApiKeyId,
    asked_at: Timestamp,
}

/// The tenant that the presented key opens, `None` when it opens nothing.
///
/// A key is looked up by its hash, so that how long the search takes says nothing about a key.
pub async fn authenticate(engine: &Engine, presented: &str) -> Result<Option<TenantId>, StoreError> {
    let hash = hash(presented);
    let now = engine.ambient().now();
    if let Some(known) = engine.keys().0.get(&hash).await
        && now.duration_since(known.asked_at) < BELIEVED
    {
        return Ok(Some(known.tenant));
    }
    let Some(key) = engine.store().api_key_by_hash(hash).await? else {
        engine.keys().0.invalidate(&hash).await;
        return Ok(None);
    };
    let known = Known {
        tenant: key.tenant,
        key: key.id,
        asked_at: now,
    };
    engine.keys().0.insert(hash, known).await;
    if key
        .last_used_at
        .is_none_or(|used| now.duration_since(used) >= SignedDuration::from_mins(1))
    {
        engine.store().touch_api_key(key.tenant, key.id).await?;
    }
    Ok(Some(key.tenant))
}

/// What is stored of a key.
pub(super) fn hash(key: &str) -> [u8; 32] {
    connect::sha256(key.as_bytes())
}

impl KeyCache {
    /// Forgets a key at once, in this process.
    pub(super) async fn forget(&self, key: ApiKeyId) {
        let hashes: Vec<_> = self
            .0
            .iter()
            .filter(|(_, known)| known.key == key)
            .map(|(hash, _)| *hash)
            .collect();
        for hash in hashes {
            self.0.invalidate(&hash).await;
        }
    }
}

impl Default for KeyCache {
    fn default() -> Self {
        Self(Cache::new(HELD))
    }
}
