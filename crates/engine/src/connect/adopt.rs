//! Stores what a round trip brought: a new connection, or one taken up again.

use kalends_core::{
    provider::Feature,
    time::{ConnectionId, TenantId},
};
use kalends_providers::oauth::{Identity, OAuthClient, TokenGrant};
use kalends_store::{
    AccessToken, CalendarFilter, ConnectCommit, Connection, ConnectionSecrets, ConnectionState, Effects,
    OauthState, StoreError,
};

use crate::{
    Engine, changes,
    connections::Trigger,
    runner::task::{self, Bulk},
};

/// What the provider granted, to whom.
pub(super) struct Granted<'a> {
    pub(super) client: &'a OAuthClient,
    pub(super) grant: TokenGrant,
    pub(super) identity: Identity,
}

/// Makes the connection, or takes up the user's connection to the same account with its calendars and settings.
/// Answers its id and what still needs consent.
pub(super) async fn adopt(
    engine: &Engine,
    trip: &OauthState,
    granted: &Granted<'_>,
    known: Option<Connection>,
) -> Result<(ConnectionId, Vec<Feature>), StoreError> {
    match commit(engine, trip, granted, known.as_ref()).await {
        // Another round trip to the same account ended meanwhile.
        Err(StoreError::Conflict { .. }) => {
            let account = &granted.identity.account_id;
            let known = engine
                .store()
                .connection_to_account(trip.tenant, &trip.user, trip.provider, account)
                .await?;
            commit(engine, trip, granted, known.as_ref()).await
        }
        result => result,
    }
}

async fn commit(
    engine: &Engine,
    trip: &OauthState,
    granted: &Granted<'_>,
    known: Option<&Connection>,
) -> Result<(ConnectionId, Vec<Feature>), StoreError> {
    let Granted {
        client,
        grant,
        identity,
    } = granted;
    let features = union(known.map_or(&[], |known| &known.features), &trip.features);
    let scopes = grant
        .scopes
        .clone()
        .unwrap_or_else(|| client.scopes_for(&trip.features));
    let needs_consent = client.missing(&scopes, &features);
    let id = known.map_or_else(|| ConnectionId::new(engine.ambient()), |known| known.id);
    let change = match known.map(|known| known.state) {
        Some(ConnectionState::ReauthRequired) => changes::connection_recovered,
        Some(ConnectionState::Active | ConnectionState::Degraded) => changes::connection_updated,
        Some(ConnectionState::Disconnected) | None => changes::connection_created,
    };
    let commit = ConnectCommit {
        id,
        user: trip.user.clone(),
        provider: trip.provider,
        account_id: identity.account_id.clone(),
        account_label: identity.email.clone().unwrap_or_default(),
        oauth_client: Some(client.client_id().to_owned()),
        features,
        scopes: scopes.iter().map(str::to_owned).collect(),
        secrets: ConnectionSecrets {
            refresh_token: grant.refresh_token.clone(),
            access_token: Some(AccessToken {
                token: grant.access_token.clone(),
                expires_at: grant.expires_at,
            }),
            url: None,
        },
        calendars: Vec::new(),
        effects: resumed(engine, trip.tenant, id)
            .await?
            .task(task::discover(id, engine.ambient().now()))
            .task(task::bulk_push(
                trip.tenant,
                &trip.user,
                Bulk::Owed,
                engine.ambient().now(),
            ))
            .change(change(&trip.user, id, trip.provider)),
    };
    engine.store().commit_connect(trip.tenant, commit).await?;
    engine.tokens().forget(id).await;
    Ok((id, needs_consent))
}

/// Pulls of the calendars that were chosen before, at once.
pub(crate) async fn resumed(
    engine: &Engine,
    tenant: TenantId,
    id: ConnectionId,
) -> Result<Effects, StoreError> {
    let filter = CalendarFilter {
        connection: Some(id),
        ..CalendarFilter::default()
    };
    let now = engine.ambient().now();
    let calendars = engine.store().calendars(tenant, filter).await?;
    let chosen = calendars
        .iter()
        .filter(|calendar| calendar.selected && calendar.lost_at.is_none());
    Ok(chosen.fold(Effects::none(), |effects, calendar| {
        effects.task(task::pull(id, calendar.id, Trigger::Selected, now))
    }))
}

fn union(known: &[Feature], asked: &[Feature]) -> Vec<Feature> {
    let new = asked.iter().filter(|feature| !known.contains(feature));
    known.iter().chain(new).copied().collect()
}
