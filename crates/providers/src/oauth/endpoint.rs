//! Calls to an OAuth provider's endpoints through egress.

use bytes::Bytes;
use http::{Method, Request, header};
use kalends_egress::{Answer, Auth, Call, Lane, LimitScope, Repeat, Service, Verdict};
use tokio::time::Instant;
use url::{Url, form_urlencoded};

use super::OAuthClient;
use crate::provider::ProviderError;

/// The name of every OAuth provider's endpoints in policies, logs and metrics.
pub const SERVICE: Service = Service("oauth");

/// Posts a form.
pub(super) async fn post(
    client: &OAuthClient,
    url: &Url,
    fields: &[(&str, &str)],
    repeat: Repeat,
    deadline: Instant,
) -> Result<Answer, ProviderError> {
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let request = Request::builder()
        .method(Method::POST)
        .uri(url.as_str())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json")
        .body(Bytes::from(form));
    send(client, request, Auth::None, repeat, deadline).await
}

/// Gets a document; an answer that is not a success is an error.
pub(super) async fn get(
    client: &OAuthClient,
    url: &Url,
    auth: Auth,
    deadline: Instant,
) -> Result<Answer, ProviderError> {
    let request = Request::builder()
        .uri(url.as_str())
        .header(header::ACCEPT, "application/json")
        .body(Bytes::new());
    let answer = send(client, request, auth, Repeat::Safe, deadline).await?;
    if answer.status.is_success() {
        Ok(answer)
    } else {
        Err(ProviderError::Rejected {
            status: answer.status.as_u16(),
            reason: "the identity endpoint refuses".to_owned(),
        })
    }
}

async fn send(
    client: &OAuthClient,
    request: http::Result<Request<Bytes>>,
    auth: Auth,
    repeat: Repeat,
    deadline: Instant,
) -> Result<Answer, ProviderError> {
    let request = request.map_err(|error| ProviderError::Configuration {
        reason: format!("an OAuth endpoint's URL: {error}"),
    })?;
    let call = Call {
        lane: Lane::Interactive,
        deadline: deadline.saturating_duration_since(Instant::now()),
        auth,
        repeat,
        classify,
        ..Call::new(SERVICE, client.client_id().into(), request)
    };
    Ok(client.egress.send(call).await?)
}

/// A 401 of the token endpoint is about our client and not about a token, so a fresh token is no help.
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
