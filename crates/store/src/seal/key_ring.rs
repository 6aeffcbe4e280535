//! The keys that wrap the tenants' data keys.

use std::fmt;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use kalends_core::{ambient::Ambient, time::TenantId};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::envelope::{self, KEY_BYTES, Key, Place, SealError};

/// Longest id of a key, in bytes.
const MAX_ID: usize = 32;

/// Base64 with or without padding; the URL-safe letters are turned into the standard ones before.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Keys by id; the first wraps, all unwrap.
pub struct KeyRing {
    active: Key,
    older: Vec<Key>,
}

/// Why a text is no key ring. Never repeats key material.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// There is no key.
    #[error(
        "the key ring is empty; it looks like id:base64key[,id:base64key], the first key being the active one"
    )]
    Empty,
    /// An entry has no `id:` before its key.
    #[error("entry {position} of the key ring has no id; write id:base64key")]
    NoId {
        /// 1 for the first.
        position: usize,
    },
    /// An id is too long or has other characters.
    #[error("the id of entry {position} of the key ring has other than 1 to 32 letters, digits, - or _")]
    BadId {
        /// 1 for the first.
        position: usize,
    },
    /// Two entries share an id.
    #[error("the key ring has two keys \"{id}\"")]
    Duplicate {
        /// Their id.
        id: String,
    },
    /// A key is not base64.
    #[error("key \"{id}\" of the key ring is not base64")]
    NotBase64 {
        /// Its id.
        id: String,
    },
    /// A key has another length.
    #[error(
        "key \"{id}\" of the key ring has {bytes} bytes; an AES-256 key has 32, as `openssl rand -base64 32` makes"
    )]
    WrongLength {
        /// Its id.
        id: String,
        /// How many bytes it has.
        bytes: usize,
    },
}

impl KeyRing {
    /// Reads `id:base64key[,id:base64key]`; the first key is the active one.
    pub fn parse(text: &SecretString) -> Result<Self, KeyRingError> {
        let mut keys: Vec<Key> = Vec::new();
        let entries = text.expose_secret().split(',').map(str::trim);
        for (index, entry) in entries.filter(|entry| !entry.is_empty()).enumerate() {
            let key = parse_entry(entry, index + 1)?;
            if keys.iter().any(|other| other.id() == key.id()) {
                return Err(KeyRingError::Duplicate {
                    id: key.id().to_owned(),
                });
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        Ok(Self {
            active: keys.next().ok_or(KeyRingError::Empty)?,
            older: keys.collect(),
        })
    }

    /// A fresh entry `id:base64key`, which [`KeyRing::parse`] reads.
    pub fn generate(id: &str, ambient: &Ambient) -> SecretString {
        let key = Zeroizing::new(ambient.bytes::<KEY_BYTES>());
        SecretString::from(format!("{id}:{}", STANDARD.encode(*key)))
    }

    pub(crate) fn active_id(&self) -> &str {
        self.active.id()
    }

    /// Seals a tenant's data key under the active key.
    pub(crate) fn wrap_key(
        &self,
        tenant: TenantId,
        key: &[u8; KEY_BYTES],
        ambient: &Ambient,
    ) -> Result<Vec<u8>, SealError> {
        self.active.seal(&wrapped_place(tenant), key, ambient.bytes())
    }

    /// Opens a tenant's data key, whichever key of the ring it is under.
    pub(crate) fn unwrap_key(
        &self,
        tenant: TenantId,
        wrapped: &[u8],
    ) -> Result<Zeroizing<[u8; KEY_BYTES]>, SealError> {
        let (id, _) = envelope::split(wrapped)?;
        let key = std::iter::once(&self.active)
            .chain(&self.older)
            .find(|key| key.id() == id)
            .ok_or_else(|| SealError::UnknownKey {
                key_id: id.to_owned(),
            })?;
        let opened = key.open(&wrapped_place(tenant), wrapped)?;
        let bytes = <[u8; KEY_BYTES]>::try_from(opened.as_slice()).map_err(|_| SealError::UnknownForm)?;
        Ok(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = std::iter::once(&self.active).chain(&self.older).map(Key::id);
        f.debug_list().entries(ids).finish()
    }
}

fn wrapped_place(tenant: TenantId) -> Vec<u8> {
    let place = Place {
        table: "tenants",
        row: tenant.0.as_bytes(),
        column: "data_key",
    };
    place.of_tenant(tenant)
}

fn parse_entry(entry: &str, position: usize) -> Result<Key, KeyRingError> {
    let (id, key) = entry.split_once(':').ok_or(KeyRingError::NoId { position })?;
    let (id, key) = (id.trim(), key.trim());
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if id.is_empty() || id.len() > MAX_ID || !id.chars().all(plain) {
        return Err(KeyRingError::BadId { position });
    }
    let standard = Zeroizing::new(key.replace('-', "+").replace('_', "/"));
    let bytes = LENIENT
        .decode(standard.as_bytes())
        .map(Zeroizing::new)
        .map_err(|_| KeyRingError::NotBase64 { id: id.to_owned() })?;
    let wrong_length = || KeyRingError::WrongLength {
        id: id.to_owned(),
        bytes: bytes.len(),
    };
    let bytes: &[u8; KEY_BYTES] = bytes.as_slice().try_into().map_err(|_| wrong_length())?;
    Key::new(id, bytes).map_err(|_| wrong_length())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    #[track_caller]
    fn check(text: &str, expect: Result<&str, KeyRingError>) {
        let ring = KeyRing::parse(&SecretString::from(text));
        assert_eq!(ring.map(|ring| format!("{ring:?}")), expect.map(str::to_owned));
    }

    #[test]
    fn rings_are_read_and_mistakes_are_named() {
        check(&format!("k1:{GOOD}"), Ok(r#"["k1"]"#));
        check(
            &format!(" k2:{GOOD} , k1:{} ,", GOOD.trim_end_matches('=')),
            Ok(r#"["k2", "k1"]"#),
        );
        check("", Err(KeyRingError::Empty));
        check(GOOD, Err(KeyRingError::NoId { position: 1 }));
        check(
            &format!("k1:{GOOD},a b:{GOOD}"),
            Err(KeyRingError::BadId { position: 2 }),
        );
        check(
            &format!("k1:{GOOD},k1:{GOOD}"),
            Err(KeyRingError::Duplicate { id: "k1".to_owned() }),
        );
        check(
            "k1:not base64!",
            Err(KeyRingError::NotBase64 { id: "k1".to_owned() }),
        );
        check(
            "k1:AAEC",
            Err(KeyRingError::WrongLength {
                id: "k1".to_owned(),
                bytes: 3,
            }),
        );
    }

    #[test]
    fn url_safe_letters_are_the_same_key() {
        let tenant = TenantId(uuid::Uuid::nil());
        let standard = KeyRing::parse(&format!("k:{}", "+/+/".repeat(10) + "+/8=").into()).unwrap();
        let url_safe = KeyRing::parse(&format!("k:{}", "-_-_".repeat(10) + "-_8").into()).unwrap();
        let wrapped = standard
            .active
            .seal(&wrapped_place(tenant), &[5; 32], [0; 12])
            .unwrap();
        assert_eq!(*url_safe.unwrap_key(tenant, &wrapped).unwrap(), [5; 32]);
    }
}
