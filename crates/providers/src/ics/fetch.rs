//! A conditional request for a feed (RFC 9110 section 13), through the guard.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Request, header};
use kalends_egress::{AccountKey, Answer, Call, ClientKey, Egress, LimitScope, Repeat, Target, Verdict};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::{SERVICE, cursor::Remembered};
use crate::provider::{Access, Ask, ProviderError};

/// What a feed answers.
pub(super) enum Fetched {
    /// It is as it was.
    NotModified(HeaderMap),
    /// This text.
    Text(Answer),
}

pub(super) async fn fetch(
    egress: &Egress,
    ask: &Ask,
    remembered: Option<&Remembered>,
) -> Result<Fetched, ProviderError> {
    let Access::FeedUrl(url) = &ask.account.access else {
        return Err(ProviderError::BadAddress {
            reason: "the connection has no address of a feed".to_owned(),
        });
    };
    let call = Call {
        account: Some(AccountKey(ask.account.connection.0)),
        lane: ask.lane,
        deadline: ask.deadline.saturating_duration_since(Instant::now()),
        target: Target::UserSupplied,
        repeat: Repeat::Safe,
        classify,
        ..Call::new(SERVICE, ClientKey::default(), request(url, remembered)?)
    };
    let answer = egress.send(call).await?;
    match answer.status.as_u16() {
        304 if remembered.is_some() => Ok(Fetched::NotModified(answer.headers)),
        200..300 => Ok(Fetched::Text(answer)),
        status => Err(refusal(status)),
    }
}

fn request(url: &SecretString, remembered: Option<&Remembered>) -> Result<Request<Bytes>, ProviderError> {
    let mut request = Request::builder()
        .uri(url.expose_secret().trim())
        .header(header::ACCEPT, "text/calendar, */*;q=0.1");
    let validators = remembered.into_iter().flat_map(|remembered| {
        let named: [(HeaderName, &Option<String>); 2] = [
            (header::IF_NONE_MATCH, &remembered.etag),
            (header::IF_MODIFIED_SINCE, &remembered.last_modified),
        ];
        named
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_ref()?)))
    });
    for (name, value) in validators {
        request = request.header(name, value);
    }
    request.body(Bytes::new()).map_err(|_| ProviderError::BadAddress {
        reason: "this is not a complete web address".to_owned(),
    })
}

/// What it means when a feed's host says no. A 401 or 403 may come of a withdrawn secret address, but as well of a
/// host's passing mood, and a feed that comes back needs nobody's hand: so neither ends the connection.
fn refusal(status: u16) -> ProviderError {
    match status {
        401 | 403 => ProviderError::Forbidden {
            reason: format!("http_{status}"),
        },
        404 | 410 => ProviderError::NotFound,
        _ => ProviderError::Rejected {
            status,
            reason: "the feed's host refuses".to_owned(),
        },
    }
}

/// A 401 here is about the address; there is no token to refresh.
fn classify(answer: &Answer) -> Verdict {
    match answer.status.as_u16() {
        429 => Verdict::RateLimited {
            scope: LimitScope::Client,
            retry_after: answer.retry_after(),
        },
        500.. => Verdict::Infrastructure,
        400.. => Verdict::Rejected,
        _ => Verdict::Ok,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals() {
        for (status, code) in [
            (401, "provider_forbidden"),
            (403, "provider_forbidden"),
            (404, "calendar_not_found"),
            (410, "calendar_not_found"),
            (405, "provider_rejected"),
            (304, "provider_rejected"),
        ] {
            assert_eq!(refusal(status).code(), code, "{status}");
        }
    }
}
