//! JSON batches (Microsoft Graph, "Combine multiple HTTP requests using JSON batching").

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

use super::{PartAnswer, own_headers};
use crate::{answer::Answer, call::Call, error::EgressError};

#[derive(Serialize)]
struct Batch<'c> {
    requests: Vec<Part<'c>>,
}

#[derive(Serialize)]
struct Part<'c> {
    id: String,
    method: &'c str,
    url: &'c str,
    #[serde(skip_serializing_if = "Map::is_empty")]
    headers: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
}

#[derive(Deserialize)]
struct Answers<'a> {
    #[serde(borrow)]
    responses: Vec<PartOfAnswer<'a>>,
}

#[derive(Deserialize)]
struct PartOfAnswer<'a> {
    id: String,
    status: u16,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(borrow, default)]
    body: Option<&'a RawValue>,
}

/// One request that holds all calls, their addresses below the endpoint's folder.
pub(super) fn request(url: &Uri, calls: &[Arc<Call>]) -> Result<Request<Bytes>, EgressError> {
    let folder = url.path().rsplit_once('/').map_or("", |(folder, _)| folder);
    let parts = calls
        .iter()
        .enumerate()
        .map(|(place, call)| part(place, call, folder));
    let batch = Batch {
        requests: parts.collect::<Result<_, _>>()?,
    };
    let body = serde_json::to_vec(&batch).map_err(|_| EgressError::Invalid {
        reason: "it cannot be written into a batch",
    })?;
    Request::builder()
        .method(Method::POST)
        .uri(url)
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.into())
        .map_err(|_| EgressError::Invalid {
            reason: "the batch endpoint is no address",
        })
}

fn part<'c>(place: usize, call: &'c Call, folder: &str) -> Result<Part<'c>, EgressError> {
    let request = &call.request;
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let body = match request.body() {
        body if body.is_empty() => None,
        body => Some(serde_json::from_slice(body).map_err(|_| EgressError::Invalid {
            reason: "its body is no JSON, as a batch needs it",
        })?),
    };
    let headers = own_headers(call)
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.into())))
        .collect();
    Ok(Part {
        id: place.to_string(),
        method: request.method().as_str(),
        url: path.strip_prefix(folder).unwrap_or(path),
        headers,
        body,
    })
}

/// The parts of an answer that can be read, in no order.
pub(super) fn answers(whole: &Answer) -> Vec<PartAnswer> {
    let Ok(answers) = serde_json::from_slice::<Answers<'_>>(&whole.body) else {
        return Vec::new();
    };
    answers.responses.iter().filter_map(read_part).collect()
}

fn read_part(part: &PartOfAnswer<'_>) -> Option<PartAnswer> {
    let headers = part.headers.iter().filter_map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_str(value.as_str()?).ok()?))
    });
    Some(PartAnswer {
        place: part.id.parse().ok()?,
        status: StatusCode::from_u16(part.status).ok()?,
        headers: headers.collect::<HeaderMap>(),
        body: part
            .body
            .map_or_else(Bytes::new, |body| Bytes::copy_from_slice(body.get().as_bytes())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted::{call, dawn};

    #[test]
    fn calls_are_written_below_the_endpoint_s_folder() {
        let mut post = call();
        post.request = Request::builder()
            .method(Method::POST)
            .uri("https://graph.test/v1.0/me/events?$select=id")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Bytes::from_static(b"{\"subject\": \"x\"}"))
            .unwrap();
        let url = Uri::from_static("https://graph.test/v1.0/$batch");
        let request = request(&url, &[Arc::new(post)]).unwrap();
        assert_eq!(
            str::from_utf8(request.body()).unwrap(),
            r#"{"requests":[{"id":"0","method":"POST","url":"/me/events?$select=id","headers":{"content-type":"application/json"},"body":{"subject":"x"}}]}"#
        );
    }

    #[test]
    fn a_body_that_is_no_json_is_refused() {
        let mut post = call();
        *post.request.body_mut() = Bytes::from_static(b"<x/>");
        let url = Uri::from_static("https://graph.test/v1.0/$batch");
        let error = request(&url, &[Arc::new(post)]).unwrap_err();
        assert!(matches!(error, EgressError::Invalid { .. }));
    }

    #[test]
    fn answers_come_in_any_order() {
        let body = r#"{"responses":[{"id":"1","status":429,"headers":{"Retry-After":"3"},"body":{"error":{}}},
            {"id":"0","status":204}]}"#;
        let whole = Answer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::from(body),
            received_at: dawn(),
        };
        let parts = answers(&whole);
        let seen: Vec<_> = parts
            .iter()
            .map(|part| (part.place, part.status.as_u16()))
            .collect();
        assert_eq!(seen, [(1, 429), (0, 204)]);
        assert_eq!(parts[0].headers["retry-after"], "3");
        assert_eq!(parts[0].body, "{\"error\":{}}");
    }
}
