//! Page tokens and sync tokens: where a listing goes on, bound to who asked what.
//!
//! A token carries its meaning and a keyed check value, so that the server keeps no table of them: a token for
//! another person, calendar or question, or a corrupted one, is told from one that has merely grown old.

use std::{
    fmt,
    sync::{PoisonError, RwLock},
};

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE};
use serde::{Deserialize, Serialize};

/// Makes and reads tokens.
#[derive(Debug)]
pub(crate) struct Tokens(RwLock<Secret>);

struct Secret {
    bytes: [u8; 32],
    key: hmac::Key,
}

/// Where a listing goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t")]
pub(crate) enum Position {
    /// After a complete listing: with what changed after `revision`.
    Sync {
        revision: u64,
        /// The collection's generation; tokens of an older one are dead.
        epoch: u32,
        /// Unix seconds at which the token was given.
        given: i64,
    },
    /// In a listing in the order of changes: with the `skip`th item of the entry at `revision`.
    Log {
        revision: u64,
        skip: usize,
        /// The revision that the whole listing answers for.
        snapshot: u64,
    },
    /// In a sorted listing: after this key.
    Sorted { key: i64, id: String, snapshot: u64 },
}

/// Why a token does not serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResumeError {
    /// Not from this server, or not for this question.
    Foreign,
}

impl Tokens {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(RwLock::new(Secret::new(bytes)))
    }

    /// The key behind the check values.
    pub(crate) fn secret(&self) -> [u8; 32] {
        self.0.read().unwrap_or_else(PoisonError::into_inner).bytes
    }

    /// Takes another key, whose tokens then serve.
    pub(crate) fn replace(&self, bytes: [u8; 32]) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Secret::new(bytes);
    }

    /// A token for `position` that only serves the same `question`.
    pub(crate) fn write(&self, position: &Position, question: &str) -> String {
        let mut bytes = serde_json::to_vec(position).unwrap_or_default();
        let check = self.check(&bytes, question);
        bytes.extend_from_slice(&check);
        URL_SAFE.encode(bytes)
    }

    /// The position of a token that was given for `question`.
    pub(crate) fn read(&self, token: &str, question: &str) -> Result<Position, ResumeError> {
        let bytes = URL_SAFE.decode(token).map_err(|_| ResumeError::Foreign)?;
        let (body, check) = bytes.split_last_chunk::<8>().ok_or(ResumeError::Foreign)?;
        if *check != self.check(body, question) {
            return Err(ResumeError::Foreign);
        }
        serde_json::from_slice(body).map_err(|_| ResumeError::Foreign)
    }

    fn check(&self, body: &[u8], question: &str) -> [u8; 8] {
        let secret = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut context = hmac::Context::with_key(&secret.key);
        context.update(body);
        context.update(&[0]);
        context.update(question.as_bytes());
        let mut check = [0; 8];
        check.copy_from_slice(&context.sign().as_ref()[..8]);
        check
    }
}

impl Secret {
    fn new(bytes: [u8; 32]) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &bytes),
            bytes,
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_serves_only_the_question_it_was_given_for() {
        let tokens = Tokens::new([7; 32]);
        let position = Position::Sync {
            revision: 9,
            epoch: 1,
            given: 1000,
        };
        let token = tokens.write(&position, "events of ana");
        assert_eq!(tokens.read(&token, "events of ana"), Ok(position));
        assert_eq!(tokens.read(&token, "events of ben"), Err(ResumeError::Foreign));
        assert_eq!(
            tokens.read(&token[4..], "events of ana"),
            Err(ResumeError::Foreign)
        );
        assert_eq!(tokens.read("x", "events of ana"), Err(ResumeError::Foreign));
        assert_eq!(
            Tokens::new([8; 32]).read(&token, "events of ana"),
            Err(ResumeError::Foreign)
        );
    }
}
