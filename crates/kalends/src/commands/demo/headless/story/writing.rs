//! An event of the application on the person's calendar, and what the person then does to it there.

use std::time::Duration;

use anyhow::Context;
use http::Method;
use serde_json::{Value, json};

use super::{APPOINTMENT, Story};
use crate::commands::demo::{
    google,
    headless::{
        application::{instant, text},
        move_event::Calendar,
        spans::Span,
        until,
    },
    tenant,
};

/// How long the way to Google, or back, may take; the rate limit of one account is in it.
const SOON: Duration = Duration::from_secs(20);
/// The application's name for its event.
const EVENT: &str = "v1/events/trial-lesson";
const TITLE: &str = "Trial lesson";

impl Story<'_> {
    pub(in super::super) async fn put_event(&self) -> anyhow::Result<String> {
        let setting = format!("v1/users/{}/settings/calendar_write", tenant::USER);
        self.app
            .ask(Method::PUT, &setting, Some(json!({"enabled": true})))
            .await?;
        self.allow_writing().await?;
        let calendars = self.app.list("calendars").await?;
        let main = calendars.iter().find(|calendar| calendar["primary"] == true);
        let path = format!("v1/calendars/{}", text(main.context("no main calendar")?, "id")?);
        self.app
            .ask(Method::PATCH, &path, Some(json!({"writeTarget": true})))
            .await?;

        let slots = self.checked_slots().await?;
        let slot = *slots.first().context("there is no slot")?;
        let event = json!({
            "title": TITLE, "start": slot.start, "end": slot.end, "timeZone": "Europe/Zurich",
            "people": [{"userId": tenant::USER, "role": "organizer"}],
        });
        self.app.ask(Method::PUT, EVENT, Some(event)).await?;
        until(SOON, "the event at Google", async || {
            let event = self.app.get(EVENT).await?;
            Ok((event["links"][0]["status"] == "synced").then_some(()))
        })
        .await?;
        let calendar = Calendar::sign_in(self.http, &self.google, google::EMAIL).await?;
        let there = calendar.titled(self.window, TITLE).await?;
        let there = there.context("the person does not see the event")?;
        Ok(format!("{TITLE} at {}", text(&there["start"], "dateTime")?))
    }

    pub(in super::super) async fn move_ours(&self) -> anyhow::Result<String> {
        let calendar = Calendar::sign_in(self.http, &self.google, google::EMAIL).await?;
        let there = calendar.titled(self.window, TITLE).await?;
        let there = there.context("the person does not see the event")?;
        let slots = self.app.slots(self.window, APPOINTMENT).await?;
        let to = *slots.last().context("there is no slot")?;
        let before = self.app.get("v1/changes?after=0&limit=1").await?["lastSeq"].clone();
        calendar.put(text(&there, "id")?, to).await?;
        let news = format!("v1/changes?after={before}&limit=200");
        let told = until(SOON, "the change in the feed", async || {
            let news = self.app.get(&news).await?;
            let is_move = |change: &&Value| change["type"] == "event.moved_externally";
            let items = news["items"].as_array().map(Vec::as_slice).unwrap_or_default();
            Ok(items.iter().find(is_move).cloned())
        })
        .await?;
        let after = &told["data"]["fields"]["when"]["after"];
        anyhow::ensure!(
            after["start"] == json!(to.start),
            "the application was told {told}"
        );
        let own = self.own_event().await?;
        anyhow::ensure!(own == to, "the application's event is at {own:?}");
        Ok(format!("{} to {}", text(&told, "type")?, to.start))
    }

    /// When the application's event takes place.
    pub(super) async fn own_event(&self) -> anyhow::Result<Span> {
        let event = self.app.get(EVENT).await?;
        Ok(Span {
            start: instant(&event, "start")?,
            end: instant(&event, "end")?,
        })
    }
}
