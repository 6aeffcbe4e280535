//! The HTTP clients: sends one request, follows what may be followed, reads the body up to its limit.

use std::{error::Error, io, time::Duration};

use bytes::BytesMut;
use http::{HeaderValue, header};
use reqwest::{Client, Response, redirect};
use url::Url;

use crate::{
    answer::Answer,
    call::{Call, Target},
    clock::Surroundings,
    config::{EgressConfig, UserUrlPolicy},
    error::{EgressError, RedirectFault},
    guard::{
        BlockReason,
        resolver::PublicOnly,
        url::{Checked, Route, check},
    },
};

mod hop;

use hop::Hop;

/// Most memory reserved on the word of a `Content-Length`, in bytes.
const MOST_AHEAD: usize = 256 * 1024;

/// Both clients with their connection pools.
#[derive(Debug)]
pub(crate) struct Transport {
    configured: Client,
    guarded: Client,
    user_urls: UserUrlPolicy,
    body_limit: usize,
    surroundings: Surroundings,
}

impl Transport {
    pub(crate) fn new(config: &EgressConfig) -> Result<Self, reqwest::Error> {
        Ok(Self {
            configured: client(config).build()?,
            guarded: client(config).dns_resolver(PublicOnly).https_only(true).build()?,
            user_urls: config.user_urls.clone(),
            body_limit: config.body_limit,
            surroundings: config.surroundings.clone(),
        })
    }

    pub(crate) async fn exchange(
        &self,
        call: &Call,
        authorization: Option<HeaderValue>,
    ) -> Result<Answer, EgressError> {
        let mut request = call.request.clone();
        if let Some(value) = authorization {
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        let response = match call.target {
            Target::Configured => {
                let url = Url::parse(&request.uri().to_string()).map_err(|_| EgressError::Invalid {
                    reason: "its URI is not absolute",
                })?;
                send(&self.configured, Hop::first(request, url)).await?
            }
            Target::UserSupplied => {
                let checked =
                    check(&request.uri().to_string(), &self.user_urls).map_err(EgressError::Blocked)?;
                self.follow(Hop::first(request, checked.url.clone()), checked)
                    .await?
            }
        };
        self.read(response).await
    }

    /// Sends to a user-supplied URL and on to where it redirects, each hop checked like the first.
    async fn follow(&self, mut hop: Hop, mut checked: Checked) -> Result<Response, EgressError> {
        for _ in 0..=hop::MOST_REDIRECTS {
            let client = match checked.route {
                Route::Guarded => &self.guarded,
                Route::Allowed => &self.configured,
            };
            let response = send(client, hop.clone()).await?;
            let redirected = hop.redirected(response.status(), response.headers());
            let Some(target) = redirected.map_err(EgressError::Redirect)? else {
                return Ok(response);
            };
            checked = check(target.as_str(), &self.user_urls).map_err(EgressError::Blocked)?;
            hop = hop.next(response.status(), checked.url.clone());
        }
        Err(EgressError::Redirect(RedirectFault::TooMany))
    }

    async fn read(&self, mut response: Response) -> Result<Answer, EgressError> {
        let too_large = EgressError::BodyTooLarge {
            limit_bytes: self.body_limit,
        };
        let announced = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        if announced > self.body_limit {
            return Err(too_large);
        }
        let mut body = BytesMut::with_capacity(announced.min(MOST_AHEAD));
        while let Some(chunk) = response.chunk().await.map_err(fault)? {
            if body.len() + chunk.len() > self.body_limit {
                return Err(too_large);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body: body.freeze(),
            received_at: self.surroundings.now(),
        })
    }
}

fn client(config: &EgressConfig) -> reqwest::ClientBuilder {
    Client::builder()
        .user_agent(&config.user_agent)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .gzip(true)
        .connect_timeout(config.connect_timeout)
        .pool_idle_timeout(Duration::from_secs(90))
        .tcp_keepalive(Duration::from_mins(1))
        .http2_adaptive_window(true)
        // Finds out within 40 s that a pooled connection is dead, instead of at the next call.
        .http2_keep_alive_interval(Duration::from_secs(30))
        .http2_keep_alive_timeout(Duration::from_secs(10))
}

async fn send(client: &Client, hop: Hop) -> Result<Response, EgressError> {
    client.execute(hop.into_request()).await.map_err(fault)
}

/// Our error for the client's, told apart by type. The URL, which may hold secrets, is taken out.
fn fault(error: reqwest::Error) -> EgressError {
    let error = error.without_url();
    if let Some(reason) = cause::<BlockReason>(&error) {
        EgressError::Blocked(*reason)
    } else if error.is_builder() {
        EgressError::Invalid {
            reason: "it is no valid HTTP request",
        }
    } else if cause::<rustls::Error>(&error).is_some() {
        EgressError::Tls(error.into())
    } else if error.is_connect() {
        EgressError::Connect(error.into())
    } else {
        EgressError::Interrupted(error.into())
    }
}

/// The first error of this type among the causes. An `io::Error` hides the error it wraps from `source()`.
fn cause<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted::dawn;

    #[tokio::test]
    async fn the_guarded_connector_refuses_names_for_private_addresses() {
        // Past the check of the URL, as a public name is whose addresses turn out private.
        let transport = Transport::new(&EgressConfig::new(Surroundings::new(dawn, || 0.0))).unwrap();
        let request = http::Request::get("/").body(bytes::Bytes::new()).unwrap();
        let hop = Hop::first(request, "https://localhost:8443/".parse().unwrap());
        let error = send(&transport.guarded, hop).await.unwrap_err();
        assert!(
            matches!(error, EgressError::Blocked(BlockReason::PrivateAddress)),
            "{error:?}"
        );
    }

    #[test]
    fn causes_are_found_behind_io_errors() {
        let wrapped = io::Error::other(io::Error::other(BlockReason::Port));
        assert_eq!(cause::<BlockReason>(&wrapped), Some(&BlockReason::Port));
        assert_eq!(cause::<BlockReason>(&io::Error::other("text")), None);
    }
}
