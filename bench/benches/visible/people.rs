//! People who change their events at the simulated Google, as by its web page.

use anyhow::ensure;
use kalends_simulator::{FillOrder, Running};
use reqwest::Client;
use serde_json::json;

/// The event that everybody has and renames; it lies beyond all others, so that a question for its time finds it alone.
pub(crate) const START: &str = "2026-12-15T10:00:00Z";
pub(crate) const END: &str = "2026-12-15T11:00:00Z";
/// Other events of each calendar.
const OTHERS: u32 = 100;
const ID: &str = "lesson00";

pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) token: String,
    events: String,
    http: Client,
}

impl Person {
    /// A person with a filled calendar.
    pub(crate) async fn new(simulator: &Running, number: usize, http: Client) -> anyhow::Result<Self> {
        let email = format!("person-{number}@example.com");
        let control = simulator.control();
        control.fill(&FillOrder {
            email: email.clone(),
            people: None,
            calendar: None,
            count: OTHERS,
            seed: number as u64,
            from: None,
            to: Some("2026-12-14T00:00:00Z".parse()?),
            recurring_percent: Some(0),
        })?;
        let token = control.issue_tokens(&email, &["calendar"])?.access_token;
        let events = format!("{}/calendar/v3/calendars/primary/events", simulator.base_url());
        let person = Self {
            email,
            token,
            events,
            http,
        };
        let body =
            json!({"id": ID, "summary": "Lesson", "start": {"dateTime": START}, "end": {"dateTime": END}});
        person.send(person.http.post(&person.events), &body).await?;
        Ok(person)
    }

    /// Gives the event another title.
    pub(crate) async fn rename(&self, title: &str) -> anyhow::Result<()> {
        let event = self.http.patch(format!("{}/{ID}", self.events));
        self.send(event, &json!({"summary": title})).await
    }

    async fn send(&self, request: reqwest::RequestBuilder, body: &serde_json::Value) -> anyhow::Result<()> {
        let answer = request.bearer_auth(&self.token).json(body).send().await?;
        ensure!(
            answer.status().is_success(),
            "the simulator says {}",
            answer.status()
        );
        Ok(())
    }
}
