//! What a snapshot keeps of the signing keys, so that tokens signed before can still be checked.

use std::{collections::BTreeMap, sync::Arc};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::KeyPair,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::{Key, Ring, SigningError, SigningKeys};

/// The keys and the rotations that were ordered.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SavedKeys {
    ordered: i64,
    /// PKCS #8 in base64, by generation.
    keys: BTreeMap<i64, String>,
}

impl SigningKeys {
    /// What a snapshot keeps.
    pub(crate) fn save(&self) -> Result<SavedKeys, SigningError> {
        let ring = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let keys = ring.keys.iter().map(|(generation, key)| {
            let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&key.pair)?;
            Ok((*generation, STANDARD.encode(der.as_ref())))
        });
        Ok(SavedKeys {
            ordered: ring.ordered,
            keys: keys.collect::<Result<_, SigningError>>()?,
        })
    }

    /// Takes the keys that a snapshot kept into use; `false` when they cannot be read.
    pub(crate) fn load(&self, saved: SavedKeys) -> bool {
        let keys = saved.keys.into_iter().map(|(generation, text)| {
            let pair = KeyPair::from_pkcs8(&STANDARD.decode(text).ok()?).ok()?;
            Some((generation, Arc::new(Key::of(pair))))
        });
        let Some(keys) = keys.collect::<Option<_>>() else {
            return false;
        };
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Ring {
            ordered: saved.ordered,
            keys,
        };
        true
    }
}
