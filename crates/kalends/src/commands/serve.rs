//! `kalends serve`: the API, the OAuth callbacks and the background tasks, all in one process or by role.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use kalends_api::ApiConfig;
use kalends_engine::{StoreError, readiness::Process, replicas::Heart};
use kalends_store::ServingLock;
use tokio::{net::TcpListener, time::timeout};

use super::{block_on, sources};
use crate::{
    cli, clock,
    config::Config,
    lifecycle,
    serving::Serving,
    system::{self, SystemClock},
    telemetry,
    wiring::{self, Migrations, Wired},
};

/// How long the connections to the database may take to end.
const CLOSING: Duration = Duration::from_secs(2);

pub(crate) fn run(args: &cli::Serve) -> anyhow::Result<()> {
    let config = configuration(args)?;
    telemetry::install(&config.log);
    let migrations = if args.no_migrate {
        Migrations::Refuse
    } else {
        Migrations::Apply
    };
    block_on(async {
        let stop = lifecycle::stop_on_signals()?;
        let watch = Arc::<SystemClock>::default();
        let ambient = system::with_clock(Arc::clone(&watch));
        let _lock = alone(&config)?;
        let store = wiring::store(&config, &ambient, migrations).await?;
        clock::set(&watch, &store)
            .await
            .context("the database's clock cannot be read")?;
        let keeping = tokio::spawn(clock::keep(watch, store.clone(), stop.clone()));
        let listener = TcpListener::bind(config.server.listen)
            .await
            .with_context(|| format!("server.listen: cannot listen on {}", config.server.listen))?;
        let config = config.listening_on(listener.local_addr().context("server.listen")?);
        let Wired { engine, egress } = wiring::engine(&config, store.clone(), ambient)?;
        let role = config.server.role();
        let heart = Heart::new(engine.clone(), role);
        let process = Process::new(role, stop.clone(), heart.live());
        let replicas = heart.live();
        let heart = beating(heart, &config).await?;
        wiring::divide(&egress, replicas);
        let process = process.counting(move || {
            let egress = egress.clone();
            Box::pin(async move { egress.counting().await })
        });
        let api = ApiConfig::new(config.server.public_url(), wiring::cookie_key(&config.keys))
            .context("server.public_url")?
            .with_process(process)
            .with_sources(config.server.sources());
        // Without the slash, so that paths can be put behind it.
        println!(
            "kalends ready on {}",
            config.server.public_url().as_str().trim_end_matches('/')
        );
        let serving = Serving {
            listener,
            api,
            engine,
            role,
            heart,
            drain: config.server.drain(),
        };
        serving.until(stop).await?;
        keeping.abort();
        // A database that is away ends these connections itself.
        let _closed = timeout(CLOSING, store.close()).await;
        Ok(())
    })
}

fn configuration(args: &cli::Serve) -> anyhow::Result<Config> {
    let mut sources = sources(&args.config);
    sources
        .flags
        .extend(args.listen.map(|listen| ("server.listen", listen.to_string())));
    sources
        .flags
        .extend(args.public_url.clone().map(|url| ("server.public_url", url)));
    sources
        .flags
        .extend(args.role.map(|role| ("server.role", role.to_string())));
    Ok(Config::load(&sources)?)
}

/// The right to serve the database, which on SQLite one process has.
fn alone(config: &Config) -> anyhow::Result<ServingLock> {
    ServingLock::take(&wiring::store_config(config)).map_err(|error| match error {
        StoreError::Conflict { .. } => anyhow::anyhow!(
            "database.url: another `kalends serve` serves this SQLite file; a file is served by one process, PostgreSQL by any number"
        ),
        error => anyhow::Error::new(error).context("database.url"),
    })
}

/// The heart after its first beat, where there can be other replicas. Whoever comes last knows of the others before it calls
/// a provider.
async fn beating(heart: Heart, config: &Config) -> anyhow::Result<Option<Heart>> {
    if config.database.is_sqlite() {
        return Ok(None);
    }
    heart.beat().await.context("the database cannot be written to")?;
    Ok(Some(heart))
}
