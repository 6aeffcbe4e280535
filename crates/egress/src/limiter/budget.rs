//! What a call is charged to.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    call::{AccountKey, Lane, Peer, Usage},
    clock::after,
    config::Window,
};

/// Whose calls are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Budget {
    /// All calls of one client.
    Client(Peer),
    /// One account's.
    Account(Peer, AccountKey),
    /// One account's for one purpose, which the service limits on its own.
    Usage(Peer, AccountKey, Usage),
}

/// One budget that a call needs, with its limits.
#[derive(Clone, Debug)]
pub(super) struct Demand<'a> {
    pub(super) budget: Budget,
    pub(super) windows: &'a [Window],
    /// Most calls under way at once; `None` is any number.
    pub(super) at_once: Option<u32>,
}

/// What the limits are measured with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) now: Timestamp,
    pub(super) lane: Lane,
    /// How long a call granted now may be under way, whatever becomes of who made it.
    pub(super) left: Duration,
}

/// How soon one asks again when as many calls are under way as may be: nobody knows when one of them ends.
const UNDER_WAY: Duration = Duration::from_millis(25);

impl Moment {
    /// When to ask again for a place among the calls under way.
    pub(super) fn ask_again_at(&self) -> Timestamp {
        after(self.now, UNDER_WAY)
    }
}

impl Budget {
    /// The name of the budget in a key of the shared store. The braces are the part by which a cluster chooses the
    /// node: all budgets of one call are on one, so that a single script may decide over them.
    pub(super) fn key(&self) -> String {
        let (peer, rest) = match self {
            Self::Client(peer) => (peer, String::new()),
            Self::Account(peer, account) => (peer, format!(":{}", account.0)),
            Self::Usage(peer, account, usage) => (peer, format!(":{}:{}", account.0, usage.0)),
        };
        let host = peer.host.as_deref().unwrap_or_default();
        format!(
            "kalends:limit:{{{}|{}|{host}}}{rest}",
            peer.service.0, peer.client.0
        )
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::call::{ClientKey, Service};

    #[test]
    fn budgets_of_one_call_share_their_node() {
        let peer = Peer {
            service: Service("google-calendar"),
            client: ClientKey::from("client-1"),
            host: None,
        };
        let account = AccountKey(Uuid::from_u128(7));
        let keys = [
            Budget::Client(peer.clone()).key(),
            Budget::Account(peer.clone(), account).key(),
            Budget::Usage(peer, account, Usage("invitations")).key(),
        ];
        for key in &keys {
            assert!(
                key.starts_with("kalends:limit:{google-calendar|client-1|}"),
                "{key}"
            );
        }
        assert!(keys[0] != keys[1] && keys[1] != keys[2]);
    }
}
