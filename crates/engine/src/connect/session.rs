//! A page that a person opens to connect: its address carries a ticket, so that no key has to reach a browser.

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    provider::{Feature, ProviderKind},
    time::{TenantId, UserId, Zone},
};
use kalends_store::{ConnectSession, StoreError};
use secrecy::SecretString;

use super::{ConnectError, return_to, start::of_tenant, state};
use crate::Engine;

/// How long a person may take to open the page and to choose.
const LIFETIME: SignedDuration = SignedDuration::from_mins(30);

/// What a person is to be offered.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Who connects. The user is made if there is none of that id.
    pub user: UserId,
    /// The one provider to offer; `None` lets the person choose.
    pub provider: Option<ProviderKind>,
    /// What to ask for; none means [`Feature::CalendarRead`].
    pub features: Vec<Feature>,
    /// Where to send the person afterwards: an address on an allowed origin.
    pub return_to: Option<String>,
    /// The account that is expected, by its address; the provider's page may preselect it.
    pub login_hint: Option<String>,
}

/// A page that waits for its person.
#[derive(Clone, Debug)]
pub struct OpenedSession {
    /// What the page's address carries. Good for one connection.
    pub ticket: SecretString,
    /// When it is no longer good.
    pub expires_at: Timestamp,
}

/// What a ticket stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The tenant that opened the page.
    pub tenant: TenantId,
    /// Who connects.
    pub user: UserId,
    /// The one provider to offer, if there is one.
    pub provider: Option<ProviderKind>,
    /// What to ask for.
    pub features: Vec<Feature>,
    /// Where to send the person afterwards.
    pub return_to: Option<String>,
    /// The account that is expected, by its address.
    pub login_hint: Option<String>,
    /// When the ticket is no longer good.
    pub expires_at: Timestamp,
}

/// Opens a page for a person.
pub async fn open_session(
    engine: &Engine,
    tenant: TenantId,
    new: NewSession,
) -> Result<OpenedSession, ConnectError> {
    if let Some(provider) = new.provider
        && engine.provider(provider).is_none()
    {
        return Err(ConnectError::ProviderNotConfigured { provider });
    }
    let return_to = return_to::allowed(engine, tenant, new.return_to.as_deref()).await?;
    engine
        .store()
        .ensure_user(tenant, &new.user, &Zone::UTC)
        .await
        .map_err(of_tenant)?;
    let features = if new.features.is_empty() {
        vec![Feature::CalendarRead]
    } else {
        new.features
    };
    let ticket = state::random(engine.ambient());
    let expires_at = engine
        .ambient()
        .now()
        .saturating_add(LIFETIME)
        .unwrap_or(Timestamp::MAX);
    let row = ConnectSession {
        ticket_hash: state::hash(&ticket),
        tenant,
        user: new.user,
        provider: new.provider,
        features,
        return_to: return_to.map(String::from),
        login_hint: new.login_hint,
        expires_at,
    };
    engine.store().put_connect_session(&row).await?;
    Ok(OpenedSession { ticket, expires_at })
}

/// What the ticket stands for, to show the page; `None` when it is used, expired or none. The ticket stays good.
pub async fn session(engine: &Engine, ticket: &SecretString) -> Result<Option<Session>, StoreError> {
    Ok(engine
        .store()
        .connect_session(state::hash(ticket))
        .await?
        .map(Session::from))
}

/// Uses the ticket up.
pub async fn use_session(engine: &Engine, ticket: &SecretString) -> Result<Option<Session>, StoreError> {
    Ok(engine
        .store()
        .take_connect_session(state::hash(ticket))
        .await?
        .map(Session::from))
}

impl From<ConnectSession> for Session {
    fn from(row: ConnectSession) -> Self {
        Self {
            tenant: row.tenant,
            user: row.user,
            provider: row.provider,
            features: row.features,
            return_to: row.return_to,
            login_hint: row.login_hint,
            expires_at: row.expires_at,
        }
    }
}
