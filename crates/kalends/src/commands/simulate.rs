//! `kalends simulate`: a Google that runs on this machine.

mod snapshot;

use std::{
    io::{self, Write},
    path::PathBuf,
};

use anyhow::Context;
use kalends_simulator::{OAuthClient, Simulator, SimulatorConfig, TlsCertificate, TlsConfig, World};

use super::block_on;
use crate::{cli, lifecycle, system};

pub(crate) fn run(args: &cli::Simulate) -> anyhow::Result<()> {
    let clients = args.client.iter().map(|text| text.parse::<OAuthClient>());
    let config = SimulatorConfig {
        listen: args.listen,
        tls: tls(args),
        public_url: args.public_url.clone(),
        record: args.record.clone(),
        world: world(&args.world),
        clients: clients.collect::<Result<_, _>>().context("--client")?,
        ..SimulatorConfig::new(system::ambient())
    };
    block_on(async {
        let stop = lifecycle::stop_on_signals()?;
        let simulator = Simulator::start(config).await?;
        snapshot::load(args, simulator.control())?;
        // Exactly these lines on standard output: scripts wait for them.
        println!("kalends simulator ready on {}", simulator.base_url());
        if let Some(address) = simulator.tls_base_url() {
            println!("kalends simulator ready on {address}");
        }
        io::stdout().flush().context("standard output")?;
        stop.cancelled().await;
        let control = simulator.control().clone();
        simulator.shutdown().await;
        snapshot::save(args, &control)
    })
}

fn tls(args: &cli::Simulate) -> Option<TlsConfig> {
    let certificate = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => TlsCertificate::Files {
            certificate: certificate.clone(),
            key: key.clone(),
        },
        _ => TlsCertificate::Generated,
    };
    let listen = args.tls_listen?;
    Some(TlsConfig { listen, certificate })
}

fn world(name: &str) -> World {
    match name {
        "demo" => World::Demo,
        "empty" => World::Empty,
        file => World::File(PathBuf::from(file)),
    }
}
