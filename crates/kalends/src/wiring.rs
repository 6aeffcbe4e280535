//! How the parts are put together: configuration in, a working engine out.

mod cookie_key;
mod outbound;

use anyhow::Context;
use jiff::SignedDuration;
use kalends_core::ambient::Ambient;
use kalends_egress::Egress;
use kalends_engine::{Audits, Engine, EngineSettings, Parts, events::Bulks, tokens::Tokens};
use kalends_store::{KeyRing, Store, StoreConfig};
use secrecy::ExposeSecret;
use tokio::sync::watch;

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

/// An engine, and what it calls out by.
pub(crate) struct Wired {
    pub(crate) engine: Engine,
    pub(crate) egress: Egress,
}

/// Where the database is and how it may be used.
pub(crate) fn store_config(config: &Config) -> StoreConfig {
    StoreConfig {
        max_connections: config.database.max_connections,
        ..StoreConfig::new(config.database.url.clone())
    }
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
    let store = Store::connect(&store_config(config), ring, ambient.clone())
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
pub(crate) fn engine(config: &Config, store: Store, ambient: Ambient) -> anyhow::Result<Wired> {
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
        audits: Audits {
            every: SignedDuration::from_hours(config.sync.audit_every_hours.into()),
            per_hour: config.sync.audits_per_hour,
        },
        workers: config.tasks.concurrency,
        budgets: outbound::budgets(config),
        prefetch: config.sync.prefetch,
        bulks: Bulks {
            batch: config.sync.bulk_batch,
            pause: SignedDuration::from_secs(config.sync.bulk_pause_seconds.into()),
        },
        push: config.push.settings(config.server.public_url()),
        zone: config.tasks.zone(),
    };
    let engine = Engine::new(Parts {
        store,
        providers,
        tokens,
        ambient,
        settings,
    });
    Ok(Wired {
        engine,
        egress: outbound.egress(),
    })
}

/// Divides the budgets by the replicas, now and whenever their number changes.
pub(crate) fn divide(egress: &Egress, mut replicas: watch::Receiver<u32>) {
    egress.set_replicas(*replicas.borrow_and_update());
    let egress = egress.clone();
    tokio::spawn(async move {
        while replicas.changed().await.is_ok() {
            egress.set_replicas(*replicas.borrow_and_update());
        }
    });
}
