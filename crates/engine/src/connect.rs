//! From a person's "connect my calendar" to a connection: a page for the person ([`open_session`]), OAuth round trips
//! ([`start`], [`finish`]) and feeds ([`feed`]).
//!
//! The round trip is bound three ways: the `state` is random, kept only as a hash, good for ten minutes and for one
//! use; the code is bound by PKCE (RFC 7636); the browser by a nonce that the caller keeps in a cookie. Nobody is
//! sent anywhere but to an origin on the allow-list.

mod adopt;
mod error;
mod feed;
mod finish;
mod return_to;
mod session;
mod start;
mod state;

pub(crate) use adopt::resumed;
pub use error::{ConnectError, FinishError};
pub use feed::{ConnectFeed, feed};
pub use finish::{Callback, Connected, Finished, Unfinished, finish};
pub use session::{NewSession, OpenedSession, Session, open_session, session, use_session};
pub use start::{Binding, Start, Started, start};
pub(crate) use state::{hash as sha256_of, random, sha256};
