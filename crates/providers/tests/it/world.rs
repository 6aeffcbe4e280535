//! What an adapter needs around it: egress with short waits, a clock that stands still, tokens.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::future::{BoxFuture, FutureExt, ready};
use jiff::Timestamp;
use kalends_core::{
    ambient::{Ambient, Clock, Entropy},
    time::{ConnectionId, Zone},
};
use kalends_egress::{
    AccountKey, Egress, EgressConfig, Lane, RetryPolicy, Surroundings, TokenError, TokenSource, UserUrlPolicy,
};
use kalends_providers::provider::{Access, Account, Ask, CalendarRef};
use secrecy::SecretString;
use tokio::time::Instant;

#[derive(Debug)]
struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let next = self
                .0
                .fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed)
                .to_le_bytes();
            chunk.copy_from_slice(&next[..chunk.len()]);
        }
    }
}

/// Gives `first`, and `second` once that was refused.
#[derive(Debug)]
struct TwoTokens;

impl TokenSource for TwoTokens {
    fn token<'a>(
        &'a self,
        _account: AccountKey,
        refused: Option<&'a SecretString>,
    ) -> BoxFuture<'a, Result<SecretString, TokenError>> {
        let token = if refused.is_some() { "second" } else { "first" };
        ready(Ok(SecretString::from(token))).boxed()
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

pub(crate) fn ambient() -> Ambient {
    Ambient::new(Arc::new(StandingClock), Arc::new(Counting::default()))
}

pub(crate) fn egress(allowed: &[String]) -> Egress {
    bare_egress(allowed).with_tokens(Arc::new(TwoTokens))
}

/// Egress that knows no tokens.
pub(crate) fn bare_egress(allowed: &[String]) -> Egress {
    let user_urls = UserUrlPolicy {
        allowed: allowed.iter().map(|host| host.parse().unwrap()).collect(),
        ..UserUrlPolicy::default()
    };
    let retry = RetryPolicy {
        base: Duration::from_millis(1),
        ..RetryPolicy::default()
    };
    let config = EgressConfig {
        user_urls,
        retry,
        ..EgressConfig::new(Surroundings::new(now, || 0.0))
    };
    Egress::new(config).unwrap()
}

pub(crate) fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

pub(crate) fn ask(access: Access) -> Ask {
    let connection = ConnectionId::new(&ambient());
    Ask {
        account: Account { connection, access },
        lane: Lane::Interactive,
        deadline: deadline(),
    }
}

pub(crate) fn calendar(provider_id: &str) -> CalendarRef {
    CalendarRef {
        provider_id: provider_id.to_owned(),
        zone: Zone::iana("Europe/Zurich").unwrap(),
    }
}
