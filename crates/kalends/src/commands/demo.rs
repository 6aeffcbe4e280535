//! `kalends demo`: a simulated Google and a server on throw-away data, and the whole thread on one page.
//!
//! Nothing of it survives: the database lies in a temporary folder that goes with the process's end, also after Ctrl-C
//! and after an error. The network is not needed.

mod google;
mod headless;
mod site;
mod tenant;

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use anyhow::Context;
use kalends_engine::replicas::Role;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::site::Site;
use super::block_on;
use crate::{
    cli, lifecycle,
    serving::{Drain, Serving},
    system,
};

/// How long a person who pressed Ctrl-C waits for work on throw-away data at most.
const PATIENCE: Duration = Duration::from_secs(3);

pub(crate) fn run(args: &cli::Demo) -> anyhow::Result<()> {
    block_on(async {
        let stop = lifecycle::stop_on_signals()?;
        let usual_port = if args.headless { 0 } else { 8080 };
        let address = args
            .listen
            .unwrap_or_else(|| (Ipv4Addr::LOCALHOST, usual_port).into());
        let listener = listen(address).await?;
        let site = Site::open(&listener, system::ambient()).await?;
        let told = if args.headless {
            headless(&site, listener, stop).await
        } else {
            print!("{}", words(&site));
            serving(&site, listener, stop).await
        };
        site.close().await;
        told
    })
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "cannot listen on {address}; choose another address with --listen, for example --listen 127.0.0.1:0 for any free port"
        )
    })
}

/// Serves until told to stop; what is under way is soon left where it is, as nobody will miss it.
async fn serving(site: &Site, listener: TcpListener, stop: CancellationToken) -> anyhow::Result<()> {
    let serving = Serving {
        listener,
        api: site.api.clone(),
        engine: site.engine.clone(),
        role: Role::All,
        heart: None,
        drain: Drain {
            delay: Duration::ZERO,
            limit: PATIENCE,
        },
    };
    let served = serving.until(stop.clone());
    let impatience = async {
        stop.cancelled().await;
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        served = served => served,
        () = impatience => Ok(()),
    }
}

/// Runs the story beside the server; the first of the two to end stops the other.
async fn headless(site: &Site, listener: TcpListener, stop: CancellationToken) -> anyhow::Result<()> {
    let told = async {
        let told = tokio::select! {
            told = headless::tell(site) => told,
            () = stop.cancelled() => Err(anyhow::anyhow!("stopped before the story's end")),
        };
        stop.cancel();
        told
    };
    let (told, served) = tokio::join!(told, serving(site, listener, stop.clone()));
    told.and(served)
}

/// What a person reads who has just started the demo.
fn words(site: &Site) -> String {
    format!(
        "\
Kalends demo: a calendar integration server and a simulated Google, on this computer alone.

  Open      {page}

There you can connect {name}'s calendar, watch its first sync, see her week and the slots
that can be booked, move an event at the simulated Google, and see the slots follow.

  API       {page}docs
  Google    {google}/
  API key   {key}   (header: Authorization: Bearer ...)

Press Ctrl-C to stop. The data lies in a temporary folder, which goes then.
",
        page = site.page,
        google = site.simulator.base_url(),
        name = tenant::PERSON,
        key = site.shown_key(),
    )
}
