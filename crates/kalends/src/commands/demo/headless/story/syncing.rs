//! The first sync of the main calendar, and that of a second one.

use std::time::Duration;

use anyhow::Context;
use http::Method;
use serde_json::json;

use super::Story;
use crate::commands::demo::{
    google,
    headless::{application::text, until},
};

/// How long a first sync may take; the rate limit of one account is in it.
const FIRST_SYNC: Duration = Duration::from_mins(1);

impl Story<'_> {
    pub(in super::super) async fn first_sync(&self) -> anyhow::Result<String> {
        let mut pages_seen = 0;
        let main = until(FIRST_SYNC, "the end of the first sync", async || {
            let calendars = self.app.list("calendars").await?;
            let main = calendars.into_iter().find(|calendar| calendar["primary"] == true);
            let pages = main.as_ref().and_then(|main| main["progress"]["pages"].as_u64());
            pages_seen = pages_seen.max(pages.unwrap_or(0));
            Ok(main.filter(|main| main.get("lastSyncedAt").is_some()))
        })
        .await?;
        anyhow::ensure!(pages_seen > 0, "no progress was shown on the way");
        let runs = self
            .app
            .get(&format!("v1/connections/{}/sync-runs", self.connection))
            .await?;
        let runs = runs["items"].as_array().cloned().unwrap_or_default();
        let first = runs
            .iter()
            .find(|run| run["kind"] == "full" && run["calendarId"] == main["id"]);
        let first = first.with_context(|| format!("no full run is listed: {runs:?}"))?;
        let [created, pages] = ["created", "pages"].map(|count| first["counts"][count].as_u64().unwrap_or(0));
        anyhow::ensure!(first["outcome"] == "completed", "the run is {first}");
        anyhow::ensure!(
            created > u64::from(google::ARCHIVE),
            "only {created} events were read: {first}"
        );
        Ok(format!("{created} events in {pages} pages"))
    }

    pub(in super::super) async fn choose_more(&self) -> anyhow::Result<String> {
        let before = self.checked_slots().await?;
        let calendars = self.app.list("calendars").await?;
        let other = calendars
            .iter()
            .find(|calendar| calendar["name"] == "Piano lessons");
        let other = other.with_context(|| format!("Piano lessons is not among {calendars:?}"))?;
        anyhow::ensure!(other["selected"] == false, "it counts already: {other}");
        let path = format!("v1/calendars/{}", text(other, "id")?);
        self.app
            .ask(Method::PATCH, &path, Some(json!({"selected": true})))
            .await?;
        until(FIRST_SYNC, "the sync of the second calendar", async || {
            let evidence = self.app.time(self.window).await?.calendars;
            let known = evidence.iter().filter(|one| one["status"] != "unknown");
            Ok((known.count() == 2).then_some(()))
        })
        .await?;
        let after = self.checked_slots().await?;
        anyhow::ensure!(
            after.len() < before.len() && after.iter().all(|slot| before.contains(slot)),
            "there were {} slots before and {} after",
            before.len(),
            after.len()
        );
        Ok(format!("{} of {} slots are left", after.len(), before.len()))
    }
}
