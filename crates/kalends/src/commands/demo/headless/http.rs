//! HTTP as the story speaks it: no redirect is followed by itself, every answer is looked at.

use anyhow::Context;
use bytes::Bytes;
use http::{Method, StatusCode, header};
use kalends_core::ambient::Ambient;
use kalends_egress::{Answer, Call, ClientKey, Egress, EgressConfig, Service, Surroundings};
use serde_json::Value;
use url::Url;

/// Sends requests.
pub(super) struct Http(Egress);

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    /// Where it leads, when it leads somewhere.
    pub(super) location: Option<Url>,
    /// `Set-Cookie` headers.
    pub(super) cookies: Vec<String>,
    pub(super) text: String,
}

impl Http {
    pub(super) fn new(ambient: &Ambient) -> anyhow::Result<Self> {
        let clock = ambient.clone();
        let surroundings = Surroundings::new(move || clock.now(), || 0.5);
        let egress =
            Egress::new(EgressConfig::new(surroundings)).context("the HTTP client cannot be made")?;
        Ok(Self(egress))
    }

    /// Sends a request and reads the whole answer, whatever its status.
    pub(super) async fn send(
        &self,
        method: Method,
        url: &Url,
        headers: &[(header::HeaderName, &str)],
        body: String,
    ) -> anyhow::Result<Reply> {
        let mut request = http::Request::builder().method(method.clone()).uri(url.as_str());
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let request = request.body(Bytes::from(body))?;
        let call = Call::new(Service("demo"), ClientKey::default(), request);
        let what = || format!("{method} {}", url.path());
        let answer = self.0.send(call).await.with_context(what)?;
        Reply::read(&answer, url).with_context(what)
    }
}

impl Reply {
    fn read(answer: &Answer, url: &Url) -> anyhow::Result<Self> {
        let text = |value: &header::HeaderValue| value.to_str().map(str::to_owned);
        let location = answer.headers.get(header::LOCATION).map(text).transpose()?;
        let cookies = answer.headers.get_all(header::SET_COOKIE).iter().map(text);
        Ok(Self {
            status: answer.status,
            location: location.map(|location| url.join(&location)).transpose()?,
            cookies: cookies.collect::<Result<_, _>>()?,
            text: String::from_utf8_lossy(&answer.body).into_owned(),
        })
    }

    /// The body of a success, as JSON; nothing is `null`.
    pub(super) fn json(&self) -> anyhow::Result<Value> {
        anyhow::ensure!(
            self.status.is_success(),
            "the answer was {} {}",
            self.status,
            self.text
        );
        if self.text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&self.text).with_context(|| format!("the answer was no JSON: {}", self.text))
    }
}
