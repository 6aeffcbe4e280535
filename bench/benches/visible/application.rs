//! The application, which asks what stands on somebody's calendar.

use anyhow::Context;
use kalends_bench::loopback;
use reqwest::Client;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use crate::{
    people::{END, START},
    site::{Site, user},
};

pub(crate) struct Application {
    http: Client,
    server: Url,
    key: SecretString,
}

impl Application {
    pub(crate) fn of(site: &Site) -> anyhow::Result<Self> {
        Ok(Self {
            http: loopback::client()?,
            server: site.url.clone(),
            key: site.kalends.key.clone(),
        })
    }

    /// The title of the person's event as Kalends shows it now.
    pub(crate) async fn title(&self, number: usize) -> anyhow::Result<String> {
        let mut url = self.server.join("/v1/external-events")?;
        url.query_pairs_mut()
            .append_pair("userId", &user(number))
            .append_pair("from", START)
            .append_pair("to", END);
        let answer = self
            .http
            .get(url)
            .bearer_auth(self.key.expose_secret())
            .send()
            .await?;
        let page: Value = answer.error_for_status()?.json().await?;
        let title = page["items"][0]["title"].as_str();
        Ok(title.context("no event")?.to_owned())
    }
}
