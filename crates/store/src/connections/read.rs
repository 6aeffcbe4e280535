//! Reading connections.

use kalends_core::{
    provider::ProviderKind,
    time::{ConnectionId, TenantId, UserId},
};

use super::Connection;
use crate::{
    Store, StoreError,
    db::{Row, sql},
};

const COLUMNS: &str =
    "SELECT id, tenant_id, user_id, provider, account_id, account_label, oauth_client, state,
    reason, revoked_us, features, scopes, refused_features, lease_fence, created_us, updated_us FROM connections";

/// Which connections to list.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionFilter<'a> {
    /// Only this user's.
    pub user: Option<&'a UserId>,
    /// Only those after this one.
    pub after: Option<ConnectionId>,
    /// Most of them.
    pub limit: u32,
}

impl Store {
    /// One connection.
    pub async fn connection(&self, tenant: TenantId, id: ConnectionId) -> Result<Connection, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND id = ")
            .push_bind(id);
        let row = self.db().read_first(select).await?;
        connection(&row.ok_or(StoreError::NotFound { what: "connection" })?)
    }

    /// The connection of that id with its tenant, for work that knows only the id, such as a token for egress.
    pub async fn connection_of_any_tenant(&self, id: ConnectionId) -> Result<Connection, StoreError> {
        let select = sql(COLUMNS).push(" WHERE id = ").push_bind(id);
        let row = self.db().read_first(select).await?;
        connection(&row.ok_or(StoreError::NotFound { what: "connection" })?)
    }

    /// The user's connection to that account, also when it is disconnected.
    pub async fn connection_to_account(
        &self,
        tenant: TenantId,
        user: &UserId,
        provider: ProviderKind,
        account_id: &str,
    ) -> Result<Option<Connection>, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND user_id = ")
            .push_bind(user)
            .push(" AND provider = ")
            .push_bind(provider.as_str())
            .push(" AND account_id = ")
            .push_bind(account_id);
        self.db()
            .read_first(select)
            .await?
            .as_ref()
            .map(connection)
            .transpose()
    }

    /// A tenant's connections in the order in which they were made.
    pub async fn connections(
        &self,
        tenant: TenantId,
        filter: ConnectionFilter<'_>,
    ) -> Result<Vec<Connection>, StoreError> {
        let mut select = sql(COLUMNS).push(" WHERE tenant_id = ").push_bind(tenant);
        if let Some(user) = filter.user {
            select = select.push(" AND user_id = ").push_bind(user);
        }
        if let Some(after) = filter.after {
            select = select.push(" AND id > ").push_bind(after);
        }
        let select = select.push(" ORDER BY id LIMIT ").push_bind(filter.limit);
        self.db().read(select).await?.iter().map(connection).collect()
    }

    /// Live connections of these users whose calendars nobody has listed yet: what is in them is not known.
    pub async fn connections_without_calendars(
        &self,
        tenant: TenantId,
        users: &[UserId],
    ) -> Result<Vec<Connection>, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND user_id IN ")
            .push_list(users)
            .push(
                " AND state <> 'disconnected'
                  AND NOT EXISTS (SELECT 1 FROM calendars WHERE calendars.connection_id = connections.id)",
            );
        self.db().read(select).await?.iter().map(connection).collect()
    }

    /// Whether any live connection, of any tenant, uses this account by this client. Revoking a grant ends it for
    /// all of them, so this is asked before; it tells nothing about who they are.
    pub async fn is_account_in_use(
        &self,
        provider: ProviderKind,
        oauth_client: &str,
        account_id: &str,
    ) -> Result<bool, StoreError> {
        let select = sql(
            "SELECT 1 FROM connections
             WHERE provider = $1 AND account_id = $2 AND oauth_client = $3 AND state <> 'disconnected' LIMIT 1",
        )
        .bind(provider.as_str())
        .bind(account_id)
        .bind(oauth_client);
        Ok(self.db().read_first(select).await?.is_some())
    }
}

fn connection(row: &Row) -> Result<Connection, StoreError> {
    let scopes: String = row.get("scopes")?;
    Ok(Connection {
        id: row.id("id", ConnectionId)?,
        tenant: row.id("tenant_id", TenantId)?,
        user: row.user("user_id")?,
        provider: row.word("provider")?,
        account_id: row.get("account_id")?,
        account_label: row.get("account_label")?,
        oauth_client: row.get("oauth_client")?,
        state: row.word("state")?,
        reason: row.get("reason")?,
        revoked_at: row.optional_time("revoked_us")?,
        features: row.word_list("features")?,
        scopes: scopes.split_ascii_whitespace().map(str::to_owned).collect(),
        refused: row.word_list("refused_features")?,
        fence: row.get("lease_fence")?,
        created_at: row.time("created_us")?,
        updated_at: row.time("updated_us")?,
    })
}
