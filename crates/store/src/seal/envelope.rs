//! The sealed form of a value: `1 | length of key id | key id | nonce (12 bytes) | ciphertext and tag`.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use kalends_core::time::TenantId;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
/// Bytes of an AES-256 key.
pub(crate) const KEY_BYTES: usize = 32;

/// Why a secret could not be sealed or opened. Says nothing about its content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The bytes are no envelope of a known version.
    #[error("the sealed value has an unknown form")]
    UnknownForm,
    /// The ring lacks the key that the value was sealed under.
    #[error("the key ring has no key \"{key_id}\", under which the value was sealed")]
    UnknownKey {
        /// The key's id.
        key_id: String,
    },
    /// The value was changed, belongs to another place, or was sealed under another key of the same id.
    #[error("the sealed value does not open: changed, moved, or sealed under another key of the same id")]
    Refused,
    /// What was opened is not text.
    #[error("the opened value is not text")]
    NotText,
}

/// Where a sealed value belongs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'static str,
    /// What names the row for as long as it lives.
    pub(crate) row: &'a [u8],
    pub(crate) column: &'static str,
}

/// A key with the id that its envelopes name.
pub(crate) struct Key {
    id: String,
    cipher: LessSafeKey,
}

impl Place<'_> {
    /// The bytes that bind a value to this place. Each part carries its length, so that no two places share them.
    pub(crate) fn of_tenant(&self, tenant: TenantId) -> Vec<u8> {
        let parts = [
            b"kalends".as_slice(),
            tenant.0.as_bytes(),
            self.table.as_bytes(),
            self.row,
            self.column.as_bytes(),
        ];
        let mut aad = Vec::with_capacity(96);
        for part in parts {
            aad.extend_from_slice(&(part.len() as u64).to_be_bytes());
            aad.extend_from_slice(part);
        }
        aad
    }
}

impl Key {
    pub(crate) fn new(id: &str, bytes: &[u8; KEY_BYTES]) -> Result<Self, SealError> {
        let key = UnboundKey::new(&AES_256_GCM, bytes).map_err(|_| SealError::UnknownForm)?;
        Ok(Self {
            id: id.to_owned(),
            cipher: LessSafeKey::new(key),
        })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Seals. The nonce is random (NIST SP 800-38D section 8.2.2), which is safe for 2^32 values under one key.
    pub(crate) fn seal(
        &self,
        aad: &[u8],
        plain: &[u8],
        nonce: [u8; NONCE_LEN],
    ) -> Result<Vec<u8>, SealError> {
        let mut body = Zeroizing::new(plain.to_vec());
        self.cipher
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut *body)
            .map_err(|_| SealError::Refused)?;
        let mut sealed = Vec::with_capacity(2 + self.id.len() + NONCE_LEN + body.len());
        sealed.push(VERSION);
        sealed.push(u8::try_from(self.id.len()).map_err(|_| SealError::UnknownForm)?);
        sealed.extend_from_slice(self.id.as_bytes());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&body);
        Ok(sealed)
    }

    /// Opens what was sealed under this key for the same place.
    pub(crate) fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (key_id, rest) = split(sealed)?;
        if key_id != self.id {
            return Err(SealError::UnknownKey {
                key_id: key_id.to_owned(),
            });
        }
        let (nonce, body) = rest
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(SealError::UnknownForm)?;
        let mut body = Zeroizing::new(body.to_vec());
        let length = self
            .cipher
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(aad), &mut body)
            .map_err(|_| SealError::Refused)?
            .len();
        body.truncate(length);
        Ok(body)
    }
}

/// The id of the key that an envelope names, and what follows it.
pub(crate) fn split(sealed: &[u8]) -> Result<(&str, &[u8]), SealError> {
    let [VERSION, length, rest @ ..] = sealed else {
        return Err(SealError::UnknownForm);
    };
    let (id, rest) = rest
        .split_at_checked(usize::from(*length))
        .ok_or(SealError::UnknownForm)?;
    let id = std::str::from_utf8(id).map_err(|_| SealError::UnknownForm)?;
    Ok((id, rest))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const TENANT: TenantId = TenantId(Uuid::from_u128(1));
    const PLACE: Place<'_> = Place {
        table: "connections",
        row: b"2",
        column: "refresh_token",
    };

    fn key() -> Key {
        Key::new("k1", &[7; KEY_BYTES]).unwrap()
    }

    #[track_caller]
    fn check_refused(key: &Key, tenant: TenantId, place: Place<'_>, error: &SealError) {
        let sealed = self::key()
            .seal(&PLACE.of_tenant(TENANT), b"secret", [1; 12])
            .unwrap();
        assert_eq!(
            key.open(&place.of_tenant(tenant), &sealed).map(drop),
            Err(error.clone())
        );
    }

    #[test]
    fn a_value_opens_only_in_its_place_and_under_its_key() {
        let sealed = key().seal(&PLACE.of_tenant(TENANT), b"secret", [1; 12]).unwrap();
        assert_eq!(*key().open(&PLACE.of_tenant(TENANT), &sealed).unwrap(), b"secret");
        let refused = SealError::Refused;
        check_refused(&key(), TenantId(Uuid::from_u128(9)), PLACE, &refused);
        check_refused(
            &key(),
            TENANT,
            Place {
                table: "tasks",
                ..PLACE
            },
            &refused,
        );
        check_refused(&key(), TENANT, Place { row: b"9", ..PLACE }, &refused);
        check_refused(
            &key(),
            TENANT,
            Place {
                column: "access_token",
                ..PLACE
            },
            &refused,
        );
        check_refused(&Key::new("k1", &[8; KEY_BYTES]).unwrap(), TENANT, PLACE, &refused);
        let unknown = SealError::UnknownKey {
            key_id: "k1".to_owned(),
        };
        check_refused(&Key::new("k2", &[7; KEY_BYTES]).unwrap(), TENANT, PLACE, &unknown);
    }

    #[test]
    fn parts_of_a_place_cannot_run_into_each_other() {
        let one = Place {
            table: "ab",
            column: "c",
            ..PLACE
        };
        let other = Place {
            table: "a",
            column: "bc",
            ..PLACE
        };
        assert_ne!(one.of_tenant(TENANT), other.of_tenant(TENANT));
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_refused() {
        let aad = PLACE.of_tenant(TENANT);
        let sealed = key().seal(&aad, b"secret", [1; 12]).unwrap();
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(key().open(&aad, &changed).is_err(), "byte {index}");
            assert!(key().open(&aad, &sealed[..index]).is_err(), "cut at {index}");
        }
    }
}
