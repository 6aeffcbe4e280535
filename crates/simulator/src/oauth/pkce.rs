//! Proof key for code exchange (RFC 7636).

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// What the authorization request promised about the verifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Challenge {
    /// The verifier itself.
    Plain(String),
    /// The base64url SHA-256 of the verifier.
    S256(String),
}

impl Challenge {
    /// Reads `code_challenge` and `code_challenge_method`; the method defaults to `plain` (RFC 7636 section 4.3).
    pub(crate) fn read(challenge: Option<&str>, method: Option<&str>) -> Result<Option<Self>, &'static str> {
        let Some(challenge) = challenge else {
            return Ok(None);
        };
        let length = (43..=128).contains(&challenge.len());
        let unreserved = challenge
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        if !length || !unreserved {
            return Err("Invalid parameter value for code_challenge: 43 to 128 unreserved characters");
        }
        match method {
            None | Some("plain") => Ok(Some(Self::Plain(challenge.to_owned()))),
            Some("S256") => Ok(Some(Self::S256(challenge.to_owned()))),
            Some(_) => {
                Err("Invalid parameter value for code_challenge_method: only plain and S256 are supported")
            }
        }
    }

    /// Whether this is the verifier that was promised.
    pub(crate) fn accepts(&self, verifier: &str) -> bool {
        match self {
            Self::Plain(challenge) => challenge == verifier,
            Self::S256(challenge) => {
                let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
                *challenge == URL_SAFE_NO_PAD.encode(hash)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc_holds() {
        // RFC 7636 appendix B.
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let read = Challenge::read(Some(challenge), Some("S256")).unwrap().unwrap();
        assert!(read.accepts("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!read.accepts(challenge));
        assert!(
            Challenge::read(Some(challenge), None)
                .unwrap()
                .unwrap()
                .accepts(challenge)
        );
        assert!(Challenge::read(Some("short"), None).is_err());
        assert!(Challenge::read(Some(challenge), Some("S512")).is_err());
    }
}
