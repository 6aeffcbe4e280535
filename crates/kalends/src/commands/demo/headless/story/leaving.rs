//! The end of a connection.

use http::Method;

use super::{SOON, Story};
use crate::commands::demo::headless::until;

impl Story<'_> {
    pub(in super::super) async fn disconnect(&self) -> anyhow::Result<String> {
        let path = format!("v1/connections/{}", self.connection);
        self.app.ask(Method::DELETE, &path, None).await?;
        let connections = self.app.list("connections").await?;
        anyhow::ensure!(
            connections
                .iter()
                .all(|connection| connection["state"] == "disconnected"),
            "still connected: {connections:?}"
        );
        let time = self.app.time(self.window).await?;
        // What the application itself has planned stays.
        let own = self.own_event().await?;
        anyhow::ensure!(
            time.busy == [own],
            "other busy times than {own:?} are left: {:?}",
            time.busy
        );
        anyhow::ensure!(
            time.calendars.is_empty(),
            "calendars still count: {:?}",
            time.calendars
        );
        let events = self.app.list("external-events").await?;
        anyhow::ensure!(events.is_empty(), "{} events are left", events.len());
        let calls = self.google.join("_sim/calls")?;
        until(SOON, "the revocation at Google", async || {
            let calls = self
                .http
                .send(Method::GET, &calls, &[], String::new())
                .await?
                .json()?;
            let mut calls = calls["calls"].as_array().into_iter().flatten();
            Ok(calls
                .any(|call| call["path"] == "/revoke" && call["status"] == 200)
                .then_some(()))
        })
        .await?;
        Ok("no busy times but the application's own, no events, access revoked".to_owned())
    }
}
