//! Connect sessions: one-time tickets that let a browser start connecting in the name of a user.

use jiff::Timestamp;
use kalends_core::{
    provider::{Feature, ProviderKind},
    time::{TenantId, UserId},
};

use crate::{
    Store, StoreError,
    db::{Row, sql},
    oauth_states::feature_words,
};

/// What a ticket allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectSession {
    /// SHA-256 of the ticket.
    pub ticket_hash: [u8; 32],
    /// Whose user connects.
    pub tenant: TenantId,
    /// Who connects.
    pub user: UserId,
    /// To which provider; `None` lets the person choose.
    pub provider: Option<ProviderKind>,
    /// What for.
    pub features: Vec<Feature>,
    /// Where the person is sent afterwards.
    pub return_to: Option<String>,
    /// The account that is expected, by its address. Never logged.
    pub login_hint: Option<String>,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

impl Store {
    /// Keeps a session. The user must exist.
    pub async fn put_connect_session(&self, session: &ConnectSession) -> Result<(), StoreError> {
        let insert = sql(
            "INSERT INTO connect_sessions (ticket_hash, tenant_id, user_id, provider, features, return_to,
                 login_hint, expires_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(session.ticket_hash)
        .bind(session.tenant)
        .bind(&session.user)
        .bind(session.provider.map(ProviderKind::as_str))
        .bind(feature_words(&session.features))
        .bind(session.return_to.as_deref())
        .bind(session.login_hint.as_deref())
        .bind(session.expires_at);
        self.db().execute(insert).await.map(drop)
    }

    /// The session of that ticket, for showing its page; `None` when it is unknown, was taken or has expired.
    pub async fn connect_session(&self, ticket_hash: [u8; 32]) -> Result<Option<ConnectSession>, StoreError> {
        let select = sql(
            "SELECT ticket_hash, tenant_id, user_id, provider, features, return_to, login_hint, expires_us
             FROM connect_sessions WHERE ticket_hash = $1 AND expires_us > $2",
        )
        .bind(ticket_hash)
        .bind(self.now());
        self.db()
            .read_first(select)
            .await?
            .as_ref()
            .map(session)
            .transpose()
    }

    /// Takes the session, so that of any number of uses one gets it; `None` as for [`Store::connect_session`].
    pub async fn take_connect_session(
        &self,
        ticket_hash: [u8; 32],
    ) -> Result<Option<ConnectSession>, StoreError> {
        let delete = sql(
            "DELETE FROM connect_sessions WHERE ticket_hash = $1 AND expires_us > $2
             RETURNING ticket_hash, tenant_id, user_id, provider, features, return_to, login_hint, expires_us",
        )
        .bind(ticket_hash)
        .bind(self.now());
        self.db()
            .write_returning(delete)
            .await?
            .first()
            .map(session)
            .transpose()
    }
}

fn session(row: &Row) -> Result<ConnectSession, StoreError> {
    Ok(ConnectSession {
        ticket_hash: row.hash("ticket_hash")?,
        tenant: row.id("tenant_id", TenantId)?,
        user: row.user("user_id")?,
        provider: row.optional_word("provider")?,
        features: row.word_list("features")?,
        return_to: row.get("return_to")?,
        login_hint: row.get("login_hint")?,
        expires_at: row.time("expires_us")?,
    })
}
