//! How the parts are put together: configuration in, a working engine out.

mod cookie_key;
mod outbound;

use anyhow::Context;
use jiff::SignedDuration;
use kalends_core::ambient::Ambient;
use kalends_engine::{Engine, EngineSettings, Parts, tokens::Tokens};
use kalends_store::{KeyRing, Store, StoreConfig};
use secrecy::ExposeSecret;

pub(crate) use cookie_key::cookie_key;

use crate::config::Config;

/// What becomes of migrations that the database lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Migrations {
    /// They are applied.
    Apply,
    /// They are refused: somebody else applies them.
    Refuse,
}

/// Opens the database and brings it to this version's tables.
pub(crate) async fn store(
    config: &Config,
    ambient: &Ambient,
    migrations: Migrations,
) -> anyhow::Result<Store> {
    if config.keys.expose_secret().is_empty() {
        anyhow::bail!(
            "keys: there is no key ring to seal secrets with; make one by `kalends keyring generate` and set it as KALENDS_KEYS"
        );
    }
    let ring = KeyRing::parse(&config.keys).context("keys")?;
    let settings = StoreConfig {
        max_connections: config.database.max_connections,
        ..StoreConfig::new(config.database.url.clone())
    };
    let store = Store::connect(&settings, ring, ambient.clone())
        .await
        .context("database.url: cannot connect")?;
    match migrations {
        Migrations::Apply => store.migrate().await.context("the database cannot be migrated")?,
        Migrations::Refuse => {
            let pending = store
                .pending_migrations()
                .await
                .context("the database cannot be read")?;
            if pending > 0 {
                anyhow::bail!(
                    "the database lacks {pending} migrations; run `kalends migrate`, or start without --no-migrate"
                );
            }
        }
    }
    Ok(store)
}

/// Puts the engine together. Nothing runs yet.
pub(crate) fn engine(config: &Config, store: Store, ambient: Ambient) -> anyhow::Result<Engine> {
    let outbound = outbound::Outbound::new(config, &ambient)?;
    let tokens = Tokens::new(
        store.clone(),
        outbound.oauth_clients(config, &ambient)?,
        ambient.clone(),
    );
    let providers = outbound.providers(config, &tokens, &ambient);
    let settings = EngineSettings {
        return_origins: config
            .server
            .return_to_origins
            .iter()
            .map(url::Url::origin)
            .collect(),
        poll_interval: SignedDuration::from_secs(config.sync.poll_interval_seconds.into()),
        workers: config.tasks.concurrency,
        budgets: outbound::budgets(config),
        prefetch: config.sync.prefetch,
    };
    Ok(Engine::new(Parts {
        store,
        providers,
        tokens,
        ambient,
        settings,
    }))
}
