//! The application's backend: asks Kalends with the tenant's key.

use http::{Method, header};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use url::Url;

use super::{
    http::Http,
    spans::{Span, spans},
};
use crate::commands::demo::{site::Site, tenant};

/// The application.
pub(super) struct Application<'a> {
    http: &'a Http,
    base: Url,
    authorization: String,
}

/// What was answered about the person's time.
pub(super) struct Time {
    pub(super) busy: Vec<Span>,
    pub(super) open: Vec<Span>,
    pub(super) unknown: Vec<Span>,
    /// Evidence by calendar.
    pub(super) calendars: Vec<Value>,
}

impl<'a> Application<'a> {
    pub(super) fn new(http: &'a Http, site: &Site) -> Self {
        Self {
            http,
            base: site.page.clone(),
            authorization: format!("Bearer {}", site.key.expose_secret()),
        }
    }

    pub(super) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.ask(Method::GET, path, None).await
    }

    pub(super) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let url = self.base.join(path)?;
        let headers = [
            (header::AUTHORIZATION, self.authorization.as_str()),
            (header::CONTENT_TYPE, "application/json"),
        ];
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.http.send(method, &url, &headers, body).await?.json()
    }

    /// The items of a list about the person.
    pub(super) async fn list(&self, what: &str) -> anyhow::Result<Vec<Value>> {
        let page = self
            .get(&format!("v1/{what}?userId={}&limit=200", tenant::USER))
            .await?;
        let items = page["items"].as_array().cloned();
        items.ok_or_else(|| anyhow::anyhow!("the list of {what} had no items: {page}"))
    }

    /// The person's time in a window.
    pub(super) async fn time(&self, window: Span) -> anyhow::Result<Time> {
        let question = json!({
            "userIds": [tenant::USER],
            "from": window.start,
            "to": window.end,
        });
        let answer = self.ask(Method::POST, "v1/availability", Some(question)).await?;
        let person = &answer["users"][0];
        Ok(Time {
            busy: spans(&person["busy"])?,
            open: spans(&person["open"])?,
            unknown: spans(&person["unknown"])?,
            calendars: person["calendars"].as_array().cloned().unwrap_or_default(),
        })
    }

    /// The slots of a window.
    pub(super) async fn slots(&self, window: Span, minutes: i64) -> anyhow::Result<Vec<Span>> {
        let question = json!({
            "userIds": [tenant::USER],
            "from": window.start,
            "to": window.end,
            "durationMinutes": minutes,
            "stepMinutes": 15,
        });
        let answer = self.ask(Method::POST, "v1/slots", Some(question)).await?;
        anyhow::ensure!(
            answer["unknown"] == json!([]),
            "some open time is unknown: {answer}"
        );
        anyhow::ensure!(
            answer["more"] == json!(false),
            "there are more slots than were answered"
        );
        spans(&answer["slots"])
    }
}

/// Text of a field that must be there.
pub(super) fn text<'v>(value: &'v Value, field: &str) -> anyhow::Result<&'v str> {
    value[field]
        .as_str()
        .ok_or_else(|| anyhow::anyhow!("{field} is missing in {value}"))
}

/// An instant of a field that must be there.
pub(super) fn instant(value: &Value, field: &str) -> anyhow::Result<Timestamp> {
    Ok(text(value, field)?.parse()?)
}
