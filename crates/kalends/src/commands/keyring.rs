//! `kalends keyring`: makes what seals secrets, and moves what is sealed to a new key.

use kalends_store::KeyRing;
use secrecy::ExposeSecret;

use super::{block_on, sources};
use crate::{
    cli::{self, ConfigArgs},
    config::Config,
    system,
    wiring::{self, Migrations},
};

pub(crate) fn run(args: &cli::Keyring) -> anyhow::Result<()> {
    match args {
        cli::Keyring::Generate { id } => generate(id),
        cli::Keyring::Rotate(config) => rotate(config),
    }
}

fn generate(id: &str) -> anyhow::Result<()> {
    let entry = KeyRing::generate(id, &system::ambient());
    // Read it back: an id with a colon or comma would be refused at every start.
    KeyRing::parse(&entry)?;
    println!("{}", entry.expose_secret());
    Ok(())
}

/// May run beside a server that has the same ring, and again after a crash.
fn rotate(args: &ConfigArgs) -> anyhow::Result<()> {
    let config = Config::load(&sources(args))?;
    block_on(async {
        let store = wiring::store(&config, &system::ambient(), Migrations::Apply).await?;
        let mut rotated = 0;
        loop {
            match store.rotate_keys().await? {
                0 => break,
                some => rotated += some,
            }
        }
        println!("every tenant is under the first key of the ring; moved now: {rotated}");
        Ok(())
    })
}
