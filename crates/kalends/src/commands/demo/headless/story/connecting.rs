//! From a connect link to an active connection, or to none.

use anyhow::Context;
use http::Method;
use serde_json::json;
use url::Url;

use super::Story;
use crate::commands::demo::{
    google,
    headless::{
        application::text,
        person::{Decision, Person},
    },
    tenant,
};

impl Story<'_> {
    pub(in super::super) async fn decline(&self) -> anyhow::Result<String> {
        let back = self.through_google(&["calendar_read"], Decision::Cancel).await?;
        let outcome = (query(&back, "status"), query(&back, "code"));
        anyhow::ensure!(
            outcome == (Some("error".to_owned()), Some("access_denied".to_owned())),
            "the person came back to {back}"
        );
        let connections = self.app.list("connections").await?;
        anyhow::ensure!(connections.is_empty(), "there are connections: {connections:?}");
        Ok("back with access_denied".to_owned())
    }

    pub(in super::super) async fn connect(&mut self) -> anyhow::Result<String> {
        let back = self.through_google(&["calendar_read"], Decision::Allow).await?;
        anyhow::ensure!(
            query(&back, "status").as_deref() == Some("connected"),
            "the person came back to {back}"
        );
        self.connection = query(&back, "connectionId").context("no connectionId came back")?;
        let connection = self
            .app
            .get(&format!("v1/connections/{}", self.connection))
            .await?;
        anyhow::ensure!(connection["state"] == "active", "the connection is {connection}");
        let granted = json!([{"feature": "calendar_read", "status": "granted"}]);
        anyhow::ensure!(
            connection["features"] == granted,
            "the connection is {connection}"
        );
        Ok(format!("{} is active", text(&connection, "account")?))
    }

    /// Google asks for more than before, and the person allows it.
    pub(super) async fn allow_writing(&self) -> anyhow::Result<()> {
        let features = ["calendar_read", "calendar_write"];
        let back = self.through_google(&features, Decision::Allow).await?;
        anyhow::ensure!(
            query(&back, "connectionId").as_ref() == Some(&self.connection),
            "the person came back to {back}"
        );
        let path = format!("v1/connections/{}", self.connection);
        let connection = self.app.get(&path).await?;
        let granted = json!({"feature": "calendar_write", "status": "granted"});
        let features = connection["features"].as_array();
        anyhow::ensure!(
            features.is_some_and(|features| features.contains(&granted)),
            "the connection is {connection}"
        );
        Ok(())
    }

    /// Follows a fresh connect link to its end.
    async fn through_google(&self, features: &[&str], decision: Decision) -> anyhow::Result<Url> {
        let session = json!({"userId": tenant::USER, "returnTo": self.page, "features": features});
        let session = self
            .app
            .ask(Method::POST, "v1/connect-sessions", Some(session))
            .await?;
        let link = text(&session, "url")?.parse()?;
        Person::new(self.http)
            .connect(link, google::EMAIL, decision)
            .await
    }
}

fn query(url: &Url, name: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    pairs
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
