//! The record of every call, for tests that ask what a client really did. Holds no tokens; bodies only by order.

mod seen;

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Serialize;

pub use seen::Seen;

/// Calls beyond this many push the oldest out.
const KEPT: usize = 20_000;

/// Query parameters whose values never enter the record.
const SECRET: [&str; 10] = [
    "access_token",
    "oauth_token",
    "token",
    "key",
    "code",
    "code_verifier",
    "client_secret",
    "client_assertion",
    "refresh_token",
    "id_token",
];

/// One call as `GET /_sim/calls` shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedCall {
    /// 1 for the first call since the simulator started.
    pub seq: u64,
    /// When it came, by the simulator's clock.
    pub at: Timestamp,
    /// HTTP method.
    pub method: String,
    /// Path, still percent-encoded.
    pub path: String,
    /// Query string; secret values are replaced by `…`.
    pub query: String,
    /// The account that the access token belongs to, if there was one.
    pub account: Option<String>,
    /// The status answered; `None` when the connection was cut.
    pub status: Option<u16>,
    /// Whether a fault made the answer.
    pub fault: bool,
    /// What came with the request.
    #[serde(flatten)]
    pub request: Seen,
    /// How long the answer took, in real microseconds.
    pub duration_micros: u64,
}

/// The latest calls.
#[derive(Debug, Default)]
pub(crate) struct CallLog {
    calls: VecDeque<RecordedCall>,
    last: u64,
    record_bodies: bool,
}

impl CallLog {
    /// Whether bodies of requests are kept too.
    pub(crate) fn records_bodies(&self) -> bool {
        self.record_bodies
    }

    /// From now on keeps bodies, or keeps none.
    pub(crate) fn record_bodies(&mut self, record: bool) {
        self.record_bodies = record;
    }

    /// Adds a call; its `seq` is given here.
    pub(crate) fn push(&mut self, mut call: RecordedCall) {
        self.last += 1;
        call.seq = self.last;
        if self.calls.len() == KEPT {
            self.calls.pop_front();
        }
        self.calls.push_back(call);
    }

    /// The calls after `seq`, oldest first.
    pub(crate) fn after(&self, seq: u64) -> Vec<RecordedCall> {
        self.calls.iter().filter(|call| call.seq > seq).cloned().collect()
    }

    /// Forgets all calls; numbering goes on.
    pub(crate) fn clear(&mut self) {
        self.calls.clear();
    }
}

/// A query string that may be kept.
pub(crate) fn redact(query: &str) -> String {
    let parts = query.split('&').map(|part| match part.split_once('=') {
        Some((name, _)) if SECRET.contains(&name) => format!("{name}=…"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_enter_the_record() {
        assert_eq!(
            redact("access_token=abc&maxResults=5&code=1"),
            "access_token=…&maxResults=5&code=…"
        );
        assert_eq!(redact(""), "");
    }
}
