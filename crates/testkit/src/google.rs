//! An account at the simulated Google, as its owner uses it.

use reqwest::Method;
use serde_json::{Value, json};

/// A person's Google account at the simulator; what is done here is done behind Kalends' back.
#[derive(Clone, Debug)]
pub struct GoogleAccount {
    http: reqwest::Client,
    base_url: String,
    token: String,
}

impl GoogleAccount {
    /// Signs in, making the account when there is none.
    pub(crate) async fn sign_in(http: reqwest::Client, base_url: &str, email: &str) -> Self {
        let scopes = ["https://www.googleapis.com/auth/calendar"];
        let body = json!({"provider": "google", "email": email, "scopes": scopes});
        let answer = send(
            &http,
            Method::POST,
            &format!("{base_url}/_sim/tokens"),
            "",
            Some(body),
        )
        .await;
        Self {
            http,
            base_url: base_url.to_owned(),
            token: answer["accessToken"].as_str().unwrap().to_owned(),
        }
    }

    /// Puts an event, in Google's own form, into the account's main calendar; answers its id.
    pub async fn insert(&self, event: Value) -> String {
        let event = self
            .call(Method::POST, "/calendars/primary/events", Some(event))
            .await;
        event["id"].as_str().unwrap().to_owned()
    }

    /// Changes fields of an event of the main calendar.
    pub async fn patch(&self, id: &str, fields: Value) {
        self.call(
            Method::PATCH,
            &format!("/calendars/primary/events/{id}"),
            Some(fields),
        )
        .await;
    }

    /// Deletes an event of the main calendar.
    pub async fn delete(&self, id: &str) {
        self.call(Method::DELETE, &format!("/calendars/primary/events/{id}"), None)
            .await;
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let address = format!("{}/calendar/v3{path}", self.base_url);
        send(&self.http, method, &address, &self.token, body).await
    }
}

async fn send(
    http: &reqwest::Client,
    method: Method,
    address: &str,
    token: &str,
    body: Option<Value>,
) -> Value {
    let mut request = http.request(method, address).bearer_auth(token);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert!(status.is_success(), "{address}: {status} {text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}
