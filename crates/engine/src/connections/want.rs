//! Asks for consent to what a person has turned on.

use kalends_core::{
    provider::Feature,
    time::{TenantId, UserId},
};
use kalends_store::{Connection, ConnectionFilter, ConnectionState, StoreError};

use super::get::missing_scopes;
use crate::Engine;

/// Connections of a person that are looked at.
const MOST: u32 = 100;

/// Whether a person wants a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// It is turned on.
    On,
    /// It is turned off.
    Off,
}

/// Lets the account that a feature is for say that it needs consent: the one whose calendar gets the person's events or,
/// while none does, each of them. A feature that is turned off needs none.
pub(crate) async fn want(
    engine: &Engine,
    tenant: TenantId,
    user: &UserId,
    (feature, want): (Feature, Want),
) -> Result<(), StoreError> {
    let store = engine.store();
    let filter = ConnectionFilter {
        user: Some(user),
        after: None,
        limit: MOST,
    };
    let targets = store
        .event_calendars(tenant, std::slice::from_ref(user), &[])
        .await?;
    for connection in store.connections(tenant, filter).await? {
        let is_for_it = targets.is_empty() || targets.iter().any(|one| one.connection == connection.id);
        let features = match want {
            Want::On if is_for_it => with(engine, &connection, feature),
            Want::On => None,
            Want::Off => without(engine, &connection, feature),
        };
        if let Some(features) = features {
            let change = (connection.features.as_slice(), features.as_slice());
            store.set_features(tenant, connection.id, change).await?;
        }
    }
    Ok(())
}

fn with(engine: &Engine, connection: &Connection, feature: Feature) -> Option<Vec<Feature>> {
    let is_possible =
        connection.state != ConnectionState::Disconnected && engine.oauth(connection.provider).is_some();
    (is_possible && !connection.features.contains(&feature)).then(|| {
        let known = connection.features.iter().copied();
        known.chain([feature]).collect()
    })
}

/// What was allowed stays known as allowed.
fn without(engine: &Engine, connection: &Connection, feature: Feature) -> Option<Vec<Feature>> {
    let is_open = connection.features.contains(&feature)
        && missing_scopes(engine, connection, &[feature]).contains(&feature);
    is_open.then(|| {
        let known = connection.features.iter().copied();
        known.filter(|known| *known != feature).collect()
    })
}
