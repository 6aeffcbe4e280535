//! The person's own calendar at the simulated Google, in which an event is moved behind Kalends' back.

use http::{Method, header};
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::{
    application::{Time, text},
    http::Http,
    spans::Span,
};

/// Which event goes where.
pub(super) struct Move {
    /// Google's id.
    pub(super) id: String,
    pub(super) from: Span,
    pub(super) to: Span,
}

impl Move {
    /// Events that stand alone in their open hours, so that moving one frees all of its time.
    pub(super) fn candidates(events: &[Value], time: &Time) -> Vec<(String, Span)> {
        let alone =
            |span: &Span| time.busy.contains(span) && time.open.iter().any(|open| open.contains(*span));
        let timed = events.iter().filter(|event| event.get("attendees").is_none());
        timed
            .filter_map(|event| {
                let at = |end: &str| event[end]["dateTime"].as_str()?.parse::<Timestamp>().ok();
                let span = Span {
                    start: at("start")?,
                    end: at("end")?,
                };
                Some((event["id"].as_str()?.to_owned(), span))
            })
            .filter(|(_, span)| alone(span))
            .collect()
    }
}

/// The primary calendar of an account.
pub(super) struct Calendar<'a> {
    http: &'a Http,
    events: Url,
    authorization: String,
}

impl<'a> Calendar<'a> {
    /// Signs in as the owner of the account.
    pub(super) async fn sign_in(http: &'a Http, google: &Url, email: &str) -> anyhow::Result<Self> {
        let order = json!({
            "provider": "google", "email": email, "scopes": ["https://www.googleapis.com/auth/calendar"]
        });
        let json = [(header::CONTENT_TYPE, "application/json")];
        let tokens = http
            .send(
                Method::POST,
                &google.join("_sim/tokens")?,
                &json,
                order.to_string(),
            )
            .await?
            .json()?;
        Ok(Self {
            http,
            events: google.join("calendar/v3/calendars/primary/events")?,
            authorization: format!("Bearer {}", text(&tokens, "accessToken")?),
        })
    }

    /// The events of a window, series as their single occurrences.
    pub(super) async fn events(&self, window: Span) -> anyhow::Result<Vec<Value>> {
        let mut url = self.events.clone();
        url.query_pairs_mut()
            .append_pair("singleEvents", "true")
            .append_pair("timeMin", &window.start.to_string())
            .append_pair("timeMax", &window.end.to_string());
        let page = self.call(Method::GET, &url, String::new()).await?;
        Ok(page["items"].as_array().cloned().unwrap_or_default())
    }

    /// The event of a window that has this title.
    pub(super) async fn titled(&self, window: Span, title: &str) -> anyhow::Result<Option<Value>> {
        let events = self.events(window).await?;
        Ok(events.into_iter().find(|event| event["summary"] == title))
    }

    /// Moves an event.
    pub(super) async fn put(&self, id: &str, to: Span) -> anyhow::Result<()> {
        let url = format!("{}/{id}", self.events).parse()?;
        let change = json!({"start": {"dateTime": to.start}, "end": {"dateTime": to.end}});
        self.call(Method::PATCH, &url, change.to_string()).await?;
        Ok(())
    }

    async fn call(&self, method: Method, url: &Url, body: String) -> anyhow::Result<Value> {
        let headers = [
            (header::AUTHORIZATION, self.authorization.as_str()),
            (header::CONTENT_TYPE, "application/json"),
        ];
        self.http.send(method, url, &headers, body).await?.json()
    }
}
