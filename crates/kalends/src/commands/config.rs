//! `kalends config`: checks the configuration, or prints the defaults.

use super::sources;
use crate::{
    cli,
    config::{Config, DEFAULTS},
};

pub(crate) fn run(args: &cli::Config) -> anyhow::Result<()> {
    match args {
        cli::Config::Defaults => print!("{DEFAULTS}"),
        cli::Config::Check(args) => {
            Config::load(&sources(args))?;
            println!("configuration: ok");
        }
    }
    Ok(())
}
