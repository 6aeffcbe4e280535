//! What came back, and what it means for the stages.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;

/// A whole answer, its body read and decompressed.
#[derive(Clone)]
pub struct Answer {
    /// Status of the last hop.
    pub status: StatusCode,
    /// Headers of the last hop.
    pub headers: HeaderMap,
    /// The body, decompressed, at most [`crate::EgressConfig::body_limit`] bytes.
    pub body: Bytes,
    /// When the body was complete, by the injected clock.
    pub received_at: Timestamp,
}

/// What an answer means for breaker, limiter, token and retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As asked.
    Ok,
    /// The credentials were refused; a fresh token may help.
    Unauthorized,
    /// Too fast.
    RateLimited {
        /// Whose budget is used up.
        scope: LimitScope,
        /// How long to wait, if the answer says so ([`Answer::retry_after`]) or the service is known for it.
        retry_after: Option<Duration>,
    },
    /// The service itself is in trouble; says nothing about the request.
    Infrastructure,
    /// The service works and says no. The caller reads why.
    Rejected,
}

/// Whose budget a rate limit names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitScope {
    /// One account's; others may go on, so the breaker does not count it.
    User,
    /// One account's for what the call is for ([`crate::Call::usage`]); its other calls may go on.
    Usage,
    /// The client's, or the answer does not tell.
    Client,
}

impl Answer {
    /// The `Retry-After` header (RFC 9110 section 10.2.3) as a wait from the moment of the answer.
    ///
    /// A date is measured from the answer's own `Date` where it has one, so a clock that differs from ours does no
    /// harm. `None` when absent or unreadable.
    pub fn retry_after(&self) -> Option<Duration> {
        let value = self.headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = value.parse::<u32>() {
            return Some(Duration::from_secs(u64::from(seconds)));
        }
        let until = httpdate::parse_http_date(value).ok()?;
        let from = self
            .headers
            .get(header::DATE)
            .and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok())
            .unwrap_or_else(|| SystemTime::from(self.received_at));
        Some(until.duration_since(from).unwrap_or(Duration::ZERO))
    }
}

/// Without headers and body, which may hold secrets.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .field("received_at", &self.received_at)
            .finish_non_exhaustive()
    }
}

/// The verdict by status alone: 401, 429 and 5xx mean what RFC 9110 and RFC 6585 say, 2xx, 3xx and 1xx are [`Verdict::Ok`].
pub fn by_status(answer: &Answer) -> Verdict {
    match answer.status {
        StatusCode::UNAUTHORIZED => Verdict::Unauthorized,
        StatusCode::TOO_MANY_REQUESTS => Verdict::RateLimited {
            scope: LimitScope::Client,
            retry_after: answer.retry_after(),
        },
        status if status.is_server_error() => Verdict::Infrastructure,
        status if status.is_client_error() => Verdict::Rejected,
        _ => Verdict::Ok,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn answer(status: u16, headers: &[(http::HeaderName, &'static str)]) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers
                .iter()
                .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
                .collect(),
            body: Bytes::new(),
            received_at: "2026-11-20T10:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn retry_after_in_both_forms() {
        let seconds = |headers: &[_]| answer(429, headers).retry_after().map(|wait| wait.as_secs());
        let at = |value| (header::RETRY_AFTER, value);
        assert_eq!(seconds(&[]), None);
        assert_eq!(seconds(&[at("soon")]), None);
        assert_eq!(seconds(&[at("-5")]), None);
        assert_eq!(seconds(&[at(" 120 ")]), Some(120));
        assert_eq!(seconds(&[at("Fri, 20 Nov 2026 10:01:30 GMT")]), Some(90));
        assert_eq!(
            seconds(&[at("Fri, 20 Nov 2026 09:00:00 GMT")]),
            Some(0),
            "a date in the past is now"
        );
        let skewed = [
            at("Fri, 20 Nov 2026 11:00:10 GMT"),
            (header::DATE, "Fri, 20 Nov 2026 11:00:00 GMT"),
        ];
        assert_eq!(seconds(&skewed), Some(10), "their clock is an hour ahead");
    }

    #[test]
    fn verdicts_by_status() {
        let limited = Verdict::RateLimited {
            scope: LimitScope::Client,
            retry_after: None,
        };
        for (status, expect) in [
            (200, Verdict::Ok),
            (304, Verdict::Ok),
            (400, Verdict::Rejected),
            (401, Verdict::Unauthorized),
            (403, Verdict::Rejected),
            (429, limited),
            (500, Verdict::Infrastructure),
            (503, Verdict::Infrastructure),
        ] {
            assert_eq!(by_status(&answer(status, &[])), expect, "{status}");
        }
    }
}
