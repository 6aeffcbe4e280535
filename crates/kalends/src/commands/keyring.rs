//! `kalends keyring`: makes what seals secrets.

use kalends_store::KeyRing;
use secrecy::ExposeSecret;

use crate::{cli, system};

pub(crate) fn run(args: &cli::Keyring) -> anyhow::Result<()> {
    let cli::Keyring::Generate { id } = args;
    let entry = KeyRing::generate(id, &system::ambient());
    // Read it back: an id with a colon or comma would be refused at every start.
    KeyRing::parse(&entry)?;
    println!("{}", entry.expose_secret());
    Ok(())
}
