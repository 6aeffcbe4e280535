//! The guard against URLs that lead inside (server-side request forgery).
//!
//! A URL that a person typed, and each redirect after it, is checked twice: its text before anything is sent
//! (`guard/url.rs`; an IP address in the URL never asks a resolver), and the addresses that its name resolves to
//! inside the connector (`guard/resolver.rs`), which connects to exactly the addresses that were checked.
//! Which addresses are public is `guard/address.rs`. Hosts that the operator allows exactly go another way.

use thiserror::Error;

mod address;
pub(crate) mod resolver;
pub(crate) mod url;

/// Why a user-supplied URL is refused. The texts are for the person who typed it and tell nothing of our network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum BlockReason {
    /// No URL, or one with characters that different readers understand differently.
    #[error("this is not a complete web address")]
    Malformed,
    /// Not https.
    #[error("the address must begin with https:// or webcal://")]
    Scheme,
    /// `user:password@`.
    #[error("user name and password must not be part of the address")]
    Credentials,
    /// No full domain name, or an IP address in disguise.
    #[error("the host must be a full domain name")]
    Host,
    /// A port that is not in [`crate::UserUrlPolicy::ports`].
    #[error("this port is not allowed; use the usual one for https")]
    Port,
    /// The address, or one that the name resolves to, is not on the public internet.
    #[error("the address does not lead to the public internet")]
    PrivateAddress,
}

impl BlockReason {
    /// The stable name, as it appears in error bodies and logs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "url_malformed",
            Self::Scheme => "url_scheme",
            Self::Credentials => "url_credentials",
            Self::Host => "url_host",
            Self::Port => "url_port",
            Self::PrivateAddress => "url_private_address",
        }
    }
}
