//! `kalends migrate`: brings the database to this version's tables.

use super::{block_on, sources};
use crate::{
    cli::ConfigArgs,
    config::Config,
    system,
    wiring::{self, Migrations},
};

pub(crate) fn run(args: &ConfigArgs) -> anyhow::Result<()> {
    let config = Config::load(&sources(args))?;
    block_on(async {
        wiring::store(&config, &system::ambient(), Migrations::Apply).await?;
        println!("the database has all migrations");
        Ok(())
    })
}
