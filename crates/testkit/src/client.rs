//! An application's backend: sends requests with its key.

use axum::{
    body::Body,
    http::{Method, Request, header},
    response::Response,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::{Answer, transport::Transport};

/// Sends requests to the server in the name of one tenant.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) transport: Transport,
    pub(crate) key: SecretString,
}

impl Client {
    /// For a server that listens at `address`.
    pub fn at(address: &str, key: SecretString) -> Self {
        Self {
            transport: Transport::to(address),
            key,
        }
    }

    /// `GET`
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// `POST` with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// `PUT` with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// `PATCH` with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// `DELETE`
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// `POST` without the key and without a body, with these headers.
    pub async fn post_without_key(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = headers
            .iter()
            .fold(Request::post(path), |request, (name, value)| {
                request.header(*name, *value)
            });
        self.raw(request.body(Body::empty()).unwrap()).await
    }

    /// Any request, as it is, without the key.
    pub async fn raw(&self, request: Request<Body>) -> Answer {
        Answer::read(self.raw_response(request).await).await
    }

    /// As [`Client::raw`], with the body unread, which may be no text.
    pub async fn raw_response(&self, request: Request<Body>) -> Response<Body> {
        self.transport.send(request).await
    }

    /// The `Authorization` header of the tenant's key.
    pub fn authorization(&self) -> String {
        format!("Bearer {}", self.key.expose_secret())
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, self.authorization());
        let request = match body {
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.raw(request.unwrap()).await
    }
}
