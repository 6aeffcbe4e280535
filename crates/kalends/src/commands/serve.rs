//! `kalends serve`: the API, the OAuth callbacks and the background tasks, in one process.

use anyhow::Context;
use kalends_api::{Api, ApiConfig};
use kalends_engine::{Engine, runner::Runner};
use tokio::net::TcpListener;
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
        println!("kalends ready on {}", config.server.public_url());
        serve(listener, api, engine, stop).await?;
        store.close().await;
        Ok(())
    })
}

/// Serves and works until told to stop, then lets what is under way finish for [`lifecycle::DRAIN`] at most.
pub(crate) async fn serve(
    listener: TcpListener,
    api: ApiConfig,
    engine: Engine,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let runner = Runner::new(engine.clone());
    let work = tokio::spawn({
        let stop = stop.clone();
        async move { runner.run(stop).await }
    });
    let answer = tokio::spawn(Api::serve(listener, api, engine, stop.clone()));
    stop.cancelled().await;
    let drained = tokio::time::timeout(lifecycle::DRAIN, async { (answer.await, work.await) }).await;
    match drained {
        Ok((answered, worked)) => {
            answered
                .context("the server panicked")?
                .context("the server failed")?;
            worked.context("the task runner panicked")
        }
        Err(_) => {
            tracing::warn!("not everything finished in time; unfinished tasks run again at the next start");
            Ok(())
        }
    }
}
