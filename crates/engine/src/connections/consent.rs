//! A feature that the provider refuses although its own answers say that the person allowed it.

use kalends_core::provider::Feature;
use kalends_store::{Connection, Effects, StoreError};

use crate::{Engine, changes};

/// What a refusal for want of a scope says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The feature needs its person's consent, and the connection shows it.
    Noted,
    /// Nothing: it was about a token from before a consent or a refresh, as another process may still hold.
    Outdated,
}

/// Lets the connection show that the feature needs consent, and tells of it once. `seen` is the row from before the
/// question: a grant that came since is not judged by an old token's refusal. A new consent makes the feature whole.
pub(crate) async fn refuse(
    engine: &Engine,
    seen: &Connection,
    feature: Feature,
) -> Result<Refused, StoreError> {
    let (store, id) = (engine.store(), seen.id);
    if !engine.tokens().are_current(seen).await? {
        return Ok(Refused::Outdated);
    }
    let news = changes::connection_updated(&seen.user, id, seen.provider);
    if store
        .refuse_feature(seen, feature, Effects::none().change(news))
        .await?
    {
        tracing::warn!(connection = %id, provider = %seen.provider, ?feature, "a granted scope is refused");
        return Ok(Refused::Noted);
    }
    let now = store.connection(seen.tenant, id).await?;
    Ok(if now.refused.contains(&feature) {
        Refused::Noted
    } else {
        Refused::Outdated
    })
}
