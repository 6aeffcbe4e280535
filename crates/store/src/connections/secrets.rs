//! The secrets of a connection.

use jiff::Timestamp;
use kalends_core::time::{ConnectionId, TenantId};
use secrecy::SecretString;

use crate::{
    Store, StoreError,
    db::{Row, sql},
    seal::Place,
};

/// What a connection keeps sealed.
#[derive(Clone, Debug, Default)]
pub struct ConnectionSecrets {
    /// The OAuth refresh token.
    pub refresh_token: Option<SecretString>,
    /// The newest access token.
    pub access_token: Option<AccessToken>,
    /// The address of a feed.
    pub url: Option<SecretString>,
}

/// An access token with its end.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The token.
    pub token: SecretString,
    /// When it ends, by our clock.
    pub expires_at: Timestamp,
}

/// [`ConnectionSecrets`] as they are stored.
pub(super) struct SealedSecrets {
    pub(super) refresh_token: Option<Vec<u8>>,
    pub(super) access_token: Option<Vec<u8>>,
    pub(super) access_expires_at: Option<Timestamp>,
    pub(super) url: Option<Vec<u8>>,
}

impl Store {
    /// A connection's secrets.
    pub async fn connection_secrets(
        &self,
        tenant: TenantId,
        id: ConnectionId,
    ) -> Result<ConnectionSecrets, StoreError> {
        let select = sql(
            "SELECT refresh_token, access_token, access_expires_us, url FROM connections
             WHERE tenant_id = $1 AND id = $2",
        )
        .bind(tenant)
        .bind(id);
        let row = self.db().read_first(select).await?;
        let row = row.ok_or(StoreError::NotFound { what: "connection" })?;
        self.open_secrets(tenant, id, &row).await
    }

    pub(super) async fn open_secrets(
        &self,
        tenant: TenantId,
        id: ConnectionId,
        row: &Row,
    ) -> Result<ConnectionSecrets, StoreError> {
        let place = |column| place(&id, column);
        let access = self
            .open_some(tenant, place("access_token"), row.get("access_token")?)
            .await?;
        let access_token = match (access, row.optional_time("access_expires_us")?) {
            (Some(token), Some(expires_at)) => Some(AccessToken { token, expires_at }),
            _ => None,
        };
        Ok(ConnectionSecrets {
            refresh_token: self
                .open_some(tenant, place("refresh_token"), row.get("refresh_token")?)
                .await?,
            access_token,
            url: self.open_some(tenant, place("url"), row.get("url")?).await?,
        })
    }

    pub(super) async fn seal_secrets(
        &self,
        tenant: TenantId,
        id: ConnectionId,
        secrets: &ConnectionSecrets,
    ) -> Result<SealedSecrets, StoreError> {
        let place = |column| place(&id, column);
        let access = secrets.access_token.as_ref();
        Ok(SealedSecrets {
            refresh_token: self
                .seal_some(tenant, place("refresh_token"), secrets.refresh_token.as_ref())
                .await?,
            access_token: self
                .seal_some(tenant, place("access_token"), access.map(|access| &access.token))
                .await?,
            access_expires_at: access.map(|access| access.expires_at),
            url: self.seal_some(tenant, place("url"), secrets.url.as_ref()).await?,
        })
    }
}

fn place<'a>(id: &'a ConnectionId, column: &'static str) -> Place<'a> {
    Place {
        table: "connections",
        row: id.0.as_bytes(),
        column,
    }
}
