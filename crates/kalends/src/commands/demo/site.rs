//! Everything that the demo runs on, from the temporary folder to the page.

use std::path::Path;

use anyhow::Context;
use kalends_api::{ApiConfig, DemoPage};
use kalends_core::ambient::Ambient;
use kalends_engine::Engine;
use kalends_simulator::{OAuthClient, Running};
use kalends_store::{KeyRing, Store};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::Url;

use super::{google, tenant};
use crate::{
    cli::ConfigArgs,
    commands::sources,
    config::{Config, http},
    telemetry,
    wiring::{self, Migrations},
};

/// Seconds from one poll of a calendar to the next.
const POLL_SECONDS: u32 = 2;

/// The parts of a running demo.
pub(super) struct Site {
    /// The simulated Google.
    pub(super) simulator: Running,
    /// What Kalends does.
    pub(super) engine: Engine,
    /// The server's settings, with the page.
    pub(super) api: ApiConfig,
    /// Where the page is.
    pub(super) page: Url,
    /// The key of the demo's tenant.
    pub(super) key: SecretString,
    /// Time and randomness.
    pub(super) ambient: Ambient,
    store: Store,
    folder: TempDir,
}

impl Site {
    /// Puts the demo together behind a listener. Nothing is served yet.
    pub(super) async fn open(listener: &TcpListener, ambient: Ambient) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("kalends-demo-")
            .tempdir()
            .context("no temporary folder can be made")?;
        let simulator = google::start(ambient.clone()).await?;
        let config = config(folder.path(), listener, &simulator, &ambient)?;
        telemetry::install(&config.log);
        let page = config.server.public_url();
        let store = wiring::store(&config, &ambient, Migrations::Apply).await?;
        let engine = wiring::engine(&config, store.clone(), ambient.clone())?.engine;
        let key = tenant::create(&engine, &page)
            .await
            .context("the demo's tenant cannot be made")?;
        let api = ApiConfig::new(page.clone(), wiring::cookie_key(&config.keys))
            .context("--listen")?
            .with_demo(DemoPage {
                api_key: key.expose_secret().to_owned(),
                simulator_url: simulator.base_url().to_owned(),
                return_to: page.to_string(),
                poll_seconds: POLL_SECONDS,
                user_id: tenant::USER.to_owned(),
                user_name: tenant::PERSON.to_owned(),
                time_zone: tenant::ZONE.to_owned(),
            });
        Ok(Self {
            simulator,
            engine,
            api,
            page,
            key,
            ambient,
            store,
            folder,
        })
    }

    /// The API key as it is shown on the terminal: it opens throw-away data only.
    pub(super) fn shown_key(&self) -> &str {
        self.key.expose_secret()
    }

    /// Closes the database and takes the folder away.
    pub(super) async fn close(self) {
        self.simulator.shutdown().await;
        self.store.close().await;
        if let Err(error) = self.folder.close() {
            tracing::warn!(%error, "the temporary folder could not be deleted");
        }
    }
}

/// The configuration file of the demo, written where the database lies. The person's own file and environment do not
/// count, except for the log.
fn config(
    folder: &Path,
    listener: &TcpListener,
    simulator: &Running,
    ambient: &Ambient,
) -> anyhow::Result<Config> {
    let google = simulator.base_url();
    let ring = KeyRing::generate("demo", ambient);
    let client = OAuthClient::demo();
    let listen = listener.local_addr().context("--listen")?;
    let database = format!("sqlite:{}", folder.join("kalends.db").display());
    let text = format!(
        "\
keys = {keys:?}
[server]
listen = \"{listen}\"
public_url = \"{public}\"
[database]
url = {database:?}
[google]
client_id = {client_id:?}
client_secret = {client_secret:?}
authorization_url = \"{google}/o/oauth2/v2/auth\"
token_url = \"{google}/token\"
revocation_url = \"{google}/revoke\"
userinfo_url = \"{google}/v1/userinfo\"
jwks_url = \"{google}/oauth2/v3/certs\"
calendar_url = \"{google}/calendar/v3\"
[sync]
poll_interval_seconds = {POLL_SECONDS}
[log]
level = \"warn\"
",
        keys = ring.expose_secret(),
        public = http(listen),
        client_id = client.client_id,
        client_secret = client.client_secret,
    );
    let file = folder.join("kalends.toml");
    std::fs::write(&file, text).context("the temporary folder cannot be written to")?;
    let mut sources = sources(&ConfigArgs {
        config: Some(file),
        database: None,
    });
    sources
        .environment
        .retain(|name, _| name.starts_with("KALENDS_LOG__"));
    Ok(Config::load(&sources)?)
}
