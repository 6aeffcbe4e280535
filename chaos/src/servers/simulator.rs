//! The Google of a run: `kalends simulate` in a process of its own, and its control plane.

use std::{fs::File, path::Path, process::Command, time::Duration};

use anyhow::Context;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::process::Process;

/// An OAuth client of the simulated Google: a fleet's, or the single server's.
pub(crate) struct OAuthClient {
    pub(crate) id: &'static str,
    pub(crate) secret: &'static str,
}

/// The client of the replicas that share PostgreSQL and Redis.
pub(crate) const FLEET: OAuthClient = OAuthClient {
    id: "1001-fleet",
    secret: "zqclientsecretfleet",
};
/// The client of the server on SQLite.
pub(crate) const SINGLE: OAuthClient = OAuthClient {
    id: "2002-single",
    secret: "zqclientsecretsingle",
};

/// A running simulator.
#[derive(Debug)]
pub(crate) struct Simulator {
    _process: Process,
    http: reqwest::Client,
    address: String,
}

impl Simulator {
    /// Starts it with an empty world and both clients.
    pub(crate) async fn start(kalends: &Path, folder: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(kalends);
        command.args(["simulate", "--listen", "127.0.0.1:0", "--world", "empty"]);
        for client in [FLEET, SINGLE] {
            command.args(["--client", &format!("{}:{}", client.id, client.secret)]);
        }
        command.stderr(File::create(folder.join("simulator.log"))?);
        let (process, address) = Process::start(command, "kalends simulator ready on ").await?;
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self {
            _process: process,
            http,
            address,
        })
    }

    /// Its base address, without a slash at the end.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// An order of the control plane: `path` is what stands behind `/_sim`.
    pub(crate) async fn order(&self, method: Method, path: &str, body: Value) -> anyhow::Result<Value> {
        self.send(method, &format!("{}/_sim{path}", self.address), body)
            .await
    }

    /// What a person does on their page; `path` is one of the calendar API.
    pub(crate) async fn act(
        &self,
        email: &str,
        method: Method,
        path: &str,
        body: Value,
    ) -> anyhow::Result<Value> {
        self.send(
            method,
            &format!("{}/_sim/people/{email}{path}", self.address),
            body,
        )
        .await
    }

    /// What a person tries on their page, which may be refused.
    pub(crate) async fn try_act(
        &self,
        email: &str,
        method: Method,
        path: &str,
        body: Value,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let address = format!("{}/_sim/people/{email}{path}", self.address);
        self.answer(method, &address, body).await
    }

    /// Takes back all that the person has granted to the client's project, as on the account's own security page.
    pub(crate) async fn revoke(&self, email: &str, client: &str) -> anyhow::Result<()> {
        let order = json!({"provider": "google", "email": email, "clientId": client, "scopes": "openid"});
        let tokens = self.order(Method::POST, "/tokens", order).await?;
        let token = tokens["accessToken"].as_str().context("no token was issued")?;
        let address = format!("{}/revoke", self.address);
        let answer = self.http.post(address).form(&[("token", token)]).send().await?;
        answer.error_for_status()?;
        Ok(())
    }

    async fn send(&self, method: Method, address: &str, body: Value) -> anyhow::Result<Value> {
        let (status, answer) = self.answer(method.clone(), address, body).await?;
        anyhow::ensure!(status.is_success(), "{method} {address}: {status} {answer}");
        Ok(answer)
    }

    async fn answer(
        &self,
        method: Method,
        address: &str,
        body: Value,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let mut request = self.http.request(method, address);
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        let answer = if text.is_empty() {
            Value::Null
        } else {
            // A refusal is shown as it is.
            serde_json::from_str(&text).or_else(|why| {
                if status.is_success() {
                    Err(why)
                } else {
                    Ok(Value::String(text))
                }
            })?
        };
        Ok((status, answer))
    }
}
