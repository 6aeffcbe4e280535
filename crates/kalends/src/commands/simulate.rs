//! `kalends simulate`: a Google that runs on this machine.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use anyhow::Context;
use kalends_simulator::{OAuthClient, Simulator, SimulatorConfig, World};

use super::block_on;
use crate::{cli, lifecycle, system};

pub(crate) fn run(args: &cli::Simulate) -> anyhow::Result<()> {
    let clients = args.client.iter().map(|text| text.parse::<OAuthClient>());
    let config = SimulatorConfig {
        listen: args.listen,
        world: world(&args.world),
        clients: clients.collect::<Result<_, _>>().context("--client")?,
        ambient: system::ambient(),
    };
    block_on(async {
        let stop = lifecycle::stop_on_signals()?;
        let simulator = Simulator::start(config).await?;
        // Exactly this line on standard output: scripts wait for it.
        println!("kalends simulator ready on {}", simulator.base_url());
        io::stdout().flush().context("standard output")?;
        stop.cancelled().await;
        simulator.shutdown().await;
        Ok(())
    })
}

fn world(name: &str) -> World {
    match name {
        "demo" => World::Demo,
        "empty" => World::Empty,
        file => World::File(PathBuf::from(file)),
    }
}
