//! The data keys that this process has opened, kept so that a secret costs no query.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use kalends_core::time::TenantId;

use super::envelope::Key;

/// The id that values sealed under a data key name. A tenant has one data key.
pub(crate) const KEY_ID: &str = "d1";

/// Opened data keys by tenant. The cipher wipes its key when dropped.
#[derive(Default)]
pub(crate) struct DataKeys {
    keys: RwLock<HashMap<TenantId, Arc<Key>>>,
}

impl DataKeys {
    pub(crate) fn get(&self, tenant: TenantId) -> Option<Arc<Key>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(&tenant).cloned()
    }

    pub(crate) fn remember(&self, tenant: TenantId, key: Key) -> Arc<Key> {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(keys.entry(tenant).or_insert_with(|| Arc::new(key)))
    }

    pub(crate) fn forget(&self, tenant: TenantId) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.remove(&tenant);
    }
}
