//! `kalends serve`: the API, the OAuth callbacks and the background tasks, in one process.

use anyhow::Context;
use kalends_api::{Api, ApiConfig};
use kalends_engine::{Engine, prefetch, runner::Runner};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{block_on, sources};
use crate::{
    cli,
    config::Config,
    lifecycle, system, telemetry,
    wiring::{self, Migrations},
};

pub(crate) fn run(args: &cli::Serve) -> anyhow::Result<()> {
    let mut sources = sources(&args.config);
    sources
        .flags
        .extend(args.listen.map(|listen| ("server.listen", listen.to_string())));
    sources
        .flags
        .extend(args.public_url.clone().map(|url| ("server.public_url", url)));
    let config = Config::load(&sources)?;
    telemetry::install(&config.log);
    let migrations = if args.no_migrate {
        Migrations::Refuse
    } else {
        Migrations::Apply
    };
    block_on(async {
        let stop = lifecycle::stop_on_signals()?;
        let ambient = system::ambient();
        let store = wiring::store(&config, &ambient, migrations).await?;
        let listener = TcpListener::bind(config.server.listen)
            .await
            .with_context(|| format!("server.listen: cannot listen on {}", config.server.listen))?;
        let config = config.listening_on(listener.local_addr().context("server.listen")?);
        let engine = wiring::engine(&config, store.clone(), ambient)?;
        let api = ApiConfig::new(config.server.public_url(), wiring::cookie_key(&config.keys))
            .context("server.public_url")?;
        // Without the slash, so that paths can be put behind it.
        println!(
            "kalends ready on {}",
            config.server.public_url().as_str().trim_end_matches('/')
        );
        serve(listener, api, engine, stop).await?;
        store.close().await;
        Ok(())
    })
}

/// Serves and works until told to stop, or until one of the two fails; then lets what is under way finish for
/// [`lifecycle::DRAIN`] at most.
pub(crate) async fn serve(
    listener: TcpListener,
    api: ApiConfig,
    engine: Engine,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut parts = JoinSet::new();
    let runner = Runner::new(engine.clone());
    let until = stop.clone();
    parts.spawn(async move {
        runner.run(until).await;
        Ok(())
    });
    if engine.settings().prefetch {
        let (engine, until) = (engine.clone(), stop.clone());
        parts.spawn(async move {
            prefetch::run(engine, until).await;
            Ok(())
        });
    }
    parts.spawn(Api::serve(listener, api, engine, stop.clone().cancelled_owned()));

    let first = tokio::select! {
        () = stop.cancelled() => None,
        ended = parts.join_next() => ended,
    };
    stop.cancel();
    let others = tokio::time::timeout(lifecycle::DRAIN, parts.join_all()).await;
    if let Some(ended) = first {
        ended
            .context("a part of the server panicked")?
            .context("the server cannot accept connections")?;
    }
    if others.is_err() {
        tracing::warn!("not everything finished in time; unfinished tasks run again at the next start");
    }
    Ok(())
}
