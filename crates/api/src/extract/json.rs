//! JSON bodies.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};

use super::unreadable;
use crate::problem::{Code, Problem};

/// A JSON body: of a request, read strictly, or of an answer.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

/// A JSON body whose shape another part of the request decides.
#[derive(Debug)]
pub(crate) struct JsonBytes(Bytes);

impl JsonBytes {
    /// Reads the body strictly.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        read(&self.0)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        JsonBytes::from_request(request, state).await?.read().map(Self)
    }
}

impl<S: Send + Sync> FromRequest<S> for JsonBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                Code::UnsupportedMediaType,
                "Send the body with the header Content-Type: application/json.",
            ));
        }
        whole_body(request).await.map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// All of the request's body, up to the server's limit.
pub(crate) async fn whole_body(request: Request) -> Result<Bytes, Problem> {
    Bytes::from_request(request, &())
        .await
        .map_err(|error| too_large(&error))
}

/// Reads the fast way; only a body that fails is read again to learn where.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // serde would also read a struct from an array of its fields.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Problem::field("body", "must be a JSON object"));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        if !error.is_data() {
            return Problem::new(Code::MalformedBody, format!("The body is not JSON: {error}."));
        }
        let deserializer = &mut serde_json::Deserializer::from_slice(bytes);
        match serde_path_to_error::deserialize::<_, T>(deserializer) {
            Err(error) => unreadable(&error.path().to_string(), &error.inner().to_string()),
            Ok(_) => unreadable(".", &error.to_string()),
        }
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.split(';').next().unwrap_or_default().trim());
    media_type.is_some_and(|media_type| {
        media_type.eq_ignore_ascii_case("application/json")
            || (media_type.starts_with("application/") && media_type.ends_with("+json"))
    })
}

fn too_large(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(Code::BodyTooLarge, "The body is larger than the server accepts.")
    } else {
        Problem::new(Code::MalformedBody, "The body ended before it was complete.")
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Outer {
        duration_minutes: u32,
        #[serde(default)]
        hours: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Inner {
        day: u8,
    }

    #[track_caller]
    fn check(body: &str, expect: &str) {
        let problem = read::<Outer>(body.as_bytes()).unwrap_err();
        assert_eq!(format!("{} {}", problem.code().name(), problem.detail()), expect);
    }

    #[test]
    fn a_wrong_body_names_its_field() {
        check(
            "{",
            "malformed_body The body is not JSON: EOF while parsing an object at line 1 column 1.",
        );
        check("{}", "invalid_request durationMinutes: is required");
        check(
            r#"{"durationMinutes": 1, "colour": 2}"#,
            "invalid_request colour: is not a field of this request, expected `durationMinutes` or `hours`",
        );
        check(
            r#"{"durationMinutes": "x"}"#,
            "invalid_request durationMinutes: must be a whole number, not string \"x\"",
        );
        check(
            r#"{"durationMinutes": 1, "hours": [{"day": 1}, {"day": 300}]}"#,
            "invalid_request hours[1].day: is out of range",
        );
        check(
            r#"{"durationMinutes": 1, "hours": {}}"#,
            "invalid_request hours: must be a list, not an object",
        );
        check("null", "invalid_request body: must be an object, not null");
        check(
            r#"{"durationMinutes": 1, "hours": [{}]}"#,
            "invalid_request hours[0].day: is required",
        );
        check(
            r#"{"durationMinutes": 1, "hours": [{"day": 1, "dya": 1}]}"#,
            "invalid_request hours[0].dya: is not a field of this request, expected `day`",
        );
        check("[1]", "invalid_request body: must be a JSON object");
    }
}
