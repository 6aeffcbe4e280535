//! One call to the Calendar API through egress, read or refused.

use bytes::Bytes;
use http::{Method, Request, header};
use kalends_egress::{AccountKey, Answer, Auth, Call, Repeat, Target, Usage};
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::{
    CALENDAR_SERVICE, Google,
    refusal::{self, Question},
};
use crate::provider::{Access, Ask, ProviderError};

/// Something that is posted, and whether it may be posted again when nobody knows what became of it.
pub(super) enum Post {
    /// It may: a second time changes nothing more.
    Repeatable(Question),
    /// It may not.
    Once(Question),
}

/// How a request is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sending {
    /// Whether it may be sent again when nobody knows what became of it.
    pub(super) repeat: Repeat,
    /// What it is for, where Google limits that on its own.
    pub(super) usage: Option<Usage>,
}

impl Sending {
    /// A second time changes nothing more.
    pub(super) const fn repeatable() -> Self {
        Self {
            repeat: Repeat::Safe,
            usage: None,
        }
    }
}

impl Google {
    /// The URL of a path below the API's address; each segment is escaped.
    pub(super) fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.settings.calendar_url.clone();
        // Only URLs such as `mailto:` have no segments; such a base is answered by egress with a clear refusal.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url.query_pairs_mut().extend_pairs(query);
        url
    }

    pub(super) async fn get(
        &self,
        ask: &Ask,
        url: &Url,
        question: Question,
    ) -> Result<Answer, ProviderError> {
        let request = Request::builder().uri(url.as_str());
        self.send(ask, request.body(Bytes::new()), (Repeat::Safe, question))
            .await
    }

    /// Posts a question, which changes nothing and may be repeated.
    pub(super) async fn post(
        &self,
        ask: &Ask,
        url: &Url,
        body: &Value,
        question: Question,
    ) -> Result<Answer, ProviderError> {
        self.send_post(ask, url, body, Post::Repeatable(question)).await
    }

    /// Posts an order.
    pub(super) async fn send_post(
        &self,
        ask: &Ask,
        url: &Url,
        body: &Value,
        post: Post,
    ) -> Result<Answer, ProviderError> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(url.as_str())
            .header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Bytes::from(body.to_string()));
        let (repeat, question) = match post {
            Post::Repeatable(question) => (Repeat::Safe, question),
            Post::Once(question) => (Repeat::OnlyIfRefused, question),
        };
        self.send(ask, request, (repeat, question)).await
    }

    async fn send(
        &self,
        ask: &Ask,
        request: http::Result<Request<Bytes>>,
        (repeat, question): (Repeat, Question),
    ) -> Result<Answer, ProviderError> {
        let answer = self.answer(ask, request, Sending { repeat, usage: None }).await?;
        if answer.status.is_success() {
            Ok(answer)
        } else {
            Err(refusal::meaning(&answer, question, self.ambient.now()))
        }
    }

    /// The answer to a request, whatever it says.
    pub(super) async fn answer(
        &self,
        ask: &Ask,
        request: http::Result<Request<Bytes>>,
        sending: Sending,
    ) -> Result<Answer, ProviderError> {
        let request = request.map_err(|error| ProviderError::Configuration {
            reason: format!("the Calendar API's URL: {error}"),
        })?;
        let auth = match &ask.account.access {
            Access::Token(token) => Auth::Bearer(token.clone()),
            Access::OAuth | Access::FeedUrl(_) => Auth::AccountToken,
        };
        let call = Call {
            account: Some(AccountKey(ask.account.connection.0)),
            lane: ask.lane,
            deadline: ask.deadline.saturating_duration_since(Instant::now()),
            auth,
            target: Target::Configured,
            repeat: sending.repeat,
            usage: sending.usage,
            classify: refusal::classify,
            ..Call::new(CALENDAR_SERVICE, self.settings.client_id.as_str().into(), request)
        };
        Ok(self.egress.send(call).await?)
    }
}
