//! `kalends tenants`: the applications that use the server.

use kalends_engine::tenants::{self, NewTenant};

use super::{block_on, engine_for_rows};
use crate::cli;

pub(crate) fn run(args: &cli::Tenants) -> anyhow::Result<()> {
    block_on(async {
        match args {
            cli::Tenants::Create { config, name } => {
                let engine = engine_for_rows(config).await?;
                let new = NewTenant {
                    name: name.clone(),
                    ..NewTenant::default()
                };
                // Only the id, so that a script can take it.
                println!("{}", tenants::create(&engine, new).await?.id);
            }
            cli::Tenants::List { config } => {
                for tenant in tenants::list(&engine_for_rows(config).await?).await? {
                    println!("{}  {}", tenant.id, tenant.name);
                }
            }
        }
        Ok(())
    })
}
