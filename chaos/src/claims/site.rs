//! The servers of one database, with a tenant and its user.

use std::{net::SocketAddr, path::Path};

use futures::future::try_join_all;
use reqwest::Method;
use serde_json::json;

use super::Order;
use crate::{
    app::App,
    checks::Rows,
    rig::KEYS,
    servers::{
        free_address,
        kalends::{Installation, Replica},
        postgres::Postgres,
    },
};

/// Whose slots are wanted.
pub(super) const USER: &str = "ada";

/// Servers on one database.
pub(super) struct Site {
    pub(super) name: &'static str,
    pub(super) replicas: Vec<Replica>,
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) key: String,
    pub(super) rows: Rows,
}

impl Site {
    /// Several on PostgreSQL.
    pub(super) async fn fleet(order: &Order, postgres: &Postgres, folder: &Path) -> anyhow::Result<Self> {
        let url = Postgres::url(postgres.address());
        let started = Self::start(order, "postgres", (&url, order.replicas), folder).await?;
        Ok(Self {
            rows: Rows::postgres(&url).await?,
            ..started
        })
    }

    /// One on SQLite.
    pub(super) async fn alone(order: &Order, folder: &Path) -> anyhow::Result<Self> {
        let file = folder.join("claims.db");
        Self::start(
            order,
            "sqlite",
            (&format!("sqlite:{}", file.display()), 1),
            folder,
        )
        .await
    }

    async fn start(
        order: &Order,
        name: &'static str,
        (database, count): (&str, usize),
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let addresses = (0..count)
            .map(|_| free_address())
            .collect::<Result<Vec<_>, _>>()?;
        let settings = [
            ("KALENDS_KEYS", KEYS),
            ("KALENDS_DATABASE__URL", database),
            ("KALENDS_LOG__LEVEL", "warn"),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let installation = Installation {
            program: order.programs.kalends.clone(),
            settings: settings.to_vec(),
        };
        let named = addresses.iter().enumerate().map(|(number, listen)| {
            let name = format!("{name}-{}", number + 1);
            Replica::new(name, *listen, installation.clone(), folder)
        });
        let mut replicas: Vec<Replica> = named.collect();
        try_join_all(replicas.iter_mut().map(Replica::start)).await?;
        let tenant = installation.say(&["tenants", "create", "Lyceum"], folder)?;
        let key = installation.say(&["keys", "create", "--tenant", &tenant], folder)?;
        let app = App::new(key.clone(), addresses.clone())?;
        app.insist(
            Method::PUT,
            &format!("/v1/users/{USER}"),
            &json!({"timeZone": "UTC"}),
        )
        .await?;
        let rows = match database.strip_prefix("sqlite:") {
            Some(file) => Rows::sqlite(Path::new(file)).await?,
            None => Rows::postgres(database).await?,
        };
        Ok(Self {
            name,
            replicas,
            addresses,
            key,
            rows,
        })
    }
}
