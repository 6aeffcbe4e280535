//! One call to the Calendar API through egress, read or refused.

use bytes::Bytes;
use http::{Method, Request, header};
use kalends_egress::{AccountKey, Answer, Auth, BatchEndpoint, BatchForm, Call, Repeat, Target, Usage};
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
    /// Whether it waits a moment for others.
    pub(super) travel: Travel,
}

/// Whether a request waits a moment for others, to be sent with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Travel {
    Alone,
    Together,
}

/// Calls in one request; Google's limit for calendars (Google Calendar API guide "Send batch requests").
const MOST_TOGETHER: usize = 50;

/// Where an API at this address takes several calls in one request: `/batch/calendar/v3` beside `/calendar/v3`.
pub(super) fn batch_endpoint(calendar_url: &Url) -> Option<BatchEndpoint> {
    let folder = calendar_url
        .path()
        .trim_end_matches('/')
        .strip_suffix("/calendar/v3")?;
    let mut url = calendar_url.clone();
    url.set_path(&format!("{folder}/batch/calendar/v3"));
    Some(BatchEndpoint {
        url: url.as_str().parse().ok()?,
        form: BatchForm::Multipart,
        most: MOST_TOGETHER,
    })
}

impl Sending {
    /// A second time changes nothing more.
    pub(super) const fn repeatable() -> Self {
        Self {
            repeat: Repeat::Safe,
            usage: None,
            travel: Travel::Alone,
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
        let sending = Sending {
            repeat,
            ..Sending::repeatable()
        };
        let answer = self.answer(ask, request, sending).await?;
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
            batch: match sending.travel {
                Travel::Alone => None,
                Travel::Together => self.batch.clone(),
            },
            repeat: sending.repeat,
            usage: sending.usage,
            classify: refusal::classify,
            ..Call::new(CALENDAR_SERVICE, self.settings.client_id.as_str().into(), request)
        };
        Ok(self.egress.send(call).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_batch_endpoint_stands_beside_the_api() {
        #[track_caller]
        fn check(calendar_url: &str, expect: Option<&str>) {
            let endpoint = batch_endpoint(&Url::parse(calendar_url).unwrap());
            assert_eq!(
                endpoint.map(|endpoint| endpoint.url.to_string()).as_deref(),
                expect
            );
        }
        let google = "https://www.googleapis.com/batch/calendar/v3";
        check(super::super::CALENDAR_URL, Some(google));
        check(
            "http://127.0.0.1:9/google/calendar/v3/",
            Some("http://127.0.0.1:9/google/batch/calendar/v3"),
        );
        check("http://127.0.0.1:9/api", None);
    }
}
