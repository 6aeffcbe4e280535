//! Google's OAuth 2.0 and OpenID Connect: consent, codes, tokens, identity.
//!
//! One endpoint per file; what is granted lives in [`Grants`]. Nothing here is secret in earnest: the accounts are
//! made up. The rules are Google's ("Using OAuth 2.0 for Web Server Applications", "OpenID Connect") and RFC 7636.

mod ask;
mod authorize;
mod client;
mod consent;
mod discovery;
mod grants;
mod id_token;
mod identity;
mod pkce;
mod policy;
mod revoke;
mod signing;
mod signins;
mod token;
mod token_info;

pub use client::{Audience, ClientError, OAuthClient, RedirectUris};

pub(crate) use authorize::{ask, decide};
pub(crate) use client::{is_on_this_machine, project_of};
pub(crate) use discovery::{certs, certs_as_pem, configuration};
pub(crate) use grants::{Grants, SavedGrants};
pub(crate) use identity::{token_info, user_info, user_info_v2};
pub(crate) use revoke::revoke;
pub(crate) use signing::{SavedKeys, SigningKeys};
pub(crate) use signins::SignIns;
pub(crate) use token::{new_tokens, token};
pub(crate) use token_info::token_info_v3;
