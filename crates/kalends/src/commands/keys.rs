//! `kalends keys`: the API keys of a tenant.

use kalends_engine::keys;
use secrecy::ExposeSecret;

use super::{block_on, engine_for_rows};
use crate::cli;

pub(crate) fn run(args: &cli::Keys) -> anyhow::Result<()> {
    block_on(async {
        match args {
            cli::Keys::Create { config, tenant, name } => {
                let engine = engine_for_rows(config).await?;
                let new = keys::create(&engine, *tenant, name).await?;
                // Only the key on standard output, so that a script can take it.
                println!("{}", new.secret.expose_secret());
                eprintln!("key {} made; it is shown this one time", new.key.id);
            }
            cli::Keys::List { config, tenant } => {
                for key in keys::list(&engine_for_rows(config).await?, *tenant).await? {
                    let state = if key.revoked_at.is_some() {
                        "revoked"
                    } else {
                        "active"
                    };
                    println!("{}  {}…  {state}  {}", key.id, key.prefix, key.name);
                }
            }
            cli::Keys::Revoke { config, tenant, id } => {
                keys::revoke(&engine_for_rows(config).await?, *tenant, *id).await?;
                println!("key {id} is revoked");
            }
        }
        Ok(())
    })
}
