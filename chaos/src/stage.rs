//! What all lanes and checks share.

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::{
    agenda::Agenda,
    app::App,
    browser,
    cast::Person,
    journal::Journal,
    ledger::{CalendarSpot, Ledger},
    limits::Budgets,
    servers::simulator::Simulator,
};

/// The run's surroundings.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) seed: u64,
    /// When it began; events lie around this instant.
    pub(crate) begun: Timestamp,
    pub(crate) simulator: Simulator,
    /// Of each tenant.
    pub(crate) sites: Vec<Site>,
    pub(crate) people: Vec<Person>,
    /// Held while somebody's connection is being changed.
    pub(crate) doors: Vec<Mutex<()>>,
    pub(crate) ledger: Ledger,
    /// The application's own events.
    pub(crate) agenda: Agenda,
    pub(crate) budgets: Budgets,
    pub(crate) journal: Journal,
}

/// A tenant on its servers.
#[derive(Debug)]
pub(crate) struct Site {
    /// The tenant's id.
    pub(crate) tenant: String,
    /// Its application, which knows every server.
    pub(crate) app: App,
    /// The OAuth client of its servers.
    pub(crate) client: &'static str,
}

impl Stage {
    /// The site of a person.
    pub(crate) fn site(&self, person: usize) -> &Site {
        &self.sites[self.people[person].site]
    }

    /// The id that Kalends gave a calendar of the person, with its row.
    pub(crate) async fn calendars(&self, person: usize) -> anyhow::Result<Vec<Value>> {
        let path = format!("/v1/calendars?userId={}", self.people[person].user);
        self.site(person).app.all(&path).await
    }

    /// Sends the person through a sign-in.
    pub(crate) async fn connect(&self, person: usize) -> anyhow::Result<()> {
        let who = &self.people[person];
        let session = json!({"userId": who.user, "provider": "google", "loginHint": who.email,
            "returnTo": browser::RETURN_TO, "features": ["calendar_read", "calendar_write"]});
        let app = &self.site(person).app;
        let reply = app.insist(Method::POST, "/v1/connect-sessions", &session).await?;
        let session = reply.success()?;
        let link = session["url"].as_str().unwrap_or_default();
        browser::connect(link, &who.email).await
    }

    /// The calendar's id at Google.
    pub(crate) fn google_id(&self, (person, calendar): CalendarSpot) -> &str {
        &self.people[person].calendars[calendar]
    }
}
