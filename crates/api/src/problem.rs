//! Errors as programs and people see them: `application/problem+json` (RFC 9457).
//!
//! A handler returns `Err(Problem)`; the response then carries the problem aside, and `layers::answer` writes the
//! body once, with the request's id. Every problem has a [`Code`] that never changes its meaning; `detail` says in
//! words what happened and what would be right, and `errors` names fields.
//!
//! To add a code, add it to `problem/code.rs`; to give an engine error one, add it to `problem/engine.rs` or
//! `problem/connect.rs`, the only places that map the engine's errors to HTTP.

mod code;
mod connect;
mod engine;
mod not_free;

use std::{borrow::Cow, error::Error};

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use code::Code;
use not_free::NotFreeBody;

/// Why a request was not answered as asked.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    code: Code,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    retry_after_seconds: Option<u64>,
    etag: Option<String>,
    not_free: Option<Box<NotFreeBody>>,
}

/// What is wrong with one field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// Path of the field in the body, or the name of the path or query parameter.
    #[schema(examples("openHours.weekly[0].start"))]
    pub(crate) field: String,
    /// What is wrong with it and what would be right.
    #[schema(examples("must be a time of day such as 09:00"))]
    pub(crate) message: String,
}

/// The answer to a request that could not be answered as asked (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem, examples(json!({
    "type": "/docs#problem-invalid_request", "title": "The request is not valid", "status": 400,
    "detail": "durationMinutes: must be from 1 to 10080", "code": "invalid_request",
    "errors": [{"field": "durationMinutes", "message": "must be from 1 to 10080"}],
    "requestId": "01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90"
})))]
pub(crate) struct ProblemBody<'a> {
    /// Address of the explanation of this sort of problem, relative to the server.
    #[serde(rename = "type")]
    #[schema(examples("/docs#problem-invalid_request"))]
    kind: String,
    /// The sort of problem in a few words.
    #[schema(examples("The request is not valid"))]
    title: &'static str,
    /// The HTTP status.
    #[schema(examples(400))]
    status: u16,
    /// What happened, for a person.
    #[schema(examples("durationMinutes: must be at least 1"))]
    detail: &'a str,
    /// What happened, for a program; codes keep their meaning.
    code: Code,
    /// The fields that are wrong, when the problem lies in some.
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'a [FieldError],
    /// With the code `not_free`.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    not_free: Option<&'a NotFreeBody>,
    /// Names the request in the server's logs; also in the header `x-request-id`.
    #[schema(examples("01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90"))]
    request_id: &'a str,
}

impl Problem {
    /// A problem that no single field is to blame for.
    pub(crate) fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after_seconds: None,
            etag: None,
            not_free: None,
        }
    }

    /// One field is wrong.
    pub(crate) fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        let error = FieldError {
            field: field.into(),
            message: message.into(),
        };
        Self {
            detail: format!("{}: {}", error.field, error.message).into(),
            errors: vec![error],
            ..Self::new(Code::InvalidRequest, "")
        }
    }

    /// The same of a part of the request: fields are named from its top.
    pub(crate) fn inside(mut self, path: &str) -> Self {
        for error in &mut self.errors {
            error.field = format!("{path}.{}", error.field);
        }
        if let [error] = self.errors.as_slice() {
            self.detail = format!("{}: {}", error.field, error.message).into();
        }
        self
    }

    /// There is no such thing here, or it belongs to another tenant, which is the same to the caller.
    pub(crate) fn not_found(what: &'static str) -> Self {
        Self::new(Code::NotFound, format!("There is no such {what}."))
    }

    /// A fault of this server: the cause goes to the log, once, and not to the caller.
    pub(crate) fn internal(error: &(dyn Error + 'static)) -> Self {
        tracing::error!(error, "request failed by a fault of this server");
        Self::new(
            Code::Internal,
            "The server failed to answer. The log has the cause under this request's id.",
        )
    }

    /// Says when the same request may work.
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// Says of which version the thing is.
    pub(crate) fn etag(mut self, etag: Option<String>) -> Self {
        self.etag = etag;
        self
    }

    /// What happened, for a program.
    pub(crate) const fn code(&self) -> Code {
        self.code
    }

    /// What happened, for a person.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// The body, with the id of the request that it answers.
    pub(crate) fn body<'a>(&'a self, request_id: &'a str) -> ProblemBody<'a> {
        ProblemBody {
            kind: format!("/docs#problem-{}", self.code.name()),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: &self.detail,
            code: self.code,
            errors: &self.errors,
            not_free: self.not_free.as_deref(),
            request_id,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        let headers = response.headers_mut();
        if self.code.status() == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"kalends\""),
            );
        }
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(etag) = self.etag.as_deref().and_then(|etag| etag.parse().ok()) {
            headers.insert(header::ETAG, etag);
        }
        response.extensions_mut().insert(self);
        response
    }
}
